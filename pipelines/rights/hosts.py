"""The files by which a host reserves rights beside robots.txt: ``/.well-known/tdmrep.json`` and ``/ai.txt``. Pure.

TDMRep: https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/; ai.txt as Spawning spreads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from pipelines.rights.patterns import Rule, is_allowed, is_sane, matches
from pipelines.rights.robots import AgentRules, read_robots
from pipelines.rights.values import LONGEST, Notice

MAX_BYTES = 256_000
"""Of either file that are read."""
MAX_RULES = 500
_MOST_NESTED = 200
"""Brackets in a row; honest files have two, and Python's parser recurses."""

TDMREP, AI_TXT = "/.well-known/tdmrep.json", "/ai.txt"

TdmRule: TypeAlias = tuple[str, bool, str | None]
"""Location, whether it is reserved, and the policy's address."""


class Unusable(ValueError):
    """The file is not what its name says; many sites answer every address with a page."""


@dataclass(frozen=True, slots=True)
class HostRights:
    """What one host says of all its pages; ``status`` of each file asked for, None for one that was not."""

    robots: AgentRules = field(default_factory=AgentRules)
    tdm: tuple[TdmRule, ...] = ()
    ai: tuple[Rule, ...] = ()
    status: tuple[tuple[str, str], ...] = ()
    """Origin → status of HTTP, or the kind of failure."""

    def notices(self, url: str) -> Iterator[Notice]:
        """What the files say of this page."""
        parts = urlsplit(url)
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        for origin, status in self.status:
            yield Notice(origin, "status", status)
        yield from self.robots.notices(path)
        yield from _tdm_notices(self.tdm, path)
        if self.ai and not _allows_text(self.ai, path):
            yield Notice("ai_txt", "disallow", "text")


def read_tdmrep(body: bytes) -> tuple[TdmRule, ...]:
    """The rules of a tdmrep.json. Raises Unusable for what is none."""
    text = body[: MAX_BYTES + 1].decode("utf-8", "replace").strip("\ufeff \t\r\n")
    if len(body) > MAX_BYTES:
        raise Unusable(f"more than {MAX_BYTES // 1000} kB")
    if not text.startswith(("[", "{")) or "[" * _MOST_NESTED in text or '{"":' * _MOST_NESTED in text:
        raise Unusable("no JSON array")
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable("no JSON") from None
    rows = value if isinstance(value, list) else [value]
    return tuple(_tdm_rules(rows[:MAX_RULES]))


def read_ai_txt(body: bytes) -> tuple[Rule, ...]:
    """The rules of an ai.txt for everybody. Raises Unusable for what is none."""
    if body.lstrip()[:1] == b"<" or b"user-agent" not in body[:MAX_BYTES].lower():
        raise Unusable("no ai.txt")
    groups = dict(read_robots(body[:MAX_BYTES]).groups)
    return next((rules[:MAX_RULES] for names, rules in groups.items() if "*" in names), ())


def _tdm_rules(rows: list[Any]) -> Iterator[TdmRule]:
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        location, reserved = row.get("location"), _flag(row.get("tdm-reservation"))
        if isinstance(location, str) and is_sane(location) and reserved is not None:
            policy = row.get("tdm-policy")
            yield location, reserved, policy[:LONGEST] if isinstance(policy, str) and policy else None


def _flag(value: Any) -> bool | None:
    return {"1": True, "0": False, "true": True, "false": False}.get(str(value).strip().lower())


def _tdm_notices(rules: tuple[TdmRule, ...], path: str) -> Iterator[Notice]:
    """The first rule whose location matches."""
    for location, reserved, policy in rules:
        if matches(location, path):
            yield Notice("tdmrep", "tdm-reservation", str(int(reserved)))
            if policy:
                yield Notice("tdmrep", "tdm-policy", policy)
            return


def _allows_text(rules: tuple[Rule, ...], path: str) -> bool:
    """ai.txt speaks of kinds of files: a page is forbidden with all HTML, or with all text."""
    return all(is_allowed(rules, each) for each in (path, "/page.html", "/page.txt"))
