"""Names for what the model took out: what the page says of a block that no rule knows.

This decides nothing. A person who reads the ledger sees what kind of furniture a block is, and by which evidence: its
rule is then ``model: class teaser``, ``model: link`` and the like. ``model`` alone is left where nothing says more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from lxml.html import HtmlElement

from pipelines.chrome import SHORT, masked
from pipelines.extraction.blocks import Block
from pipelines.extraction.cards import TITLE_WORDS, count_words, link_cover
from pipelines.extraction.findings import Finding
from pipelines.extraction.scene import Scene
from pipelines.items import Reason

MODEL = "model"
HEIGHT = 8
"""Elements around a block that are looked at, from the inside out."""
NEAR = 3
"""How far up the box that a block shares with its neighbour may be."""

_TAGS = {
    "figure": Reason.CAPTION,
    "figcaption": Reason.CAPTION,
    "time": Reason.BYLINE,
    "address": Reason.BYLINE,
    "nav": Reason.NAVIGATION,
    "menu": Reason.NAVIGATION,
    "footer": Reason.NAVIGATION,
    "button": Reason.NAVIGATION,
    "form": Reason.NAVIGATION,
    "label": Reason.NAVIGATION,
    "video": Reason.PLAYER,
    "audio": Reason.PLAYER,
}
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
_DATE = re.compile(
    r"\b\d\d?:\d\d|\d{1,4}[./-]\d\d?[./-]\d{1,4}|\b\d\d?\.? \w{3,12} \d{4}|\b\w{3,12} \d\d?(?:st|nd|rd|th)?,? \d{4}"
    r"|\d\s?[年月日]|\b\d+ ?(?:min|hours?|days?|h|std)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"©|\((?:c|AP|AFP|dpa|Reuters|EPA)\)|\b(?:Getty|Imago|picture alliance|Shutterstock|Reuters|AFP|dpa|Unsplash)\b"
    r"|\b(?:photo|photograph|foto|bild|image|credit|picture)s?(?: by|:)",
    re.IGNORECASE,
)


def explain(scene: Scene, index: int, findings: Mapping[int, Finding]) -> Finding:
    """The finding, or a more telling one where only the model stands behind it."""
    found = findings[index]
    if found.reason is not Reason.MODEL or found.rule != MODEL:
        return found
    block = scene.blocks[index]
    return (
        _by_text(block)
        or _by_names(scene, block)
        or _by_links(block)
        or _by_neighbours(scene, index, findings)
        or found
    )


def _by_text(block: Block) -> Finding | None:
    """Dates and credits of pictures, where a line holds hardly more."""
    if len(block.text) > SHORT:
        return None
    words = masked(block.text).split()
    if words and words.count("#") >= 0.5 * len(words) and _DATE.search(block.text):
        return _named(Reason.BYLINE, "date")
    return _named(Reason.CAPTION, "credit") if _CREDIT.search(block.text) else None


def _by_names(scene: Scene, block: Block) -> Finding | None:
    """The innermost element around the block whose tag, class or id says what it is."""
    element = block.element
    for _ in range(HEIGHT):
        if element is None or element.tag in ("body", "main", "html") or scene.wraps(element):
            return None
        if reason := _TAGS.get(str(element.tag)):
            return _named(reason, str(element.tag))
        if said := _said(f"{element.get('class', '')} {element.get('id', '')}"):
            return _named(said[1], f"class {said[0]}")
        element = element.getparent()
    return None


@lru_cache(maxsize=20_000)
def _said(names: str) -> tuple[str, Reason] | None:
    """The first word of class names that is in ``evidence.toml``, and its reason."""
    known = _words()
    return next(((word, known[word]) for word in map(str.lower, _WORD.findall(names[:500])) if word in known), None)


@cache
def _words() -> dict[str, Reason]:
    data = tomllib.loads(files("pipelines.extraction").joinpath("evidence.toml").read_text("utf-8"))
    return {word: Reason(reason) for reason, words in data.items() for word in words}


def _by_links(block: Block) -> Finding | None:
    if link_cover(block) < 0.8:
        return None
    is_title = count_words(block.text) > TITLE_WORDS
    return _named(Reason.RELATED_BLOCK, "link") if is_title else _named(Reason.NAVIGATION, "link")


def _by_neighbours(scene: Scene, index: int, findings: Mapping[int, Finding]) -> Finding | None:
    """What the block before or after it is, in the same small box."""
    for other in (index - 1, index + 1):
        near = findings.get(other)
        if near and near.reason not in (Reason.MODEL, Reason.TITLE) and _share_a_box(scene, index, other):
            return _named(near.reason, f"beside {near.reason}")
    return None


def _share_a_box(scene: Scene, one: int, other: int) -> bool:
    around = _boxes(scene, scene.blocks[one].element)
    return bool(around) and any(box in around for box in _boxes(scene, scene.blocks[other].element))


def _boxes(scene: Scene, element: HtmlElement | None) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    while element is not None and len(found) < NEAR and element.tag != "body" and not scene.wraps(element):
        found.append(element)
        element = element.getparent()
    return found


def _named(reason: Reason, evidence: str) -> Finding:
    return Finding(reason, f"{MODEL}: {evidence}")
