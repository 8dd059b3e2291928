"""Listing and section pages: which of a page's links lead to articles, what they are called, and where page 2 is.

No link is judged by itself alone: the shape of its address, the words it is made of and the place where it stands
each say something, and ``THRESHOLD`` is how much must be said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as lxml_html

from crawler.discovery.base import Candidate, Discovered, UnusableListing, newest_first
from crawler.discovery.dates import iso
from crawler.discovery.decoding import decoded
from crawler.discovery.pagination import next_page
from crawler.discovery.repair import what_it_is
from crawler.discovery.text import plain
from crawler.sources import Source
from pipelines.items import Hint
from pipelines.urls import canonicalise, fetchable, host, is_internal, is_trap

MAX_BYTES = 5_000_000
MAX_LINKS = 5_000
THRESHOLD = 4

_DATED = re.compile(
    r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-](0?[1-9]|[12]\d|3[01]))?(?=[/-])|/(?:19|20)\d{6}(?=\D)"
)
_NUMBERED = re.compile(r"(?:^|[/_-])\d{4,}(?:$|[/_.-])")
_NUMBERED_QUERY = re.compile(r"(?:^|&)(?:p|id|idxno|aid|article_?id|news_?id|no)=\d{2,}(?:&|$)", re.IGNORECASE)
_FILE_END = re.compile(r"\.(?:html?|php|aspx?)$")
_WORD_LIKE = re.compile(r"[^\W\d_]")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\uac00-\ud7a3]")

SECTIONS = frozenset(
    "about about-us academy advertise advertising all article-tag article_tag auteur author authors autor autore "
    "autoren autores brand careers categoria categorias categorie categories category coin coins contact contact-us "
    "contributor contributors cookie-policy cookies currencies currency datenschutz disclaimer editorial editors "
    "etiqueta etiquetas events exchanges faq feeds glossary help impressum imprint index jobs kategorie kategorien "
    "kontakt latest legal login market-data newsletter newsletters overlay page people podcast podcasts press price "
    "prices privacy privacy-policy profile programme redakteure redaktion rss schlagwort section sections sitemap "
    "staff subscribe sujet tag tags team tema temas terms terms-and-conditions terms-of-service terms-of-use thema "
    "themen tickers tools topic topics user users verlag video videos wallet webinars writer writers".split()
)
"""Path segments of pages that gather or explain, but do not report."""

_CARDS = frozenset({"article", "h1", "h2", "h3", "h4"})
_FRAME = frozenset({"nav", "header", "footer"})


@dataclass(slots=True)
class _Link:
    element: lxml_html.HtmlElement
    url: str
    text: str


def discover(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    source: Source | None = None,
    since: datetime | None = None,
) -> Discovered:
    """Article links of a listing page with title and date where they are near, and the listing's next page.

    With ``source``, its domain and patterns decide first: where it names article patterns, a link that matches is one.
    Raises UnusableListing for what is no HTML.
    """
    tree = page_tree(url, body, headers)
    domain = source.domain if source else host(url)
    links = [link for link in _links(tree, url) if is_internal(link.url, domain) and not is_trap(link.url)]
    if source:
        links = [link for link in links if source.may_be_article(link.url)]
    chosen = links if source and source.article_patterns else _articles(links)
    dates = _dates(tree, chosen)
    by_url: dict[str, list[_Link]] = defaultdict(list)
    for link in chosen:
        by_url[link.url].append(link)
    found = [Candidate(address, _hint(group, dates.get(address))) for address, group in by_url.items()]
    following = next_page(tree, url) if found else None
    return Discovered(newest_first(found, since), (following,) if following else ())


def page_tree(url: str, body: bytes, headers: Mapping[str, str]) -> lxml_html.HtmlElement:
    """The page's tree, whatever its encoding; UnusableListing for an empty one."""
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    text = decoded(body[:MAX_BYTES], content_type).replace("\0", "")
    try:
        tree = lxml_html.fromstring(text.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        raise UnusableListing(f"{url}: {what_it_is(body)}, not a page") from None
    return tree


def _links(tree: lxml_html.HtmlElement, url: str) -> Iterator[_Link]:
    """The page's links to other pages, made absolute against its ``base`` where it has one."""
    base = fetchable(next(iter(tree.xpath("//base/@href")), "") or url, url) or url
    here = canonicalise(url)
    for element in tree.xpath("//a[@href]")[:MAX_LINKS]:
        address = fetchable(element.get("href"), base)
        if address and canonicalise(address) != here:
            yield _Link(element, address, _label(element))


def _label(element: lxml_html.HtmlElement) -> str:
    """What a link is called: its text, or its heading where it is a whole card, or what it says to screen readers."""
    heading = next(iter(element.xpath(".//h1|.//h2|.//h3|.//h4|.//h5")), None)
    text = ""
    for part in (element if heading is None else heading).itertext():
        glued = text[-1:].isalnum() and part[:1].isalnum()
        text += f" {part}" if glued else str(part)
    return plain(escape(text), 400) or plain(element.get("title") or element.get("aria-label"), 400) or ""


def _articles(links: list[_Link]) -> list[_Link]:
    """Links whose address, words and place together speak for an article; judged a URL, by its best link."""
    groups = Counter(_signature(link.element) for link in links if _title_weight(link.text) > 0)
    best: dict[str, int] = defaultdict(lambda: -99)
    for link in links:
        repeated = 1 if groups[_signature(link.element)] >= 3 else 0
        weight = _address_weight(link.url) + _title_weight(link.text) + _place_weight(link.element) + repeated
        best[link.url] = max(best[link.url], weight)
    return [link for link in links if best[link.url] >= THRESHOLD]


def _address_weight(url: str) -> int:
    """Date, number and many-worded name speak for an article, the name of a section against it."""
    parts = urlsplit(url)
    *folders, last = [segment for segment in parts.path.lower().split("/") if segment] or [""]
    name = _FILE_END.sub("", last)
    if name in SECTIONS or not SECTIONS.isdisjoint(folders):
        return -4
    numbered = _NUMBERED_QUERY.search(parts.query) or _NUMBERED.search("/".join([*folders[-1:], name]))
    weight = (3 if _DATED.search(parts.path) else 0) + (2 if numbered else 0)
    words = len([word for word in re.split(r"[-_]|%20", name) if word])
    if words >= 4 or (name.count("%") >= 12 and len(unquote(name)) >= 6):
        return weight + 2
    return weight + (1 if words == 3 else 0 if weight else -1)


def _title_weight(text: str) -> int:
    """2 for a sentence, 1 for a few words, 0 for a label. Scripts that write no spaces count by characters."""
    if not _WORD_LIKE.search(text) or len(text) > 350:
        return 0
    size = len(text.split()) + len(_NO_SPACES.findall(text)) // 3
    return 2 if size >= 5 else 1 if size >= 3 else 0


def _place_weight(element: lxml_html.HtmlElement) -> int:
    """2 inside an article card or beside a heading, −3 in the frame of the page."""
    weight = 2 if element.xpath("boolean(.//h2|.//h3|.//h4)") else 0
    for depth, ancestor in enumerate(element.iterancestors()):
        tag = ancestor.tag
        if tag in _FRAME or ancestor.get("role") in ("navigation", "contentinfo"):
            return -3 if tag != "header" or depth > 3 else weight
        if tag in _CARDS and depth < 8:
            weight = 2
        if depth > 30:
            break
    return weight


def _signature(element: lxml_html.HtmlElement) -> tuple[str, ...]:
    """Tag and first class of a link and three ancestors: what cards of one list share."""
    chain = [element, *list(_up_to(element, 3))]
    return tuple(f"{each.tag!s}.{(each.get('class') or '').split(' ')[0]}" for each in chain)


def _up_to(element: lxml_html.HtmlElement, levels: int) -> Iterator[lxml_html.HtmlElement]:
    for level, ancestor in enumerate(element.iterancestors()):
        if level >= levels:
            return
        yield ancestor


def _dates(tree: lxml_html.HtmlElement, links: list[_Link]) -> dict[str, str]:
    """URL → date of the ``time`` element that stands in a card of that URL alone."""
    around: dict[lxml_html.HtmlElement, set[str]] = defaultdict(set)
    for link in links:
        for ancestor in (link.element, *_up_to(link.element, 6)):
            around[ancestor].add(link.url)
    found: dict[str, str] = {}
    for stamp in tree.xpath("//time[@datetime]")[:MAX_LINKS]:
        card = next((urls for each in _up_to(stamp, 7) if (urls := around.get(each))), None)
        date = iso(stamp.get("datetime"))
        if card and len(card) == 1 and date:
            found.setdefault(next(iter(card)), date)
    return found


def _hint(group: list[_Link], date: str | None) -> Hint:
    titles = [link.text for link in group if _title_weight(link.text) > 0]
    return Hint(
        route="listing",
        title=max(titles, key=_title_weight, default=None),
        published_at=date or _date_of_address(group[0].url),
    )


def _date_of_address(url: str) -> str | None:
    match = _DATED.search(urlsplit(url).path)
    if not match or not match[3]:
        return None
    return iso(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
