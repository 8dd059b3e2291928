"""Rules for what sites and plugins print around articles: data in ``rules/*.toml``, compiled once.

A rule names a block's reason to leave the body and how to know the block: by its text, by marks on an element around
it (class, id, attribute, tag), or by a heading that opens a section of them. A *weak* rule never takes a block out by
itself; it explains one that the model has taken out. ``rules/README.md`` documents the format.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from lxml.html import HtmlElement

from pipelines.errors import BadConfig, MissingInput
from pipelines.items import Reason

MAX_TEXT = 900
"""Longer blocks are never taken by a text rule, however a pattern reads."""

LONGEST_LINE = 120
MAX_MEMO = 30_000
"""Texts and class names of which the answer is remembered: sites repeat their furniture on every page."""

_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\N{NO-BREAK SPACE}": " "}
_CASELESS = {"İ": "i", "ı": "i", "ſ": "s", "Σ": "σ", "ς": "σ"}
"""Letters that ``re`` takes for one another when it ignores case, and ``str.lower`` does not."""
_ESCAPES = re.compile(r"\\[^uxUN]")
_WORD = re.compile(r"\w+")
_LENGTHS = (90, 160, 260, 420, MAX_TEXT)
"""A text is matched against the patterns of rules that take texts of its length only."""
_Choice = TypeVar("_Choice", bound=StrEnum)


class Place(StrEnum):
    """Where a text rule holds: anywhere, only before the first full paragraph, only after the last, or at either."""

    ANY = "any"
    HEAD = "head"
    TAIL = "tail"
    EDGE = "edge"


class Takes(StrEnum):
    """How far a section reaches that a heading opens among the article's own paragraphs."""

    ITEMS = "items"  # titles, each with at most one teaser
    LABELS = "labels"  # short lines only
    PARAGRAPHS = "paragraphs"  # up to the next heading
    REST = "rest"  # all that follows


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``text`` are regular expressions that match a whole block, the others but ``opens_like`` plain phrases.

    ``opens`` are headings that open a section whatever follows, ``opens_links`` such that authors use as well: they
    open one only where a link follows at once, and what matches ``opens_like`` only where two links follow.
    """

    name: str
    reason: Reason
    why: str = ""
    weak: bool = False
    place: Place = Place.ANY
    longest: int = MAX_TEXT
    takes: Takes = Takes.ITEMS
    sites: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    opens_links: tuple[str, ...] = ()
    opens_like: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    class_starts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    """``name=value`` (``name=value*`` for a value that starts so)."""

    def holds_on(self, host: str) -> bool:
        """Whether the rule is for all sites or for the one at ``host``."""
        return not self.sites or any(host == site or host.endswith(f".{site}") for site in self.sites)


def fold(text: str) -> str:
    """The words of ``text`` in lower case, one space apart: how phrases are compared."""
    return " ".join(_WORD.findall(text.casefold()))


def plain(text: str) -> str:
    """``text`` with typographic quotes made plain: what text rules are matched against."""
    return _exchanged(text, _QUOTES)


def _exchanged(text: str, letters: Mapping[str, str]) -> str:
    """``text`` with others for these letters, none of which is ASCII; for so few faster than ``str.translate``."""
    if not text.isascii():
        for letter, other in letters.items():
            text = text.replace(letter, other)
    return text


class RuleSet:
    """Compiled rules: each look-up is a dictionary access or one joined regular expression."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: rule.weak)
        self._lines = _phrases(ordered, "lines")
        self._opens = _phrases(ordered, "opens")
        self._opens_links = _phrases(ordered, "opens_links")
        self._opens_like = _Patterns([(rule, pattern) for rule in ordered for pattern in rule.opens_like])
        self._classes = {name.casefold(): rule for rule in reversed(ordered) for name in rule.classes}
        self._tags = {tag: rule for rule in reversed(ordered) for tag in rule.tags}
        self._attributes = _attributes(ordered)
        self._starts = _by_first_letter((start.casefold(), rule) for rule in ordered for start in rule.class_starts)
        self._texts = (_Texts(ordered, weak=False), _Texts(ordered, weak=True))
        self._text_memo: tuple[dict[str, Rule | None], dict[str, Rule | None]] = ({}, {})
        self._opener_memo: dict[str, tuple[Rule, int] | None] = {}
        self._class_memo: dict[tuple[str, str], Rule | None] = {}

    def by_text(self, text: str, place: Place = Place.EDGE, *, weak: bool = False) -> Rule | None:
        """The rule that takes a block of this text at this place."""
        if len(text) > MAX_TEXT:
            return None
        rule = self._matching(text, weak=False) or (self._matching(text, weak=True) if weak else None)
        return rule if rule and _fits(rule, place) else None

    def _matching(self, text: str, *, weak: bool) -> Rule | None:
        memo = self._text_memo[weak]
        if text not in memo:
            if len(memo) > MAX_MEMO:
                memo.clear()
            line = self._lines.get(fold(text)) if len(text) <= LONGEST_LINE else None
            memo[text] = line if line and line.weak is weak else self._texts[weak].find(text)
        return memo[text]

    def opener(self, text: str) -> tuple[Rule, int] | None:
        """The rule whose section a line of this text opens, and how many links must follow at once for it."""
        if len(text) > 90:
            return None
        if text not in self._opener_memo:
            if len(self._opener_memo) > MAX_MEMO:
                self._opener_memo.clear()
            self._opener_memo[text] = self._opening(text)
        return self._opener_memo[text]

    def _opening(self, text: str) -> tuple[Rule, int] | None:
        folded = fold(text)
        if folded in self._opens:
            return self._opens[folded], 0
        if folded in self._opens_links:
            return self._opens_links[folded], 1
        rule = self._opens_like.find(text)
        return (rule, 2) if rule else None

    def by_markup(self, element: HtmlElement) -> Rule | None:
        """The rule that an element's own tag, classes, id or attributes fall under; ancestors are not looked at."""
        rule = self._by_class(element.get("class") or "", element.get("id") or "")
        if rule and not rule.weak:
            return rule
        for name in element.keys():  # noqa: SIM118 (lxml makes an object of its own for ``attrib``)
            for value, is_start, candidate in self._attributes.get(str(name), ()):
                found = element.get(name, "")
                if found.startswith(value) if is_start else found == value:
                    return candidate
        return rule or self._tags.get(str(element.tag))

    def _by_class(self, classes: str, id_: str) -> Rule | None:
        if not classes and not id_:
            return None
        key = classes, id_
        if key not in self._class_memo:
            if len(self._class_memo) > MAX_MEMO:
                self._class_memo.clear()
            tokens = [*classes.casefold().split(), *id_.casefold().split()]
            self._class_memo[key] = self._by_tokens(tokens)
        return self._class_memo[key]

    def _by_tokens(self, tokens: list[str]) -> Rule | None:
        found = [rule for token in tokens if (rule := self._classes.get(token))]
        for token in tokens:
            alike = self._starts.get(token[0], ())
            found += [rule for start, rule in alike if token.startswith(start)][:1]
        return min(found, key=lambda rule: rule.weak, default=None)


