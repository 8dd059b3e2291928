"""The neighbourhood of the headline: the few lines before and after it, where bylines and dates stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lxml.html import HtmlElement

from pipelines.extraction.metadata.title import fold
from pipelines.extraction.structured import PageData
from pipelines.extraction.visible import text_of

AFTER, BEFORE = 70, 25
"""Elements after and before the headline."""
MAX_LINE = 160
"""Characters; what is longer is a paragraph."""

_ELSEWHERE = frozenset({"aside", "nav", "footer", "form", "dialog"})
_ELSEWHERE_CLASS = re.compile(
    r"related|recommend|comment|sidebar|(?<![\w-])widget|(?<!entry-)(?<!post-)(?<!article-)footer|popular|trending|latest"
    r"|most-read|(?<![\w-])more-"
)
_OWN_FOOTER = re.compile(r"(?:entry|post|article)[-_]+footer")


@dataclass(frozen=True, slots=True)
class Spot:
    """An element, its text where that is no longer than a line, the lines of that text, and the bare text behind it."""

    element: HtmlElement
    text: str
    lines: Sequence[str]
    tail: str
    steps: int
    """Elements between it and the headline; negative before it."""


class Nearby:
    """What stands around the element that shows ``title``."""

    def __init__(self, data: PageData, title: str | None) -> None:
        self.data = data
        self.title = fold(title or "")
        self.headline = _headline(data, title)
        self._around = frozenset(self.headline.iterancestors()) if self.headline is not None else frozenset()
        self._elsewhere: dict[HtmlElement | None, bool] = {None: False}

    @cached_property
    def spots(self) -> list[Spot]:
        """What follows the headline, then what precedes it, the nearest first, without other articles' cards."""
        if self.headline is None:
            return []
        at, every = self.data.position(self.headline), self.data.elements
        indices = [*range(at + 1, min(at + 1 + AFTER, len(every))), *range(at - 1, max(at - BEFORE, 0) - 1, -1)]
        return [_spot(self.data, every[index], index - at) for index in indices if not self.is_elsewhere(every[index])]

    def close(self, after: int, before: int) -> list[Spot]:
        """The spots at most ``after`` elements behind and ``before`` elements in front of the headline."""
        return [spot for spot in self.spots if -before <= spot.steps <= after]

    @cached_property
    def lines(self) -> list[str]:
        """The texts of the spots, line by line."""
        return list(_lines(self.spots))

    def is_elsewhere(self, element: HtmlElement) -> bool:
        """Whether an element is of another article's card, a sidebar, comments or the footer."""
        return self._is_inside(element.getparent(), 0)

    def _is_inside(self, parent: HtmlElement | None, depth: int) -> bool:
        known = self._elsewhere.get(parent)
        if known is None and parent is not None:
            known = parent not in self._around and (
                (parent.tag in _ELSEWHERE and not _OWN_FOOTER.search(parent.get("class") or ""))
                or (parent.tag == "article" and self._is_card(parent))
                or _names_other(parent.get("class"))
                or (depth < 100 and self._is_inside(parent.getparent(), depth + 1))
            )
            self._elsewhere[parent] = known
        return bool(known)

    def _is_card(self, article: HtmlElement) -> bool:
        """Whether an ``article`` element is a teaser: its heading is a link."""
        heading = next(article.iter("h1", "h2", "h3"), None)
        return heading is not None and heading is not self.headline and next(heading.iter("a"), None) is not None


def _spot(data: PageData, element: HtmlElement, steps: int) -> Spot:
    lines = data.lines(element)
    text = " ".join(lines)
    tail = " ".join((element.tail or "")[: MAX_LINE + 1].split())
    is_line = len(text) <= MAX_LINE
    return Spot(
        element, text if is_line else "", lines if is_line else (), tail if len(tail) <= MAX_LINE else "", steps
    )


def _lines(spots: Iterable[Spot]) -> Iterator[str]:
    for spot in spots:
        yield from spot.lines
        if spot.tail:
            yield spot.tail


@lru_cache(maxsize=8192)
def _names_other(names: str | None) -> bool:
    return names is not None and _ELSEWHERE_CLASS.search(names[:200].lower()) is not None


def _headline(data: PageData, title: str | None) -> HtmlElement | None:
    wanted = fold(title or "")
    for heading in [*data.h1, *data.root.iter("h2", "h3")] if wanted else ():
        text = fold(text_of(heading, 500))
        if text and (text == wanted or (len(text) > 15 and (text in wanted or wanted in text))):
            return heading
    return data.h1[0] if data.h1 else None
