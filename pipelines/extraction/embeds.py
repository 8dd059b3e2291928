"""Players, charts and posts of other platforms that an article embeds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipelines.extraction.cards import Resolve
from pipelines.extraction.document import Document
from pipelines.extraction.scene import Scene
from pipelines.items import Link, LinkKind

_EMBEDS = re.compile(
    r"(?:youtube(?:-nocookie)?\.com/(?:embed|watch)|youtu\.be/|player\.vimeo\.com|twitter\.com/\w+/status|"
    r"x\.com/\w+/status|platform\.twitter\.com/embed|instagram\.com/(?:p|reel)/|tiktok\.com/|open\.spotify\.com/embed|"
    r"w\.soundcloud\.com|facebook\.com/plugins|dailymotion\.com/embed|datawrapper|tradingview|reddit\.com/r/|t\.me/)",
    re.IGNORECASE,
)


def read_embeds(document: Document, scene: Scene, positions: list[int], resolve: Resolve) -> Iterable[tuple[int, Link]]:
    """Players and posts of other platforms inside the body's neighbourhood, each with the block that comes next.

    ``positions``: for each block index, the number of body blocks before it.
    """
    if document.body is None or not scene.near:
        return
    index = scene.near.start
    first, last = scene.blocks[scene.near.start].element, scene.blocks[scene.near.stop - 1].element
    if first is None or last is None:
        return
    found = [(element, _embed_address(element, resolve)) for element in document.body.iter("iframe", "blockquote")]
    if not any(url for _, url in found):
        return
    order = {element: number for number, element in enumerate(document.body.iter())}
    for element, url in found:
        if not url or not order[first] <= order[element] <= order[last]:
            continue
        while index < scene.near.stop and _comes_before(scene, index, order, order[element]):
            index += 1
        yield index, Link(LinkKind.EMBED, url, element.get("title") or "", None, positions[index])


def _comes_before(scene: Scene, index: int, order: dict[HtmlElement, int], place: int) -> bool:
    element = scene.blocks[index].element
    return element is not None and order[element] < place


def _embed_address(element: HtmlElement, resolve: Resolve) -> str | None:
    if element.tag == "blockquote":
        if not any(
            name in (element.get("class") or "") for name in ("twitter", "instagram", "tiktok", "reddit", "bluesky")
        ):
            return None
        address = element.get("cite") or element.get("data-instgrm-permalink")
        links = [address] if address else [anchor.get("href") for anchor in element.iter("a")][-1:]
    else:
        links = [element.get("src") or element.get("data-src") or element.get("data-lazy-src")]
    url = resolve(links[0]) if links and links[0] else None
    return url if url and _EMBEDS.search(url) else None
