"""A page to look at: the differences as HTML that asks nothing of the network and runs no script.

All text of the compared pages is escaped here, and only addresses of the web become links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import urlsplit

from pipelines.compare.difference import FIELDS, Difference
from pipelines.compare.tally import SourceTally, Tally
from pipelines.diff import Op, Segment, abridged, diff

PAGES = 100
"""Pages that are shown whole, of all sources together."""
OPEN = 3
"""Pages that are unfolded from the start."""
MAX_VALUE = 1_500
MAX_LINES = 30

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")
_TAGS = {Op.KEPT: "span", Op.REMOVED: "del", Op.ADDED: "ins"}
_COLUMNS = ("pages", "articles", "changed", "bodies", "words lost", "words gained")


def render(tally: Tally, before: str, after: str) -> str:
    """The whole page; ``before`` and ``after`` name the extractors."""
    template = Template(files("pipelines.compare").joinpath("page.html").read_text(encoding="utf-8"))
    pages = tally.worst(PAGES)
    return template.substitute(
        title=f"{_text(before)} → {_text(after)}",
        summary=_summary(tally, len(pages)),
        sources=_source_table(tally.sources),
        pages="\n".join(_page(each, unfolded=at < OPEN) for at, each in enumerate(pages)) or "<p>None changes.</p>",
        fields="\n".join(_examples(name, tally.examples[name]) for name in FIELDS if tally.examples[name])
        or "<p>None differs.</p>",
    )


def _text(value: object) -> str:
    """Text of a page, ready for HTML: without control characters and marks that turn the writing direction."""
    return escape(_INVISIBLE.sub("", "" if value is None else str(value)))


def _summary(tally: Tally, shown: int) -> str:
    pages = sum(each.pages for each in tally.sources)
    more = f"; the {shown:,} that change most are below" if shown < tally.changed else ""
    word = "page" if pages == 1 else "pages"
    return f"{pages:,} stored {word} extracted with both; different: {tally.changed:,}{more}."


def _source_table(sources: Iterable[SourceTally]) -> str:
    head = "".join(f'<th class="number">{name}</th>' for name in _COLUMNS)
    rows = "".join(_source_row(each) for each in sources)
    return (
        f"<table><thead><tr><th>source</th>{head}<th>fields that differ</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _source_row(each: SourceTally) -> str:
    numbers = (each.pages, each.articles, each.changed, each.bodies, each.lost, each.gained)
    cells = "".join(f'<td class="number">{number:,}</td>' for number in numbers)
    fields = ", ".join(f"{name} {each.fields[name]:,}" for name in FIELDS if each.fields[name])
    return f'<tr><td class="key">{_text(each.source or "—")}</td>{cells}<td>{_text(fields)}</td></tr>'


def _page(each: Difference, *, unfolded: bool) -> str:
    counts = f'<span class="lost">−{each.lost:,}</span> <span class="gained">+{each.gained:,}</span> words'
    rows = "".join(_field_row(name, *each.fields[name]) for name in FIELDS if name in each.fields and name != "removed")
    removed = _removed(*each.fields["removed"]) if "removed" in each.fields else ""
    failures = "".join(f"<p>failed: {_text(why)}</p>" for why in each.failures if why)
    body = f'<div class="text" dir="auto">{"".join(map(_piece, each.pieces))}</div>' if each.pieces else ""
    return (
        f"<details{' open' if unfolded else ''}><summary><h3 dir='auto'>{_text(each.title or each.url)}</h3> "
        f'<span class="soft">{_text(each.source or "")}</span> {counts}</summary>'
        f"<div><p>{_link(each.url)}</p>{failures}{_table(rows)}{body}{removed}</div></details>"
    )


def _removed(old: Any, new: Any) -> str:
    """The ledger of what was taken out, folded: most of it is long, and moves whenever the body does."""
    lost, gained = (sum((one - other).values()) for one, other in ((old, new), (new, old)))
    summary = f'<summary>removed <span class="soft">−{lost:,} +{gained:,} blocks</span></summary>'
    return f"<details>{summary}<div>{_table(_field_row('', old, new))}</div></details>"


def _table(rows: str) -> str:
    return f'<div class="scroll"><table><tbody>{rows}</tbody></table></div>' if rows else ""


def _field_row(name: str, old: Any, new: Any) -> str:
    before, after = _lines(old), _lines(new)
    if isinstance(old, list | Counter):
        before, after = _only(before, after), _only(after, before)
    elif isinstance(old, str) and isinstance(new, str):
        pieces = abridged(diff(old, new))
        cells = (_side(pieces, Op.REMOVED), _side(pieces, Op.ADDED))
        return f'<tr><th>{name}</th><td class="value">{cells[0]}</td><td class="value">{cells[1]}</td></tr>'
    cells = (_values(before, "del"), _values(after, "ins"))
    return f'<tr><th>{name}</th><td class="value">{cells[0]}</td><td class="value">{cells[1]}</td></tr>'


def _side(pieces: Iterable[Segment], op: Op) -> str:
    return "".join(_piece(piece) for piece in pieces if piece.op in (Op.KEPT, Op.SKIPPED, op))


def _piece(piece: Segment) -> str:
    if piece.op is Op.SKIPPED:
        return f'<span class="skipped">⋯ {_text(piece.text)} ⋯</span>'
    tag = _TAGS[piece.op]
    return f"<{tag}>{_text(piece.text)}</{tag}>"


def _lines(value: Any) -> list[str]:
    """A value as lines; what is counted twice is there twice."""
    if value is None or value == []:
        return []
    if isinstance(value, Counter):
        return sorted(value.elements())
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _only(lines: list[str], others: list[str]) -> list[str]:
    """The lines that the other side does not have; all of them where only the order differs."""
    spare = Counter(lines) - Counter(others)
    if not spare:
        return lines if Counter(lines) == Counter(others) else []
    return [line for line in lines if spare[line] > 0]


def _values(lines: list[str], tag: str) -> str:
    if not lines:
        return '<span class="soft">—</span>'
    more = f'\n<span class="soft">and {len(lines) - MAX_LINES:,} more</span>' if len(lines) > MAX_LINES else ""
    return "\n".join(f"<{tag}>{_text(_clipped(line))}</{tag}>" for line in lines[:MAX_LINES]) + more


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


def _examples(name: str, found: list[Difference]) -> str:
    rows = "".join(
        _field_row("", *each.fields[name]).replace("<th></th>", f"<td>{_link(each.url, each.title)}</td>", 1)
        for each in found
    )
    some = "example" if len(found) == 1 else "examples"
    summary = f'<summary><h3>{name}</h3> <span class="soft">{len(found)} {some}</span></summary>'
    return f"<details>{summary}<div>{_table(rows)}</div></details>"


def _link(url: str, text: str | None = None) -> str:
    """A link where the address is one of the web, else its text alone."""
    shown = f"<bdi>{_text(_clipped(text or url))}</bdi>"
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        is_web = False
    return f'<a href="{_text(url)}" rel="nofollow noopener noreferrer">{shown}</a>' if is_web else shown
