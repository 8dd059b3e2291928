"""Who wrote it: every part of a page that names authors is a witness, and the set of names best attested wins.

Data names the site or the last editor, cards name all who took part, a sidebar names others: no single place is
right on all sites. All sets of names are candidates, the empty one too. ``WEIGHTS`` says what each witness and trait
is worth.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pipelines.extraction.jsonld import article_rank, resolve, strings
from pipelines.extraction.metadata.bylines import (
    BARE_KINDS,
    bare_names,
    bylines,
    dated_lines,
    labelled,
    marked,
    plain_bylines,
    signed,
)
from pipelines.extraction.metadata.names import distinct, iterate, key, looks_like_person
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.vocabulary import words
from pipelines.extraction.structured import PageData
from pipelines.items import Hint

MAX_AUTHORS = 30
AUTHOR_META = (
    "author article:author og:author og:article:author byl parsely-author sailthru.author cxenseparse:author "
    "dc.creator dcterms.creator citation_author citation_authors article.author author.name page.author authors"
).split()
_TOPIC_META = ("article:section", "og:article:section", "parsely-section", "section")
KINDS = frozenset(
    "json_ld json_ld_body json_ld_later meta meta_other written_by byline dated_line marked itemprop rel hint signed"
    " labelled marked_far".split()
) | frozenset(BARE_KINDS)
"""Witnesses that count as agreeing with one another."""
_NEAR = frozenset({"byline", "dated_line", "marked", "bare_profile", "bare_signature", "bare_portrait"})
_CARD_LABEL = words("names", "author_cards")
WEIGHTS: dict[str, float] = tomllib.loads(files(__package__).joinpath("authors.toml").read_text(encoding="utf-8"))[
    "weights"
]
"""What each witness and trait is worth; how they were found is said in ``authors.toml``."""


@dataclass
class Candidate:
    """A set of names that may be the authors, in the order first met, and what speaks for and against it."""

    names: tuple[str, ...]
    traits: dict[str, float] = field(default_factory=dict)


def read_authors(data: PageData, nearby: Nearby, site_names: Set[str], hint: Hint | None) -> tuple[str, ...]:
    """Authors in the page's order: persons, or else the name or organisation that signs."""
    return max(candidates(data, nearby, site_names, hint), key=score).names[:MAX_AUTHORS]


def candidates(data: PageData, nearby: Nearby, site_names: Set[str], hint: Hint | None) -> list[Candidate]:
    """Every set of names that a part of the page gives, and the empty one."""
    found: dict[frozenset[str], Candidate] = {frozenset(): Candidate((), {"nobody": 1.0})}
    for kind, names in witnesses(data, nearby, hint):
        if names := distinct(names):
            found.setdefault(frozenset(map(key, names)), Candidate(names)).traits[kind] = 1.0
            own = tuple(name for name in names if key(name) not in site_names)
            if own and own != names:
                found.setdefault(frozenset(map(key, own)), Candidate(own)).traits[f"{kind}-own"] = 1.0
    for keys, candidate in found.items():
        if keys:
            candidate.traits.update(_traits(keys, candidate.names, found, site_names))
            title = f" {nearby.title} "
            candidate.traits["in_title"] = float(any(f" {key(name)} " in title for name in candidate.names))
    return list(found.values())


def _topics(data: PageData) -> Set[str]:
    """What the page files its article under, which stands beside the headline as names do."""
    stated = [
        *data.meta(*_TOPIC_META),
        *(each for node in data.articles[:2] for each in strings(node.get("articleSection"))),
    ]
    return {key(each) for each in stated} | {key(data.line(link)) for link in data.rel("category")}


def score(candidate: Candidate) -> float:
    """Sum of what the candidate's traits are worth."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in candidate.traits.items())


def _traits(
    keys: frozenset[str], names: tuple[str, ...], found: Mapping[frozenset[str], Candidate], site_names: Set[str]
) -> dict[str, float]:
    persons = [looks_like_person(name) for name in names]
    support = {kind for others, each in found.items() if keys <= others for kind in each.traits if kind in KINDS}
    parts = {
        kind for others, each in found.items() if others and others < keys for kind in each.traits if kind in KINDS
    }
    others = any(
        looks_like_person(name) and key(name) not in site_names
        for each in found.values()
        if not _NEAR.isdisjoint(each.traits)
        for name in each.names
    )
    return {
        "not_the_person_shown": float(others and not any(persons)),
        "site_not_the_person_shown": float(others and keys <= site_names),
        "persons": float(all(persons)),
        "mixed": float(any(persons) and not all(persons)),
        "is_site": float(keys <= site_names),
        "has_site": float(bool(keys & site_names) and not keys <= site_names),
        "one_word": float(any(" " not in name for name in names)),
        "many": float(len(names) > 4),
        "agreement": min(len(support), 5) / 5,
        "parts_named": min(len(parts), 3) / 3,
        **{f"within_{kind}": 1.0 for kind in support - set(found[keys].traits)},
        **{f"around_{kind}": 1.0 for kind in parts},
    }


def witnesses(data: PageData, nearby: Nearby, hint: Hint | None) -> Iterator[tuple[str, Iterable[str]]]:
    """(kind, names) for each part of the page that may name the authors."""
    nodes = [node for node in data.articles if article_rank(node) > 1][:2]
    for kind, node in zip(("json_ld", "json_ld_later"), nodes, strict=False):
        stated = resolve(node.get("author") or node.get("creator"), data.json_ld)
        yield f"{kind}_body" if _is_body(stated) else kind, iterate(strings(stated))
    for name in AUTHOR_META:
        yield "meta" if name == "author" else "meta_other", iterate(data.meta(name))
    yield "written_by", iterate(_of_cards(data))
    if hint and hint.authors:
        yield "hint", iterate(hint.authors)
    yield from _numbered("byline", bylines(nearby), 2)
    yield from _numbered("byline_plain", plain_bylines(nearby), 1)
    yield from _numbered("dated_line", dated_lines(nearby), 2)
    yield from _numbered("marked", marked(data, (spot.element for spot in nearby.spots)), 3)
    topics = _topics(data)
    yield from ((kind, names) for kind, names in bare_names(nearby) if topics.isdisjoint(map(key, names)))
    for kind, element in zip(("itemprop", "itemprop_later"), data.itemprop("author", "creator"), strict=False):
        yield kind, iterate(data.lines(element)[:1])
    yield "rel", iterate(data.line(element) for element in data.rel("author")[:3])
    yield from _numbered("signed", signed(data), 1)
    yield from _numbered("labelled", labelled(data), 1)
    yield from _numbered("marked_far", marked(data, data.marked), 2)


def _numbered(kind: str, found: Iterable[tuple[str, ...]], most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The first ``most`` different sets; all but the first are of kind ``…_later``."""
    seen: list[tuple[str, ...]] = []
    for names in found:
        if names and names not in seen:
            yield f"{kind}_later" if seen else kind, names
            seen.append(names)
        if len(seen) >= most:
            return


def _is_body(stated: Any) -> bool:
    nodes = stated if isinstance(stated, list) else [stated]
    return any(isinstance(node, dict) and "organization" in str(node.get("@type")).lower() for node in nodes[:5])


def _of_cards(data: PageData) -> Iterator[str]:
    """Cards of networks carry "Written by" in a label and the name beside it."""
    for number in ("1", "2", "3"):
        for label, value in zip(data.meta(f"twitter:label{number}"), data.meta(f"twitter:data{number}"), strict=False):
            if _CARD_LABEL.search(label):
                yield value