class _Texts:
    """The ``text`` patterns of the strong or of the weak rules, joined into one expression for each length of text."""

    def __init__(self, rules: Iterable[Rule], *, weak: bool) -> None:
        chosen = [(rule, pattern) for rule in rules if rule.weak is weak for pattern in rule.text]
        chosen.sort(key=lambda entry: entry[0].place is not Place.ANY)
        self._by_length = [
            (limit, _Patterns([entry for entry in chosen if entry[0].longest > least]))
            for least, limit in pairwise((0, *_LENGTHS))
        ]

    def find(self, text: str) -> Rule | None:
        rule = next(patterns for limit, patterns in self._by_length if len(text) <= limit).find(text)
        return rule if rule and len(text) <= rule.longest else None


class _Patterns:
    """Patterns, each with its rule, joined: first it is asked whether any of them matches, then which is the first.

    Most texts match none. An expression without groups, on text in lower case, says so three times as fast as one that
    ignores case and tells its patterns apart; the few patterns that need capitals are kept out of it.
    """

    def __init__(self, chosen: Sequence[tuple[Rule, str]]) -> None:
        self._rules = [rule for rule, _ in chosen]
        self._patterns = [pattern for _, pattern in chosen]
        lower = [_exchanged(pattern, _CASELESS) for pattern in self._patterns if not _needs_case(pattern)]
        cased = [pattern for pattern in self._patterns if _needs_case(pattern)]
        self._lower = re.compile("|".join(lower), re.DOTALL) if lower else None
        self._cased = re.compile("|".join(cased), re.IGNORECASE | re.DOTALL) if cased else None

    @cached_property
    def _each(self) -> re.Pattern[str]:
        """Each pattern in a group of its own: ``lastindex`` says which matched. Compiled when one does."""
        return re.compile("|".join(f"({pattern})" for pattern in self._patterns), re.IGNORECASE | re.DOTALL)

    def find(self, text: str) -> Rule | None:
        """The rule of the first pattern that matches the whole text."""
        text = plain(text)
        if not self._may_match(text):
            return None
        match = self._each.fullmatch(text)
        return self._rules[(match.lastindex or 1) - 1] if match else None

    def _may_match(self, text: str) -> bool:
        lower = _exchanged(text, _CASELESS).lower()
        return bool((self._lower and self._lower.fullmatch(lower)) or (self._cased and self._cased.fullmatch(text)))


def _needs_case(pattern: str) -> bool:
    """Whether a pattern may mean another thing on text in lower case: it has capitals, codes of letters, or flags."""
    literal = _ESCAPES.sub("", pattern)
    return literal != literal.lower() or "\\" in literal or "(?-" in literal


def _fits(rule: Rule, place: Place) -> bool:
    if rule.place is Place.EDGE:
        return place is not Place.ANY
    return rule.place in (Place.ANY, place) or place is Place.EDGE


