"""The answer beside each page: what a clean extraction of it holds, and what it may not hold.

Fields are those of ``pipelines.items.Article`` as far as the page makes them certain. ``optional`` are blocks that a
body may hold or lack (an embedded post's text, a live-blog's time stamps), ``optional_headings`` paragraphs all in
bold, which may be taken as headings; ``must_not`` are strings that may not be in the body.
"""

from __future__ import annotations

from typing import Any

from crawler.sample.press import inline
from crawler.sample.press.newsroom import Newsroom
from crawler.sample.press.truth import Block, Story, cells

STORED = ("article", "paywalled")


def body_blocks(blocks: tuple[Block, ...]) -> list[tuple[Block, str]]:
    """The blocks of the body as (source block, plain text), in page order."""
    out: list[tuple[Block, str]] = []
    for block in blocks:
        if block.kind in ("paragraph", "heading", "quote"):
            out.append((block, inline.plain(block.text)))
        elif block.kind == "code":
            out.append((block, block.text))
        elif block.kind in ("list", "steps"):
            out.extend((block, inline.plain(line)) for line in block.lines)
        elif block.kind == "table":
            out.extend((block, " | ".join(inline.plain(cell) for cell in cells(row))) for row in block.lines)
    return out


def optional(blocks: tuple[Block, ...]) -> list[str]:
    """Texts of blocks that a body may hold or lack."""
    texts = []
    for block in blocks:
        if block.kind == "embed":
            _, said, name, when = block.parts
            texts += [inline.plain(said), f"— {name} {when}", f"{inline.plain(said)} — {name} {when}"]
        elif block.kind in ("time", "maybe"):
            texts.append(inline.plain(block.text))
    return texts


def must_not(story: Story, room: Newsroom) -> list[str]:
    """Candidates for strings that may not be in the body; the build keeps those the page really prints."""
    site = room.sites[story.site]
    texts = list(site.must_not)
    for block in story.blocks:
        if block.kind in ("drop", "caption", "advert"):
            texts.append(inline.plain(block.text))
        elif block.kind == "figure":
            texts.append(inline.plain(block.parts[1]))
        elif block.kind == "related":
            texts.append(f"{block.parts[0]} {block.parts[1]}")
    texts += [other.title for other in room.front if other.site == site.key and other.slug != story.slug]
    texts += [site.authors[key]["bio"] for key in story.authors]
    texts += [comment["text"] for comment in site.comments[: story.comments]]
    return [text for text in dict.fromkeys(texts) if text]


def links(story: Story, room: Newsroom) -> list[dict[str, str]]:
    """Inline links, related lines inside the body, related teasers after it."""
    out = []
    for block in story.blocks:
        if block.kind in ("paragraph", "quote", "list", "steps"):
            for source in block.lines or (block.text,):
                for text, target in inline.links(source):
                    out.append({"kind": "inline", "url": room.resolve(target), "text": text})
        elif block.kind == "related":
            out.append({"kind": "related_inline", "url": room.resolve(block.parts[2]), "text": block.parts[1]})
    teasers = "teaser" in room.sites[story.site].forms
    for other in room.related(story):
        link = {"kind": "related_block", "url": room.url(other), "text": other.title}
        if teasers and "$teaser" in room.sites[story.site].forms["teaser"]:
            link["teaser"] = teaser(other)
        out.append(link)
    return out


def teaser(story: Story, words: int = 22) -> str:
    """The description, cut as sites cut it."""
    parts = story.description.split()
    return story.description if len(parts) <= words else " ".join(parts[:words]) + "..."


def headings(texts: list[tuple[Block, str]]) -> list[dict[str, Any]]:
    return [
        {"level": block.level, "text": text, "position": position}
        for position, (block, text) in enumerate(texts)
        if block.kind == "heading"
    ]


def article(story: Story, room: Newsroom) -> dict[str, Any]:
    """The expected answer for a story's page (all of its pages joined)."""
    site = room.sites[story.site]
    answer: dict[str, Any] = {"url": room.url(story), "verdict": story.verdict}
    if story.verdict not in STORED:
        return answer
    texts = body_blocks(story.blocks)
    if site.strings.get("shows_dates") == "day":
        times = {"published_at": story.published[:10]}
    else:
        times = {"published_at": story.published, "modified_at": story.modified}
    return (
        answer
        | times
        | {
            "canonical_url": room.url(story),
            "source": site.key,
            "title": story.title,
            "description": story.description,
            "authors": [site.authors[key]["name"] for key in story.authors],
            "language": story.language,
            "section": site.sections[story.section],
            "tags": list(story.tags),
            "image_url": site.home + story.image if story.image else None,
            "body": "\n\n".join(text for _, text in texts),
            "headings": headings(texts),
            "links": links(story, room),
            "labels": list(story.labels),
            "optional": optional(story.blocks),
            "optional_headings": [text for block, text in texts if block.text == f"**{text}**"],
            "must_not": must_not(story, room),
        }
    )
