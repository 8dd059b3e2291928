"""The neighbourhood of the headline: the few lines before and after it, where bylines and dates stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from lxml.html import HtmlElement

from pipelines.extraction.metadata.title import fold
from pipelines.extraction.structured import PageData, lines_of, text_of

BEFORE, AFTER = 25, 70
"""Elements before and after the headline."""
MAX_LINE = 160

_ELSEWHERE = frozenset({"aside", "nav", "footer", "form", "dialog"})
_ELSEWHERE_CLASS = re.compile(
    r"related|recommend|comment|sidebar|widget|footer|popular|trending|latest|most-read|more-"
)


class Nearby:
    """What stands around the element that shows ``title``."""

    def __init__(self, data: PageData, title: str | None) -> None:
        self.data = data
        self.headline = _headline(data, title)
        self.around = frozenset(self.headline.iterancestors()) if self.headline is not None else frozenset()

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """Elements after the headline, then those before it, the nearest first, without other articles' cards."""
        return self.close(AFTER, BEFORE)

    def close(self, after: int, before: int) -> list[HtmlElement]:
        """The ``after`` elements that follow the headline and then, backwards, the ``before`` that precede it."""
        if self.headline is None:
            return []
        at, every = self.data.position(self.headline), self.data.elements
        near = [*every[at + 1 : at + 1 + after], *reversed(every[max(at - before, 0) : at])]
        return [element for element in near if not self.is_elsewhere(element)]

    @cached_property
    def lines(self) -> list[str]:
        """Short texts of those elements, and bare texts after them."""
        return list(short_lines(self.elements))

    def is_elsewhere(self, element: HtmlElement) -> bool:
        """Whether an element is of another article's card, a sidebar, comments or the footer."""
        for parent in element.iterancestors():
            if parent in self.around:
                return False
            if parent.tag in _ELSEWHERE or _ELSEWHERE_CLASS.search((parent.get("class") or "")[:200].lower()):
                return True
        return False


def short_lines(elements: Iterable[HtmlElement]) -> Iterator[str]:
    """Texts of elements that are no longer than a line."""
    for element in elements:
        lines = lines_of(element, MAX_LINE + 1)
        if sum(map(len, lines)) <= MAX_LINE:
            yield from lines
        tail = (element.tail or "").strip()
        if tail and len(tail) <= MAX_LINE:
            yield tail


def _headline(data: PageData, title: str | None) -> HtmlElement | None:
    wanted = fold(title or "")
    for heading in [*data.h1, *data.root.iter("h2", "h3")] if wanted else ():
        text = fold(text_of(heading, 500))
        if text and (text == wanted or (len(text) > 15 and (text in wanted or wanted in text))):
            return heading
    return data.h1[0] if data.h1 else None
