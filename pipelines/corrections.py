"""What people have put right at a site: texts to keep, texts to remove, rules that do not apply there.

Corrections stand in the user's rules file, one ``[[correction]]`` table each; ``docs/corrections.md`` has the format.
A text is known again as ``pipelines.chrome`` knows it: case and punctuation do not count, nor does what follows its
first 500 characters, nor, in a short line, its numbers and dates.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.chrome import fingerprint, masked
from pipelines.errors import BadConfig, MissingInput
from pipelines.items import Reason

OWN_RULES = Path("data/my-rules.toml")
"""Read where no other file is named, if it is there; in the folder one works in, beside the store."""
RULE = "correction"
"""The rule's name in the ledger for what a person has removed."""
_HEADINGS = ("dangling-heading", "bare-heading", "repeated-heading", "screen-reader-heading")
NO_RULES = ("model", "link-card", "caption", *_HEADINGS, RULE)
"""Names in the ledger that cannot be switched off: the model, how its choices are explained, and corrections."""


def can_be_off(rule: str) -> bool:
    """Whether the ledger's name of a rule is one that can be switched off; ``model: class teaser`` is the model's."""
    return rule.partition(":")[0] not in NO_RULES


REASONS = [reason for reason in Reason if reason is not Reason.MODEL]
"""What a person may give as the reason for a removal."""


class Action(StrEnum):
    """What a correction does: ``keep`` and ``remove`` a text, ``rule_off`` a rule."""

    KEEP = "keep"
    REMOVE = "remove"
    RULE_OFF = "rule_off"


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of a rules file. ``text`` is set for ``keep`` and ``remove``, ``rule`` for ``rule_off``."""

    source: str
    action: Action
    text: str | None = None
    rule: str | None = None
    reason: Reason | None = None
    """Why a text is removed; ``site_chrome`` where the entry does not say."""
    why: str | None = None
    added: date | None = None

    @property
    def target(self) -> int | str:
        """What it is about: the text's fingerprint or the rule's name."""
        return fingerprint(self.text) if self.text is not None else str(self.rule)


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of one site, ready for extraction. Small, cheap to send to a worker."""

    keep: frozenset[int] = frozenset()
    """Fingerprints of texts that are body, whatever rules and model say."""
    remove: Mapping[int, Reason] = field(default_factory=dict)
    """Fingerprints of texts that are not, with the reason."""
    without: frozenset[str] = frozenset()
    """Names of rules that do not apply at the site."""


NO_CORRECTIONS = Corrections()


def is_distinct(text: str) -> bool:
    """Whether a text has words to be known by: one of numbers and dates alone looks like any other such."""
    return any(character.isalpha() for character in masked(text))


def by_source(entries: Iterable[Correction]) -> Mapping[str, Corrections]:
    """What entries, oldest first, mean for each source: of two about one text the later one counts."""
    sites: defaultdict[str, dict[int | str, Correction]] = defaultdict(dict)
    for entry in entries:
        sites[entry.source][entry.target] = entry
    return {source: _corrections(targets) for source, targets in sites.items()}


def load_corrections(path: str | Path | None = None) -> Mapping[str, Corrections]:
    """The corrections of each source in a rules file; None is ``OWN_RULES``, which need not be there.

    Raises MissingInput, and BadConfig, which names file, line and key.
    """
    if path is None and not OWN_RULES.exists():
        return {}
    return by_source(read_corrections(Path(path or OWN_RULES)))


def read_corrections(path: Path) -> list[Correction]:
    """The entries of a rules file. Raises MissingInput, and BadConfig, which names file, line and key."""
    try:
        return parse_corrections(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise MissingInput(f"no rules file {path}: name another, or leave --rules and NEWSMINT_RULES out") from None
    except UnicodeDecodeError:
        raise BadConfig(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise MissingInput(f"{path}: cannot be read: {error.strerror}") from None


def parse_corrections(toml: str, where: str) -> list[Correction]:
    """The entries of one TOML text; ``where`` names it in errors. Raises BadConfig."""
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{where}: not TOML: {error}") from None
    entries = data.pop("correction", [])
    if data or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadConfig(f"{where}: only [[correction]] tables belong here, found {next(iter(data), 'another form')!r}")
    return [_entry(entry, where, toml, number) for number, entry in enumerate(entries)]


def _corrections(targets: Mapping[int | str, Correction]) -> Corrections:
    of = {action: {key: it for key, it in targets.items() if it.action is action} for action in Action}
    return Corrections(
        keep=frozenset(key for key in of[Action.KEEP] if isinstance(key, int)),
        remove={key: it.reason or Reason.SITE_CHROME for key, it in of[Action.REMOVE].items() if isinstance(key, int)},
        without=frozenset(key for key in of[Action.RULE_OFF] if isinstance(key, str)),
    )


def _entry(entry: Mapping[str, Any], where: str, toml: str, number: int) -> Correction:
    """One checked entry, the ``number``-th of the file, from 0."""

    def bad(problem: str, key: str | None = None) -> BadConfig:
        place = f"{where}, line {_line(toml, number, key)}: [[correction]]"
        return BadConfig(f"{place} {key}: {problem}" if key else f"{place} {problem}")

    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in _CHECKS:
            near = get_close_matches(key, _CHECKS, n=1)
            raise bad(f"no such key{f': did you mean {near[0]}?' if near else ''}", key)
        try:
            values[key] = _CHECKS[key](value)
        except ValueError as error:
            raise bad(str(error), key) from None
    for key in ("source", "action"):
        if key not in values:
            raise bad(f"has no {key}")
    wanted = "rule" if values["action"] is Action.RULE_OFF else "text"
    if wanted not in values:
        raise bad(f"has no {wanted}: {values['action']} needs one")
    allowed = {wanted, "reason"} if values["action"] is Action.REMOVE else {wanted}
    for key in ("text", "rule", "reason"):
        if key in values and key not in allowed:
            raise bad(f"does not go with {values['action']}", key)
    return Correction(**values)


def _line(toml: str, number: int, key: str | None) -> int:
    """The line, from 1, that opens the ``number``-th entry or sets ``key`` in it."""
    entry, first = -1, 1
    for at, line in enumerate(toml.splitlines(), 1):
        if re.match(r"\s*\[\[\s*correction\s*\]\]", line):
            entry += 1
            first = at if entry == number else first
        elif entry == number and key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return at
    return first


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be text in quotes, not {value!r}")
    return value


def _text(value: Any) -> str:
    if not is_distinct(_words(value)):
        raise ValueError(f"{value!r} has no words to be known by: numbers and dates do not count")
    return str(value)


def _rule(value: Any) -> str:
    if not can_be_off(_words(value)):
        raise ValueError(f"{value} is no rule that can be switched off: keep the text instead")
    return str(value)


def _one_of(choices: Sequence[StrEnum]) -> Callable[[Any], StrEnum]:
    def checked(value: Any) -> StrEnum:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return choices[choices.index(value)]

    return checked


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise ValueError(f"must be a date such as 2026-11-22, not {value!r}")
    return value.date() if isinstance(value, datetime) else value


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "source": _words,
    "action": _one_of(list(Action)),
    "text": _text,
    "rule": _rule,
    "reason": _one_of(REASONS),
    "why": _words,
    "added": _day,
}
"""Key of an entry → check that gives its value or raises ValueError with what it must be."""
