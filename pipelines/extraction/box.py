"""The box that holds the body: what a site's new layout changes, and what a look at its articles can watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, tag_path


def body_path(body: Sequence[Block]) -> str | None:
    """Tag path of the innermost element around more than half of the body's characters; None for a text dump."""
    runs = Counter(block.element for block in body)
    inside: Counter[HtmlElement] = Counter()
    for block in body:
        element = block.element
        box = element.getparent() if element is not None and runs[element] == 1 else element
        if box is not None:
            inside[box] += len(block.text)
    half = sum(inside.values()) / 2
    held: Counter[HtmlElement] = Counter()
    for box, length in inside.items():
        for each in (box, *box.iterancestors()):
            held[each] += length
    around = [each for each, length in held.items() if length > half]
    return tag_path(max(around, key=_depth)) if around else None


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())
