"""Dates as people and machines write them, in many languages and scripts, to ISO 8601. No clock, no guessed zones."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from importlib.resources import files

FIRST_YEAR, LAST_YEAR = 1990, 2100
MAX_TEXT = 300
"""Characters of a text that are searched for a date."""

_WORD = r"(?P<month>[^\s\d.,/()-]{2,14})"
_NUMBER = r"(?P<number>[01]?\d)"
_DAY = r"(?P<day>[0-3]?\d)"
_YEAR = r"(?P<year>(?:19|20|25)\d\d)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}\s?[-/.]\s?{_NUMBER}\s?[-/.]\s?{_DAY}(?!\d)",
        rf"(?<!\d){_YEAR}\s?[年년]\s?{_NUMBER}\s?[月월]\s?{_DAY}\s?[日일]",
        rf"(?<!\d){_DAY}(?:st|nd|rd|th|er|[.ºª°])?\s?(?:de |of |-|/)?\s?{_WORD}[.,]?\s?"
        rf"(?:de |del |-|/)?\s?{_YEAR}(?!\d)",
        rf"(?<![^\W_]){_WORD}\.?\s?{_DAY}(?:st|nd|rd|th)?,?\s?{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[.,]?\s(?:m\. )?{_WORD}\s{_DAY}(?!\d)",
        rf"(?<!\d){_DAY}\s(?:tháng|thg)\s{_NUMBER},?\s(?:năm\s)?{_YEAR}(?!\d)",
        r"(?<![\d.])(?P<a>[0-3]?\d)\s?(?P<mark>[-/.])\s?(?P<b>[0-3]?\d)\s?(?P=mark)\s?(?P<year>(?:19|20)?\d\d)(?![\d.:])",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<number>[01]\d)(?P<day>[0-3]\d)(?=T\d{4}|$)",
    )
)
_TIME = re.compile(
    r"^\D{0,14}?(?P<hour>[0-2]?\d)\s?[:.hH時시]\s?(?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?"
    r"\s?(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?\s?\(?(?P<zone>Z\b|[+-]\d\d(?::?\d\d)?|[A-Z]{2,4}(?:[+-]\d{1,2}(?::?\d\d)?)?\b)?"
)
_COMPACT_TIME = re.compile(
    r"^T(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?P<half>)(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?$")
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_SPACES = re.compile(r"\s+")
_ZONES = {
    "Z": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "BST": 60,
    "WEST": 60,
    "CET": 60,
    "MEZ": 60,
    "CEST": 120,
    "MESZ": 120,
    "EET": 120,
    "EEST": 180,
    "MSK": 180,
    "EST": -300,
    "EDT": -240,
    "CDT": -300,
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
    "JST": 540,
    "KST": 540,
    "HKT": 480,
    "SGT": 480,
    "WIB": 420,
    "BRT": -180,
    "AEST": 600,
}
"""Minutes east of UTC. Abbreviations in use for two zones (CST, IST) are left out."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and the time of day and its offset (minutes east of UTC) where known."""

    day: date
    clock: tuple[int, int, int] | None = None
    offset: int | None = None
    other_day: date | None = None
    """The day that ``03/04/2025`` may mean as well."""

    @property
    def iso(self) -> str:
        """With time and offset where both are known, else the bare day."""
        exact = self.exact
        return exact.isoformat() if exact else self.day.isoformat()

    @property
    def exact(self) -> datetime | None:
        """The moment with its offset, or None where time or offset is unknown."""
        if self.clock is None or self.offset is None:
            return None
        zone = timezone(timedelta(minutes=self.offset)) if self.offset else UTC
        return datetime(self.day.year, self.day.month, self.day.day, *self.clock, tzinfo=zone)


@lru_cache(maxsize=4096)
def parse(text: str, language: str | None = None, *, month_first: bool | None = None) -> Moment | None:
    """The first date of a text, or None. ``03/04/2025`` is read by ``month_first`` or else by ``language``."""
    text = _plain(text)
    if _EPOCH.match(text):
        return _from_epoch(int(text[:10]))
    language = (language or "")[:2].lower().replace("no", "nb")
    if month_first is None:
        month_first = language in ("en", "")
    matches = [match for pattern in _PATTERNS for match in pattern.finditer(text)]
    for match in sorted(matches, key=lambda each: each.start()):
        day = _day(match, language, month_first)
        if day is not None:
            other = _day(match, language, not month_first) if "a" in match.groupdict() else None
            moment = _with_time(day, text[match.end() :])
            return replace(moment, other_day=other) if other and other != day else moment
    return None


def month_number(word: str, language: str = "") -> int | None:
    """1 to 12 for a month's name in ``language``, in English or, where only one month can be meant, in any other."""
    tables = _months()
    word = word.lower()
    return next((tables[key][word] for key in (language, "en", "") if word in tables.get(key, ())), None)


@lru_cache(maxsize=1)
def _months() -> dict[str, dict[str, int]]:
    """Names by language; under "" those that mean the same month wherever they are used."""
    rows = tomllib.loads(files(__package__).joinpath("months.toml").read_text(encoding="utf-8"))
    tables: dict[str, dict[str, int]] = {}
    anywhere: dict[str, set[int]] = {}
    for language, row in rows.items():
        tables[language] = {name: number for number, names in enumerate(row.split(), 1) for name in names.split("|")}
        for name, number in tables[language].items():
            anywhere.setdefault(name, set()).add(number)
    tables[""] = {name: min(numbers) for name, numbers in anywhere.items() if len(numbers) == 1}
    return tables


def _plain(text: str) -> str:
    """Arabic, Persian and other digits as 0 to 9, any space as one blank."""
    text = _SPACES.sub(" ", text[:MAX_TEXT]).strip()
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdigit() and char > "\x7f" else char for char in text)


def _from_epoch(seconds: int) -> Moment | None:
    moment = datetime.fromtimestamp(seconds, UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return Moment(moment.date(), (moment.hour, moment.minute, moment.second), 0)


def _day(match: re.Match[str], language: str, month_first: bool) -> date | None:
    groups = match.groupdict()
    year = int(groups["year"])
    if "a" in groups:
        month, day = _ordered(int(groups["a"]), int(groups["b"]), groups["mark"], month_first)
        year += 2000 if year < 100 else 0
    else:
        month = int(groups["number"]) if groups.get("number") else month_number(groups["month"], language) or 0
        day = int(groups["day"])
    year -= 543 if year > 2500 else 0  # the Buddhist era, as Thai sites write it
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST_YEAR <= year <= LAST_YEAR else None


def _ordered(first: int, second: int, mark: str, month_first: bool) -> tuple[int, int]:
    """(month, day) of two numbers whose order the page does not say."""
    if first > 12 or (second <= 12 and (mark == "." or not month_first)):
        return second, first
    return first, second


def _with_time(day: date, rest: str) -> Moment:
    found = _TIME.match(rest) or _COMPACT_TIME.match(rest)
    if found is None:
        return Moment(day)
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23:
        return Moment(day)
    return Moment(day, (hour, int(found["minute"]), int(found["second"] or 0)), _offset(found["zone"] or ""))


def _offset(zone: str) -> int | None:
    if zone in _ZONES:
        return _ZONES[zone]
    found = _OFFSET.match(zone)
    if not found:
        return None
    minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
    if minutes > 14 * 60:
        return None
    return minutes if found["sign"] == "+" else -minutes
