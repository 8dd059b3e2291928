"""Where on the page each block stands: near the body or far, before it, inside it or after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipelines.extraction.blocks import Block, Kind
from pipelines.extraction.boilerplate import Place, Rule, RuleSet
from pipelines.extraction.cards import link_cover, same_site
from pipelines.urls import host

BODY = 0.5
"""Blocks that score this or more are body as far as the model goes."""
FULL = 90
"""Characters from which a paragraph is evidence of where the body is."""
WRAPPER_SHARE = 0.25
"""An element with more than this share of the likely body is around the article, whatever its class says."""
BEYOND = 250
"""Blocks after the neighbourhood in which links to related articles are looked for."""
BEFORE, AFTER = 40, 160
"""Blocks before the first and after the last of the likely body that still count as its neighbourhood."""


@dataclass
class Scene:
    """A page's blocks with their scores, and what is looked up about them again and again."""

    blocks: Sequence[Block]
    scores: Sequence[float]
    rules: RuleSet
    host: str = ""
    """The site's; empty where it is not known."""
    weights: dict[HtmlElement, int] = field(init=False, repr=False)
    total: int = field(init=False)
    near: range = field(init=False)
    """Indices of the blocks in the neighbourhood of the body; empty where the page has none."""

    def __post_init__(self) -> None:
        self._marks: dict[HtmlElement, tuple[Rule | None, Rule | None]] = {}
        self.weights, self.total = _weigh(self.blocks, self.scores)
        self._core: HtmlElement | None = None
        self.near = self._neighbourhood()
        self.beyond = range(self.near.stop, min(self.near.stop + BEYOND, len(self.blocks)) if self.near else 0)

    def is_body(self, index: int) -> bool:
        """Whether the model takes the block for body."""
        return self.scores[index] >= BODY

    def is_full(self, index: int) -> bool:
        """Whether the block is a full paragraph that the model takes for body."""
        return self.is_body(index) and _is_evidence(self.blocks[index])

    def wraps(self, element: HtmlElement) -> bool:
        """Whether the element is around the article rather than a part beside or inside it."""
        return self.weights.get(element, 0) > self.total * WRAPPER_SHARE

    def leads_to_own(self, index: int) -> bool:
        """Whether the block is mostly a link to another page of the site, and not to a place on this one."""
        block = self.blocks[index]
        return link_cover(block) >= 0.6 and any(self.is_own(span.href) for span in block.links)

    def is_own(self, href: str | None) -> bool:
        """Whether an address as written is of another page of the site."""
        return bool(href) and _is_own((href or "").strip(), self.host)

    def is_inside(self, index: int) -> bool:
        """Whether the block is inside the innermost element that holds nearly all of the likely body."""
        return self._core is None or is_under(self.blocks[index].element, self._core)

    def mark(self, index: int, *, weak: bool = False) -> Rule | None:
        """The markup rule that an element around the block falls under; the innermost strong one wins."""
        element = self.blocks[index].element
        if element is None:
            return None
        strong, faint = self._marks_of(element)
        return strong or (faint if weak else None)

    def _marks_of(self, element: HtmlElement) -> tuple[Rule | None, Rule | None]:
        if element in self._marks:
            return self._marks[element]
        parent = element.getparent()
        strong, faint = self._marks_of(parent) if parent is not None else (None, None)
        rule = None if element.tag in ("html", "body") or self.wraps(element) else self.rules.by_markup(element)
        if rule:
            strong, faint = (strong, rule) if rule.weak else (rule, faint)
        self._marks[element] = strong, faint
        return strong, faint

    def places(self, settled: Sequence[object]) -> list[Place]:
        """Each block's place. ``settled``: for each block, something true where it is already known not to be body."""
        count = len(self.blocks)
        full = [i for i in range(count) if self.is_full(i) and not settled[i] and self._is_text(i)]
        if not full:
            return [Place.EDGE] * count
        first, last = full[0], full[-1]
        return [Place.HEAD if i < first else Place.TAIL if i > last else Place.ANY for i in range(count)]

    def _is_text(self, index: int) -> bool:
        return not (self.mark(index) or self.rules.by_text(self.blocks[index].text, Place.EDGE))

    def _neighbourhood(self) -> range:
        likely = [i for i in range(len(self.blocks)) if self.is_full(i)] or [
            i for i in range(len(self.blocks)) if self.is_body(i)
        ]
        if not likely:
            return range(0)
        first, last = max(likely[0] - BEFORE, 0), min(likely[-1] + AFTER + 1, len(self.blocks))
        outer = self._outer(self.blocks[likely[len(likely) // 2]].element)
        if outer is None:
            return range(first, last)
        while first < likely[0] and not is_under(self.blocks[first].element, outer):
            first += 1
        while last > likely[-1] + 1 and not is_under(self.blocks[last - 1].element, outer):
            last -= 1
        return range(first, last)

    def _outer(self, element: HtmlElement | None) -> HtmlElement | None:
        """The page's main part: ``main``, or what is around the element that holds nearly all of the body."""
        while element is not None and self.weights.get(element, 0) < self.total * 0.9:
            element = element.getparent()
        self._core = element
        if element is None or element.tag == "body":
            return element
        for outer in element.iterancestors("main", "body"):
            if outer.tag == "main":
                return outer
        parent = element.getparent()
        grand = parent.getparent() if parent is not None and parent.tag != "body" else None
        return grand if grand is not None else parent


def _is_own(href: str, home: str) -> bool:
    if href.startswith(("http:", "https:", "//")):
        return not home or same_site(host(href if href[0] == "h" else f"https:{href}"), home)
    return not href.startswith(("#", "javascript:", "mailto:", "tel:"))


def is_under(element: HtmlElement | None, ancestor: HtmlElement) -> bool:
    """Whether ``element`` is ``ancestor`` or inside it."""
    while element is not None:
        if element is ancestor:
            return True
        element = element.getparent()
    return False


def _is_evidence(block: Block) -> bool:
    return len(block.text) >= FULL and block.kind not in (Kind.HEADING, Kind.CAPTION) and link_cover(block) < 0.6


def _weigh(blocks: Sequence[Block], scores: Sequence[float]) -> tuple[dict[HtmlElement, int], int]:
    """Characters of likely body below each element, and in all."""
    weights: dict[HtmlElement, int] = {}
    total = 0
    for block, score in zip(blocks, scores, strict=True):
        if score < BODY or not _is_evidence(block):
            continue
        total += len(block.text)
        element = block.element
        while element is not None:
            weights[element] = weights.get(element, 0) + len(block.text)
            element = element.getparent()
    return weights, total
