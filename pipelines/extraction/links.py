"""Links of an article, each with its kind: in a sentence, leading to related articles, embedded, tags, authors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby

from pipelines.extraction.blocks import Block, Span
from pipelines.extraction.cards import Card, Resolve, read_cards
from pipelines.extraction.document import Document
from pipelines.extraction.embeds import read_embeds
from pipelines.extraction.findings import Finding
from pipelines.extraction.scene import Scene
from pipelines.items import Link, LinkKind, Reason
from pipelines.urls import canonicalise

MAX_LINKS = 1000
_LEAD = re.compile(r"^[^:|»›>→–—：]{2,45}?\s?[:|»›>→–—：]+\s*")
_RELATED = {Reason.RELATED_INLINE: LinkKind.RELATED_INLINE, Reason.RELATED_BLOCK: LinkKind.RELATED_BLOCK}
_LEADS = ("related-lead", "lead-line")
_KIND_BY_REASON = {
    Reason.TAGS: LinkKind.TAG,
    Reason.MENTIONS: LinkKind.MENTION,
    Reason.BYLINE: LinkKind.AUTHOR,
    Reason.AUTHOR_BOX: LinkKind.AUTHOR,
    Reason.EDITOR_CREDIT: LinkKind.AUTHOR,
}
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|writers?|people|profile|team|staff|contributors?)/", re.IGNORECASE
)


def read_links(
    document: Document, scene: Scene, body: Sequence[Block], findings: dict[int, Finding]
) -> tuple[Link, ...]:
    """All links worth keeping, in page order, each once within its kind.

    Addresses are absolute and canonical, http or https. Only in a plain text dump, which has lost them,
    a related link's ``url`` is empty.
    """
    resolve = _resolver(document)
    positions = _positions(scene, body)
    found: list[tuple[int, Link]] = []
    for position, block in enumerate(body):
        found += [(block.index, link) for link in _inline(block, position, resolve)]
    is_dump = document.root is None
    found += _related(scene, findings, positions, resolve, is_dump=is_dump)
    found += _by_reason(scene, findings, positions, resolve)
    found += read_embeds(document, scene, positions, resolve)
    here = canonicalise(document.url)
    ordered = (link for _, link in sorted(found, key=lambda pair: pair[0]))
    return _unique(link for link in ordered if not (link.kind in _RELATED.values() and link.url == here))


def _resolver(document: Document) -> Resolve:
    base = document.url
    if document.root is not None:
        href = next((each for first in document.root.iter("base") if (each := first.get("href")) is not None), None)
        base = (canonicalise(href, document.url) if href else None) or document.url

    @cache  # a card's picture, title and teaser lead to one address
    def resolve(href: str | None) -> str | None:
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return None
        return canonicalise(href, base)

    return resolve


def _positions(scene: Scene, body: Sequence[Block]) -> list[int]:
    """For each block index, the number of body blocks before it."""
    kept = {block.index for block in body}
    counts, count = [], 0
    for index in range(len(scene.blocks)):
        counts.append(count)
        count += index in kept
    return [*counts, count]


def _inline(block: Block, position: int, resolve: Resolve) -> Iterable[Link]:
    for span in block.links:
        url = resolve(span.href)
        text = block.text[span.start : span.end].strip()
        if url and text:
            yield Link(LinkKind.INLINE, url, text, None, position)


def _related(
    scene: Scene, findings: dict[int, Finding], positions: list[int], resolve: Resolve, *, is_dump: bool
) -> Iterable[tuple[int, Link]]:
    for finding, blocks in _runs(scene, findings):
        if finding.rule in _LEADS:
            cards = _lead_cards(blocks, resolve)
        else:
            cards = _section_cards(scene, blocks, resolve, is_dump)
        kind = _RELATED[finding.reason]
        for card in cards:
            yield card.first, Link(kind, card.url, card.text, card.teaser, positions[card.first])


def _runs(scene: Scene, findings: dict[int, Finding]) -> Iterable[tuple[Finding, list[Block]]]:
    """Blocks side by side that one rule took out as related."""
    related = [(index, finding) for index, finding in sorted(findings.items()) if finding.reason in _RELATED]
    numbered = enumerate(related)
    for (finding, _), run in groupby(numbered, key=lambda entry: (entry[1][1], entry[1][0] - entry[0])):
        yield finding, [scene.blocks[index] for _, (index, _) in run]


def _section_cards(scene: Scene, blocks: list[Block], resolve: Resolve, is_dump: bool) -> list[Card]:
    opens = len(blocks) > 1 and not blocks[0].links and scene.rules.opener(blocks[0].text)
    return read_cards(blocks[1:] if opens else blocks, resolve, loose=is_dump)


def _lead_cards(blocks: list[Block], resolve: Resolve) -> list[Card]:
    """'Related: <a>Title</a>': the links of each line, or its words where the address is lost."""
    cards = []
    for block in blocks:
        linked = [(url, span) for span in block.links if (url := resolve(span.href))]
        cards += [Card(url, _title(block, span), None, block.index) for url, span in linked]
        if not linked:
            cards.append(Card("", _LEAD.sub("", block.text), None, block.index))
    return cards


def _title(block: Block, span: Span) -> str:
    """The link's text: a lead such as "Also read:" is part of it only where the link begins the line."""
    text = block.text[span.start : span.end]
    return text if span.start else _LEAD.sub("", text)


def _by_reason(
    scene: Scene, findings: dict[int, Finding], positions: list[int], resolve: Resolve
) -> Iterable[tuple[int, Link]]:
    """Tags, mentions and authors: links of blocks that left the body for that reason."""
    for index, finding in findings.items():
        kind = _KIND_BY_REASON.get(finding.reason)
        for span in scene.blocks[index].links if kind else ():
            url = resolve(span.href)
            text = scene.blocks[index].text[span.start : span.end].strip()
            if kind and url and text and (kind is not LinkKind.AUTHOR or _AUTHOR_PATH.search(url)):
                yield index, Link(kind, url, text, None, positions[index])


def _unique(links: Iterable[Link]) -> tuple[Link, ...]:
    seen: dict[tuple[str, str, str], Link] = {}
    for link in links:
        seen.setdefault((link.kind, link.url, link.text if not link.url else ""), link)
    return tuple(seen.values())[:MAX_LINKS]
