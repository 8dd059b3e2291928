"""Labels a reader should know of, each only on evidence: sponsored, press release, opinion, guest post, paywalled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extraction.jsonld import first, types
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.structured import PageData

SPONSORED, PRESS_RELEASE, OPINION, GUEST_POST, PAYWALLED = (
    "sponsored",
    "press_release",
    "opinion",
    "guest_post",
    "paywalled",
)

_WORDS = {
    SPONSORED: re.compile(
        r"^(?:sponsored(?: (?:content|post|article|story|by\b.{0,60}))?|(?:paid|partner(?:ed)?|branded|promoted|advertorial)"
        r"(?: (?:content|post|partnership|article|story))?|advertorial|advertisement feature|in partnership with\b.{0,60}"
        r"|anzeige|werbung|gesponsert\w*|publireportaje|publi-?rédactionnel|contenu sponsorisé|contenido patrocinado"
        r"|patrocinado|conteúdo patrocinado|sponsorlu içerik|реклама|на правах рекламы|партнерский материал|広告|PR記事|광고|广告|赞助)\W*$",
        re.IGNORECASE,
    ),
    PRESS_RELEASE: re.compile(
        r"^(?:press[- ]?releases?|pressemitteilung|communiqué(?: de presse)?|nota de prensa|comunicado(?: de (?:prensa|imprensa))?"
        r"|comunicato stampa|persbericht|basın bülteni|пресс-релиз|プレスリリース|보도자료|新闻稿)\W*$",
        re.IGNORECASE,
    ),
    OPINION: re.compile(
        r"^(?:opinions?|op-?ed|editorial|commentary|kommentar|meinung|opinión|opinião|tribune|éditorial|opinione|мнение|オピニオン|칼럼|观点)\W*$",
        re.IGNORECASE,
    ),
    GUEST_POST: re.compile(
        r"^(?:guest (?:post|author|contributor|column|essay)|gast(?:beitrag|kommentar|autor)|tribune libre)\W*$",
        re.IGNORECASE,
    ),
}
_TYPES = {"advertisercontentarticle": SPONSORED, "opinionnewsarticle": OPINION}
_URL = {
    SPONSORED: re.compile(
        r"/(?:sponsored|partner-content|advertorial|branded-content|paid-content|sponsored-content)(?:/|$|-)"
    ),
    PRESS_RELEASE: re.compile(r"/(?:press-?releases?|pressemitteilung(?:en)?|comunicados?|communiques?)(?:/|$)"),
    OPINION: re.compile(r"/(?:opinions?|op-?ed|commentisfree|meinung|kommentar)(?:/|$)"),
}


def read_labels(
    data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...]
) -> tuple[str, ...]:
    """The labels the page gives evidence for, in a fixed order."""
    found = set(_found(data, nearby, url, section, tags))
    return tuple(label for label in (SPONSORED, PRESS_RELEASE, OPINION, GUEST_POST, PAYWALLED) if label in found)


def is_declared_paid(data: PageData) -> bool:
    """Whether the page's data says that it is not free to read."""
    paid = (first(node.get("isAccessibleForFree")) or str(node.get("isAccessibleForFree")) for node in data.articles)
    if any(value.lower().rsplit("/", 1)[-1] == "false" for value in paid):
        return True
    tiers = data.meta("article:content_tier", "og:article:content_tier")
    return any(tier.lower() in ("locked", "paid", "premium") for tier in tiers)


def _found(data: PageData, nearby: Nearby, url: str, section: str | None, tags: tuple[str, ...]) -> Iterator[str]:
    if is_declared_paid(data):
        yield PAYWALLED
    for node in data.articles[:3]:
        yield from (_TYPES[name] for name in types(node) if name in _TYPES)
    for label, pattern in _URL.items():
        if pattern.search(url.lower()):
            yield label
    shown = [section or "", *tags, *(line for line in nearby.lines if len(line) < 60)]
    for label, pattern in _WORDS.items():
        if any(pattern.match(line) for line in shown):
            yield label
