"""Lines of a page in which readers see its date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.extraction.metadata.nearby import MAX_LINE, Nearby
from pipelines.extraction.metadata.vocabulary import listed, pieces
from pipelines.extraction.structured import PageData

SHORT_LINE = 60
"""Characters of a line in which a date needs no word or mark to be the article's."""
MAX_LABEL = 40
MAX_FAR = 60
"""Elements far from the headline that are read."""

_UPDATED = pieces("dates", "updated")
_STATEMENTS = re.compile(rf"(?={'|'.join(listed('dates', 'updated') + listed('dates', 'released'))})", re.IGNORECASE)
_LABEL_ALONE = re.compile(rf"\W*(?:{'|'.join(listed('dates', 'label_alone'))})\W*", re.IGNORECASE)
_LABELLED = re.compile(rf"\W*(?:first |originally |last )?(?:{'|'.join(listed('dates', 'labelled'))})", re.IGNORECASE)
_MARKS = re.compile(r"[|•·–—]|\b(?:min(?:ute)?s? read|Uhr)\b")
_YEARLIKE = re.compile(r"(?:19|20|25)\d\d|\d[./-]\d\d(?!\d)|[٠-٩۰-۹]{4}")
_DATE_CLASS = re.compile(r"date|time|publi|posted|meta|byline|created|info")
_CAPTIONS = frozenset({"figure", "figcaption", "li"})
_CELLS = frozenset({"td", "th"})


def is_update(line: str) -> bool:
    """Whether a line speaks of a change, not of publication."""
    return _UPDATED.search(line) is not None


def near_lines(nearby: Nearby) -> list[str]:
    """Lines beside the headline that hold a date, the nearest first; the part about a change by itself."""
    spots = sorted(nearby.spots, key=lambda spot: abs(spot.steps))
    return [part for spot in spots for line in _dated(spot.element, spot.text, spot.tail) for part in _parts(line)]


def far_lines(data: PageData, nearby: Nearby) -> list[str]:
    """Lines of times and dated elements anywhere."""
    marked = (each for each in data.marked if _DATE_CLASS.search((each.get("class") or "").lower()))
    far = (each for each in (*data.times[:20], *islice(marked, MAX_FAR)) if not nearby.is_elsewhere(each))
    return [line for each in far for line in _dated(each, data.line(each), "")]


def labelled_lines(data: PageData) -> Iterator[str]:
    """Dates behind a label in an element of its own, as lists of facts have them: "Published", then a day."""
    for element, text in data.texts:
        if 3 < len(text) < MAX_LABEL and _LABEL_ALONE.fullmatch(text):
            behind = element.getnext()
            tail = (element.tail or "").strip()
            yield tail[:MAX_LINE] if tail or behind is None else data.line(behind)[:MAX_LINE]


def last_lines(data: PageData, nearby: Nearby) -> Iterator[str]:
    """Lines anywhere that say "posted on" or the like, then those that are a date and nothing else."""
    texts = ((element, text) for element, text in data.texts if 6 < len(text) < 120)
    dated = [text for element, text in texts if _YEARLIKE.search(text) and not nearby.is_elsewhere(element)]
    yield from filter(_LABELLED.match, dated)
    yield from (text for text in dated if len(text) < 20)


def _dated(element: HtmlElement, text: str, tail: str) -> Iterator[str]:
    stamp = element.get("datetime") if element.tag in ("time", "relative-time") else None
    if stamp:
        yield f"{stamp[:60]} {text if is_update(text) else ''}"
    elif _may_date(text) and not _is_caption(element):
        yield text
    elif _may_date(tail):
        yield tail


def _parts(line: str) -> list[str]:
    """ "Published 5 March 2026, updated 6 March 2026" in two: the day of a change is another matter."""
    parts = [part for part in _STATEMENTS.split(line) if _YEARLIKE.search(part)]
    return parts if len(parts) > 1 else [line]


def _may_date(line: str) -> bool:
    """Whether a date in a line is the article's and no matter of its text: the line is short, or a byline's like."""
    if not 5 < len(line) <= MAX_LINE or not _YEARLIKE.search(line):
        return False
    return len(line) <= SHORT_LINE or (_LABELLED.match(line) or _MARKS.search(line)) is not None


def _is_caption(element: HtmlElement) -> bool:
    """Whether an element is a link, a caption, a list's item or a table's cell: what they date is something else."""
    around = (element, *islice(element.iterancestors(), 3))
    return element.tag == "a" or element.tag in _CELLS or any(each.tag in _CAPTIONS for each in around)
