"""Labels a reader should know of, each only on evidence: sponsored, press release, opinion, guest post, paywalled."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from pipelines.extraction.jsonld import strings, types
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.vocabulary import lines, listed, pieces
from pipelines.extraction.structured import PageData

PAYWALLED = "paywalled"
_BY_WORDS = ("sponsored", "press_release", "opinion", "guest_post")
_SHOWN = {label: lines(label, "shown") for label in _BY_WORDS}
_FILED = {label: lines(label, "filed") for label in _BY_WORDS if listed(label, "filed")}
_PATHS = {label: pieces(label, "paths") for label in _BY_WORDS}
_TYPES = {name: label for label in _BY_WORDS for name in listed(label, "types")}
_PAID_TIERS = frozenset({"locked", "paid", "premium", "subscriber", "metered"})
MAX_LINE = 80


def read_labels(
    data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...]
) -> tuple[str, ...]:
    """The labels the page gives evidence for, in a fixed order."""
    found = set(_found(data, nearby, url, section, tags))
    return tuple(label for label in (*_BY_WORDS, PAYWALLED) if label in found)


def is_declared_paid(data: PageData) -> bool:
    """Whether the page's data says that it is not free to read."""
    free = (str(node["isAccessibleForFree"]) for node in data.articles if "isAccessibleForFree" in node)
    if any(value.lower().rsplit("/", 1)[-1] == "false" for value in free):
        return True
    return any(tier.lower() in _PAID_TIERS for tier in data.meta("article:content_tier", "og:article:content_tier"))


def _found(data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...]) -> Iterator[str]:
    if is_declared_paid(data):
        yield PAYWALLED
    for node in data.articles[:3]:
        yield from (_TYPES[name] for name in types(node) if name in _TYPES)
        if "sponsor" in node and any(strings(node["sponsor"])):
            yield "sponsored"
    path = urlsplit(url).path.lower()
    filed = {label for label in (section, *tags) if label}
    shown = filed | {line for line in nearby.lines if len(line) < MAX_LINE}
    for label in _BY_WORDS:
        named = any(map(_SHOWN[label].match, shown))
        if named or _PATHS[label].search(path) or (label in _FILED and any(map(_FILED[label].match, filed))):
            yield label
