"""Labels a reader should know of, each with what of the page says so: sponsored, press release, opinion, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from pipelines.extraction.charts import PRICE_ANALYSIS, is_lesson
from pipelines.extraction.jsonld import strings, types
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.vocabulary import lines, listed, pieces
from pipelines.extraction.structured import PageData
from pipelines.items import Evidence

PAYWALLED = "paywalled"
_BY_WORDS = ("sponsored", "press_release", "opinion", "guest_post", PRICE_ANALYSIS)
_ORDER = ("sponsored", "press_release", "opinion", "guest_post", PAYWALLED, PRICE_ANALYSIS)
_SHOWN = {label: lines(label, "shown") for label in _BY_WORDS}
_FILED = {label: lines(label, "filed") for label in _BY_WORDS if listed(label, "filed")}
_PATHS = {label: pieces(label, "paths") for label in _BY_WORDS}
_TYPES = {name: label for label in _BY_WORDS for name in listed(label, "types")}
_PAID_TIERS = frozenset({"locked", "paid", "premium", "subscriber", "metered"})
MAX_LINE = 80
MAX_EVIDENCE = 200
"""Characters."""


def read_labels(
    data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...], title: str | None
) -> tuple[Evidence, ...]:
    """The labels the page gives evidence for, in a fixed order, each with the first that says so."""
    found: dict[str, str] = {}
    for label, words in _found(data, nearby, url, section, tags):
        found.setdefault(label, words)
    if is_lesson(title):
        found.pop(PRICE_ANALYSIS, None)
    return tuple(Evidence(label, found[label][:MAX_EVIDENCE]) for label in _ORDER if label in found)


def declared_paid(data: PageData) -> str | None:
    """What of the page's data says that it is not free to read."""
    free = (str(node["isAccessibleForFree"]) for node in data.articles if "isAccessibleForFree" in node)
    if any(value.lower().rsplit("/", 1)[-1] == "false" for value in free):
        return "JSON-LD isAccessibleForFree: false"
    tiers = data.meta("article:content_tier", "og:article:content_tier")
    return next((f"meta article:content_tier: {tier}" for tier in tiers if tier.lower() in _PAID_TIERS), None)


def _found(
    data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Label and evidence, the surest first."""
    if paid := declared_paid(data):
        yield PAYWALLED, paid
    for node in data.articles[:3]:
        yield from ((_TYPES[name], f"JSON-LD type: {name}") for name in types(node) if name in _TYPES)
        for sponsor in strings(node.get("sponsor")):
            yield "sponsored", f"JSON-LD sponsor: {sponsor}"
    filed = [*(("section", section) for _ in (section,) if section), *(("tag", tag) for tag in tags)]
    shown = [*filed, *(("line", line) for line in nearby.lines if len(line) < MAX_LINE)]
    path = urlsplit(url).path.lower()
    for label in _BY_WORDS:
        yield from ((label, f"{where}: {words}") for where, words in shown if _SHOWN[label].match(words))
        if label in _FILED:
            yield from ((label, f"{where}: {words}") for where, words in filed if _FILED[label].match(words))
        if match := _PATHS[label].search(path):
            yield label, f"address: {match[0]}"
