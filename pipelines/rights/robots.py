"""What a robots.txt says to the crawlers of AI, read once a host; asked once a page. Pure.

The crawl itself obeys robots.txt by protego (``crawler/middlewares/robots.py``); this records what it says to others.
Beside the groups of RFC 9309 there are ``Content-Signal: ai-train=no`` (contentsignals.org), ``Content-Usage:
train-ai=n`` (IETF AIPREF) and ``License:`` (Really Simple Licensing).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipelines.rights.patterns import Rule, is_allowed, is_sane
from pipelines.rights.values import LONGEST, Notice

MAX_BYTES = 512_000
"""Of the file that are read."""
MAX_RULES = 2_000
"""For crawlers of AI, of all groups together."""
MAX_LICENCES = 3

_SAID = {"content-signal", "content-usage"}
_VERSION = re.compile(r"/[\d.]*\s*$")


@cache
def agents() -> dict[str, str]:
    """Name of a crawler → ``training``, ``search`` or ``user``."""
    table = tomllib.loads(Path(__file__).with_name("agents.toml").read_text(encoding="utf-8"))
    return {name: purpose for purpose, names in table.items() for name in names}


@cache
def _spellings() -> dict[str, str]:
    return {name.lower(): name for name in (*agents(), "*")}


@dataclass(slots=True)
class _Group:
    names: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    """Term, value, and the path it is about."""


@dataclass(frozen=True, slots=True)
class AgentRules:
    """A robots.txt, as far as it speaks of AI."""

    groups: tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...] = ()
    """Names of agents that share rules, with these."""
    said: tuple[tuple[str, str, str], ...] = ()
    """Term, value and path of usage preferences for everybody or for crawlers of AI."""
    licences: tuple[str, ...] = ()

    def notices(self, path: str) -> Iterator[Notice]:
        """What it says of one path, its query included."""
        forbidden = sorted(name for names, rules in self.groups if not is_allowed(rules, path) for name in names)
        if forbidden:
            yield Notice("robots_txt", "disallow", ", ".join(forbidden))
        for term, value, where in self.said:
            if not where or not is_allowed([(where, False)], path):
                yield Notice("robots_txt", term, value)
        for address in self.licences:
            yield Notice("robots_txt", "license", address)


def read_robots(body: bytes) -> AgentRules:
    """Parse a robots.txt; what is no robots.txt says nothing."""
    groups, licences = _groups(body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff"))
    by_name: dict[str, list[Rule]] = {}
    said: list[tuple[str, str, str]] = []
    left = MAX_RULES
    for group in groups:
        taken, left = group.rules[:left], max(0, left - len(group.rules))
        for name in dict.fromkeys(group.names):
            by_name.setdefault(name, []).extend(taken)
        said += [each for each in group.said if each not in said]
    return AgentRules(_shared(by_name), tuple(said[:10]), tuple(licences[:MAX_LICENCES]))


def _shared(by_name: dict[str, list[Rule]]) -> tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...]:
    """Names with the same rules together: a file that shuts out thirty crawlers is matched once a page."""
    by_rules: dict[tuple[Rule, ...], list[str]] = {}
    for name, rules in by_name.items():
        by_rules.setdefault(tuple(dict.fromkeys(rules)), []).append(name)
    return tuple((tuple(names), rules) for rules, names in by_rules.items())


def _groups(text: str) -> tuple[list[_Group], list[str]]:
    """The groups that are for crawlers of AI or for all, and the licences that the file names."""
    groups: list[_Group] = []
    licences: list[str] = []
    group, opens = _Group(), True
    for term, value in _lines(text):
        if term == "user-agent":
            if not opens:
                group, opens = _Group(), True
            if known := _spellings().get(_VERSION.sub("", value).strip().lower()):
                if not group.names:
                    groups.append(group)
                group.names.append(known)
            continue
        if term == "license":
            licences.append(value)
            continue
        if term in ("allow", "disallow"):
            opens = False
            if value and is_sane(value):
                group.rules.append((value, term == "allow"))
        elif term in _SAID:
            opens = False
            group.said += _preferences(term, value)
    return groups, list(dict.fromkeys(licences))


def _preferences(term: str, value: str) -> Iterator[tuple[str, str, str]]:
    """``ai-train=no`` and the like, each with the path it may begin with."""
    where, _, rest = value.partition(" ") if value.startswith("/") else ("", "", value)
    for each in rest.lower().replace(" ", "").split(",")[:10]:
        if "=" in each:
            yield term, each[:60], where if is_sane(where) else ""


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        term, colon, value = line.partition("#")[0].partition(":")
        if colon and len(term) < 40:
            yield term.strip().lower(), value.strip()[:LONGEST]
