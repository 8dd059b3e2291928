"""Names of authors out of bylines: "By A. Writer and B. Writer, Staff Editor | 3 min read" holds two."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipelines.extraction.metadata.datetext import month_number
from pipelines.extraction.metadata.vocabulary import listed, pieces, words

MAX_NAME = 80
MAX_BYLINE = 400
"""Characters of a byline that are read."""

_BY_LISTS = ("by_verbs", "by_nouns", "by", "by_labels")
_VERBS, _NOUNS, _PREPOSITIONS, _LABELS = ("|".join(listed("names", name)) for name in _BY_LISTS)
_BY = re.compile(
    rf"\W*(?:(?:{_NOUNS})\s+)?(?:(?:{_VERBS})\s+)?(?:(?:{_PREPOSITIONS})\b\s*:?|(?:{_LABELS})\s*[:：]|作者|文\s*[/／|:：])\s*",
    re.IGNORECASE,
)
_BEGINNINGS = (*(word for name in _BY_LISTS for word in listed("names", name)), "文")
_BREAK = re.compile(r"\s*(?:[|•·⋅●►»\[]|\s[–—-]\s).*$", re.DOTALL)
_BRACKET = re.compile(r"\s*\(.*$", re.DOTALL)
_CLOCK = re.compile(
    r"\s*(?:\b\d{1,2}[:.]\d\d\b|\b\d+ ?(?:min|mins|minute|hour|day|stund|ago)|\b(?:19|20)\d\d\b"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]).*$",
    re.DOTALL,
)
_AFTER = words("names", "after")
_DATE = re.compile(
    r"\s*\b(?:(?P<before>[^\W\d_]{3,12})\.? \d{1,2}\b|\d{1,2}(?:st|nd|rd|th|\.)? (?P<after>[^\W\d_]{3,12}))"
)
_LISTED = re.compile(r"\s*[,;、，；\n]\s*|\s+/\s+")
_AND = "|".join(
    word for each in listed("names", "and") for word in (each, each.upper()) if len(each) > 1 or word == each
)
_JOINED = re.compile(rf"\s*[&＆]\s*|\s+(?:{_AND})\s+|\s*(?:および|와|과)\s+")
_CREDENTIAL = re.compile(
    r"(?:[A-Z]\.?){2,6}|(?:Ph|Psy|Ed|Pharm)\.?D\.?|[BM]\.?(?:Sc|Ed|Eng)\.?|[A-Z]{2,6}[®-][A-Z]{0,5}(?: \d+)?"
    r"|Esq\.?|[JS]r\.?|I{2,3}"
)
AGENCIES = frozenset(listed("names", "agencies"))
"""News agencies, which sign like persons."""
_HANDLE = re.compile(r"(?<=\w) +@\w{2,40}\b")
_EMAIL = re.compile(r"\(?\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b\)?")
_ADDRESS = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_EDGE = " \t\r\n\xa0,;:.|-–—•·⋅*\"“”„'’‘[]{}<>/\\@#~_"
_ROLE = words("names", "roles")
_NEVER = words("names", "never")
_NEVER_ALONE = pieces("names", "never_alone")
_NEVER_SIGNS = re.compile(r"[<>{}=\\#$%^*⟨]|\d{3,}")
_NO_PERSON = frozenset(listed("names", "bodies") + listed("names", "topics"))
_PARTICLES = frozenset(listed("names", "particles"))


@lru_cache(maxsize=4096)
def names_of(value: str, *, byline: bool = False) -> tuple[str, ...]:
    """The names in a byline or a data value, in order, each once.

    ``byline``: only what follows "By" or its like counts, and only up to a date or what else follows a name.
    """
    text = " ".join(html.unescape(value[:MAX_BYLINE]).split())
    if _ADDRESS.match(text) and " " not in text:
        return ()
    lead = _BY.match(text)
    if lead:
        text = _BRACKET.sub("", _undated(_before(_AFTER, _CLOCK.sub("", text[lead.end() :]))))
    elif byline:
        return ()
    text = _BREAK.sub("", _HANDLE.sub(" ", _EMAIL.sub(" ", text)))
    parts = [name for part in _LISTED.split(text) for each in _unjoined(part) if (name := _name(each))]
    return distinct(part for index, part in enumerate(parts) if not index or not _is_credential(part))


def iterate(values: Iterable[str], *, byline: bool = False) -> Iterator[str]:
    """Names of several values."""
    for value in values:
        yield from names_of(value, byline=byline)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, compared by its words alone."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(key(name), name)
    kept.pop("", None)
    return tuple(kept.values())


@lru_cache(maxsize=8192)
def key(name: str) -> str:
    """The words of a name, lower case."""
    return " ".join(re.findall(r"\w+", name.lower()))


@lru_cache(maxsize=8192)
def looks_like_person(name: str) -> bool:
    """Two to five words, each beginning with a capital, or a short name in a script without capitals."""
    parts = name.split()
    if not 1 <= len(parts) <= 5 or _names_body(name) or _undated(name) != name:
        return False
    if name[:1].isalpha() and not name[:1].isupper() and not name[:1].islower():
        return len(name) <= 20
    return len(parts) > 1 and all(part[:1].isupper() or part.lower() in _PARTICLES for part in parts)


def begins_byline(line: str) -> bool:
    """Whether a line may begin with "By" or its like; ``names_of`` says whether it does."""
    return line.lstrip(_EDGE).lower().startswith(_BEGINNINGS)


def _names_body(name: str) -> bool:
    return not _NO_PERSON.isdisjoint(name.lower().replace(".", " ").split())


def _before(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return text[: found.start()] if found else text


def _undated(text: str) -> str:
    for found in _DATE.finditer(text):
        if month_number(found["before"] or found["after"]):
            return text[: found.start()]
    return text


def _unjoined(part: str) -> list[str]:
    """The names that "and" or "/" joins; the name of one body ("Food and Drug Administration") stays whole."""
    sides = part.split("/")
    if 1 < len(sides) < 5 and looks_like_person(sides[0].strip()) and all(map(_signs, sides)):
        return sides
    names = [name.strip() for name in _JOINED.split(part)]
    if len(names) == 1:
        return [part]
    if len(names) == 2 and all(name.isalpha() and name.istitle() for name in names) and names[0] != names[1]:
        return names  # "Ann and Bob"
    if all(looks_like_person(name) or key(name) in AGENCIES for name in names):
        return names
    return names if looks_like_person(names[0]) else [part]


def _signs(side: str) -> bool:
    """Whether a side of "A. Writer/dpa" is a person or an agency: "A. Writer/Example Press" is left as it is."""
    side = side.strip()
    return looks_like_person(side) or key(side) in AGENCIES


def _is_credential(part: str) -> bool:
    return part.lower() not in AGENCIES and _CREDENTIAL.fullmatch(part) is not None


def _name(part: str) -> str | None:
    part = part.strip(_EDGE)
    lead = _BY.match(f"{part} ")
    part = _undoubled(part[lead.end() :].strip(_EDGE) if lead else part)
    if not 2 <= len(part) <= MAX_NAME or len(part.split()) > 7 or not any(map(str.isalpha, part)):
        return None
    if _ADDRESS.match(part) or _NEVER_SIGNS.search(part) or _NEVER.search(part) or _NEVER_ALONE.fullmatch(part):
        return None
    return None if not _undated(part) or _is_role(part) else part


def _undoubled(part: str) -> str:
    """A card shows a name for each width of screen: two or three times over in the markup."""
    parts = part.split()
    for times in (2, 3):
        size = len(parts) // times
        if size and len(parts) == size * times and parts == parts[:size] * times:
            return " ".join(parts[:size])
    return part


def _is_role(part: str) -> bool:
    """Whether a part says what somebody is; "The Example Editors" and "Example Team" are signatures."""
    if _names_body(part) and part[:1].isupper() and " " in part and not part.lower().startswith("senior"):
        return False
    return any(each.start() == 0 or each.end() == len(part) for each in _ROLE.finditer(part))
