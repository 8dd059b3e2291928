"""The article's title: every place a page names it is a witness, and the wording best attested wins.

A page names its article in the ``h1``, in ``title``, for networks (``og:title``), for search engines (JSON-LD) and in
the feed, each time a little otherwise: with the site's name behind it, shortened, or reworded for clicks. All wordings
are candidates, with and without what may be the site's name. ``WEIGHTS`` says what each witness is worth.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from pipelines.extraction.jsonld import article_rank, first
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of

MAX_TITLE = 500
"""Characters; the longest headline seen on news pages has under 300."""
MAX_H1 = 6

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(
    r"\s+[|\-–—‒―·•:»«›~/‖⋆]+\s+|\s*[|»｜]\s*|：|\s*::\s*|\s+[-–—]{2,}\s+"
    r"|_(?=\S{2,20}$)|: (?=\S+$)|, (?=[A-Z]\S+(?: \S+){0,3}$)"
)
_TITLE_CLASS = re.compile(r"title|headline|heading")
_ASIDE = frozenset({"nav", "aside", "footer", "dialog"})


@dataclass
class Candidate:
    """One wording: its text as first met, and what speaks for and against it, by name (1.0 where a thing is so)."""

    text: str
    traits: dict[str, float] = field(default_factory=dict)


def fold(text: str) -> str:
    """The words alone, lower case: how two wordings are compared."""
    return " ".join(_WORD.findall(text.lower()))


def read_title(data: PageData, url: str, site_names: Iterable[str], hint_title: str | None = None) -> str | None:
    """The title without the site's name, or None where a page has none."""
    found = candidates(data, url, site_names, hint_title)
    return max(found, key=score).text if found else None


def candidates(data: PageData, url: str, site_names: Iterable[str], hint_title: str | None) -> list[Candidate]:
    """Every wording once, with its witnesses and traits."""
    raw = [(name, text) for name, value in _witnesses(data, hint_title) if (text := _clean(value))]
    sites = {fold(name) for name in site_names} - {""}
    found: dict[str, Candidate] = {}
    for name, text in raw:
        _add(found, text, name)
        for part, trait in _shortened(text, sites):
            _add(found, part, f"{name}-{trait}")
            if "site" in trait:
                _add(found, part, "site_left_out")
                _add(found, text, "site_left_in")
    folded = {name: fold(text) for name, text in reversed(raw)}
    slug = frozenset(
        _WORD.findall(
            unquote(urlsplit(url).path).rsplit("/", 2)[-2 if url.endswith("/") else -1].lower().replace("_", " ")
        )
    )
    news = any(article_rank(node) == 6 for node in data.articles)
    for key, candidate in found.items():
        if news:
            candidate.traits.update({f"news_{name}": 1.0 for name in candidate.traits if name in _NEWS})
        candidate.traits.update(_traits(key, candidate.text, folded, sites, slug))
    return list(found.values())


def score(candidate: Candidate) -> float:
    """Sum of what the candidate's traits are worth."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in candidate.traits.items())


def _traits(key: str, text: str, folded: Mapping[str, str], sites: set[str], slug: frozenset[str]) -> dict[str, float]:
    words = set(key.split())
    traits = {
        "is_site": float(_is_site(text, sites)),
        "one_word": float(len(words) < 2),
        "few_words": float(len(words) < 4),
    }
    traits["many_words"] = float(len(words) > 22)
    traits["pipe"] = float(" | " in text or " - " in text)
    traits["cut_off"] = float(text.endswith(("...", "…")))
    for name in ("h1", "og", "ld", "head", "twitter"):
        other = folded.get(name)
        if other and other != key:
            theirs = set(other.split())
            traits[f"like_{name}"] = len(words & theirs) / len(words | theirs)
            traits[f"inside_{name}"] = float(f" {key} " in f" {other} ")
            traits[f"around_{name}"] = float(f" {other} " in f" {key} ")
    if len(slug) > 2:
        traits["slug"] = len(words & slug) / len(words | slug)
    return traits


def _add(found: dict[str, Candidate], text: str, witness: str) -> None:
    key = fold(text)
    if key:
        found.setdefault(key, Candidate(text)).traits[witness] = 1.0


def _witnesses(data: PageData, hint_title: str | None) -> Iterable[tuple[str, str]]:
    if hint_title:
        yield "hint", hint_title
    yield from _main_headings(data)
    nodes = [node for node in data.articles if article_rank(node) >= 4][:1]
    for node in nodes:
        yield "ld", first(node.get("headline")) or ""
        yield "ld_name", first(node.get("name")) or ""
        yield "ld_alternative", first(node.get("alternativeHeadline")) or ""
    for node in [node for node in data.articles if article_rank(node) == 1][:1]:
        yield "ld_page", first(node.get("headline")) or first(node.get("name")) or ""
    for name, keys in _META.items():
        yield from ((name, value) for value in data.meta(*keys)[:1])
    yield from (("itemprop", text_of(element)) for element in data.itemprop("headline")[:1])
    yield "head", data.head_title


_NEWS = frozenset({"h1", "ld", "og", "og-site", "head", "head-site", "head-cut", "twitter"})
_META = {
    "og": ("og:title",),
    "twitter": ("twitter:title",),
    "meta": ("parsely-title", "sailthru.title", "headline", "cxenseparse:title", "article:title", "hdl"),
    "dublin": ("dc.title", "dcterms.title", "citation_title"),
    "meta_title": ("title",),
}


def _main_headings(data: PageData) -> Iterable[tuple[str, str]]:
    headings = [(element, text) for element in data.h1[:20] if (text := text_of(element, MAX_TITLE))][:MAX_H1]
    for number, (element, text) in enumerate(headings):
        yield "h1", text
        yield "h1_only" if len(headings) == 1 else "h1_first" if not number else "h1_later", text
        if _TITLE_CLASS.search(f"{element.get('class')} {element.get('itemprop')}".lower()):
            yield "h1_class", text
        around = {parent.tag for parent in element.iterancestors()}
        if "article" in around or "main" in around:
            yield "h1_article", text
        if around & _ASIDE:
            yield "h1_aside", text


def _clean(text: str) -> str:
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    return " ".join(text.replace("\xad", "").replace("\u200b", "").split())[:MAX_TITLE]


def _shortened(text: str, sites: set[str]) -> Iterable[tuple[str, str]]:
    """The text without its last part, its last two parts, its first part, where separators stand."""
    before, colon, behind = text.partition(": ")
    if colon and _is_site(before, sites):
        yield behind, "lead_site"
    cuts = list(_SEPARATOR.finditer(text))[-8:]
    if not cuts:
        return
    last = cuts[-1]
    yield text[: last.start()], "site" if _is_site(text[last.end() :], sites) else "cut"
    if len(cuts) > 1:
        rest = text[cuts[-2].end() :]
        yield (
            text[: cuts[-2].start()],
            "site2" if _is_site(rest, sites) or _is_site(text[last.end() :], sites) else "cut2",
        )
    if len(cuts) > 2:
        yield text[: cuts[0].start()], "cut3"
    yield text[cuts[0].end() :], "lead_site" if _is_site(text[: cuts[0].start()], sites) else "lead"


def _is_site(text: str, sites: set[str]) -> bool:
    key = fold(text)
    return key in sites or key.replace(" ", "") in {site.replace(" ", "") for site in sites}


WEIGHTS: dict[str, float] = tomllib.loads(files(__package__).joinpath("title.toml").read_text(encoding="utf-8"))[
    "weights"
]
"""What each witness and trait is worth; how they were found is said in ``title.toml``."""