def _phrases(rules: list[Rule], name: str) -> dict[str, Rule]:
    return {fold(phrase): rule for rule in reversed(rules) for phrase in getattr(rule, name)}


def _by_first_letter(starts: Iterable[tuple[str, Rule]]) -> dict[str, list[tuple[str, Rule]]]:
    found: dict[str, list[tuple[str, Rule]]] = {}
    for start, rule in starts:
        found.setdefault(start[0], []).append((start, rule))
    return found


def _attributes(rules: list[Rule]) -> dict[str, list[tuple[str, bool, Rule]]]:
    """By attribute name: values, whether a value need only start so, and the rule."""
    found: dict[str, list[tuple[str, bool, Rule]]] = {}
    for rule in rules:
        for entry in rule.attributes:
            name, _, value = entry.partition("=")
            found.setdefault(name, []).append((value.removesuffix("*"), value.endswith("*"), rule))
    return found


def rules_for(host: str, extra: Path | None = None, *, without: Collection[str] = ()) -> RuleSet:
    """The rules that hold on a site: the project's, then those of a person's own file. Compiled once a set.
    ``without`` are names of rules that do not apply.

    Raises BadConfig where a file is not as ``rules/README.md`` says, MissingInput where ``extra`` does not exist.
    """
    rules = tuple(rule for rule in _all_rules(extra) if rule.holds_on(host) and rule.name not in without)
    return _compiled(rules)


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...]) -> RuleSet:
    return RuleSet(rules)


@lru_cache(maxsize=8)
def _all_rules(extra: Path | None) -> tuple[Rule, ...]:
    own = sorted(
        (entry for entry in files("pipelines.extraction").joinpath("rules").iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    rules = [rule for entry in own for rule in parse_rules(entry.read_text("utf-8"), entry.name)]
    if extra is not None:
        rules = [*_read_extra(extra), *rules]
    return tuple(rules)


def _read_extra(path: Path) -> list[Rule]:
    try:
        return parse_rules(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        raise MissingInput(f"{path}: no such rules file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}") from None


def parse_rules(toml: str, where: str) -> list[Rule]:
    """Rules of one TOML text; ``where`` names it in errors.

    Raises BadConfig with the file, the rule and the key.
    """
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{where}: not valid TOML: {error}") from None
    entries = data.pop("rule", [])
    if data or not isinstance(entries, list):
        raise BadConfig(f"{where}: only [[rule]] tables are known here, found {', '.join(data) or 'something else'}")
    return [_rule(entry, f"{where}: rule {number}") for number, entry in enumerate(entries, 1)]


_FIELDS = {each.name for each in fields(Rule)}
_LISTS = (
    "sites",
    "text",
    "lines",
    "opens",
    "opens_links",
    "opens_like",
    "classes",
    "class_starts",
    "tags",
    "attributes",
)
_MATCHERS = _LISTS[1:]


def _rule(entry: Mapping[str, Any], where: str) -> Rule:
    where = f"{where} ({entry['name']})" if isinstance(entry.get("name"), str) else where
    if unknown := sorted(set(entry) - _FIELDS):
        raise BadConfig(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_FIELDS))}")
    if not isinstance(entry.get("name"), str):
        raise BadConfig(f"{where}: a rule needs a name")
    if not any(entry.get(key) for key in _MATCHERS):
        raise BadConfig(f"{where}: a rule needs at least one of {', '.join(_MATCHERS)}")
    values = dict(entry)
    for key in _LISTS:
        values[key] = _strings(entry.get(key, []), f"{where}: {key}")
    values["reason"] = _choice(Reason, entry.get("reason"), f"{where}: reason")
    values["place"] = _choice(Place, entry.get("place", "any"), f"{where}: place")
    values["takes"] = _choice(Takes, entry.get("takes", "items"), f"{where}: takes")
    _check_scalars(entry, where)
    for pattern in (*values["text"], *values["opens_like"]):
        _check_pattern(pattern, where)
    return Rule(**values)


def _check_scalars(entry: Mapping[str, Any], where: str) -> None:
    if not isinstance(entry.get("weak", False), bool):
        raise BadConfig(f"{where}: weak must be true or false")
    if not isinstance(entry.get("longest", 1), int) or not 0 < entry.get("longest", 1) <= MAX_TEXT:
        raise BadConfig(f"{where}: longest must be a number of characters up to {MAX_TEXT}")
    if not isinstance(entry.get("why", ""), str):
        raise BadConfig(f"{where}: why must be a text")


def _strings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadConfig(f"{where} must be a list of texts")
    return tuple(value)


def _choice(kind: type[_Choice], value: Any, where: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise BadConfig(f"{where} must be one of {', '.join(kind)}, not {value!r}") from None


def _check_pattern(pattern: str, where: str) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadConfig(f"{where}: {pattern!r} is not a regular expression: {error}") from None
    if compiled.groups:
        raise BadConfig(f"{where}: {pattern!r} has a group; write (?:…) instead")
    if compiled.fullmatch(""):
        raise BadConfig(f"{where}: {pattern!r} matches everything or nothing")
