"""Body blocks as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.extraction.blocks import Block, Kind, Span
from pipelines.urls import canonicalise

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LINE_START = re.compile(r"^(#{1,6}\s|>|[-+*]\s|\d+[.)]\s|={3,}|-{3,}|```|~~~)")
_MARKS = {"strong": "**", "em": "*"}
_TIGHT = (Kind.LIST_ITEM, Kind.TABLE_ROW)


def to_markdown(blocks: Sequence[Block]) -> str:
    """Markdown of the blocks in order: blank lines between them, none inside lists and tables."""
    parts: list[str] = []
    previous: Kind | None = None
    for block in blocks:
        if parts:
            parts.append("\n" if block.kind in _TIGHT and block.kind is previous else "\n\n")
        parts.append(_block(block, opens=block.kind is not previous))
        previous = block.kind
    return "".join(parts)


def _block(block: Block, *, opens: bool) -> str:
    if block.kind is Kind.CODE:
        fence = "```" if "```" not in block.text else "~~~~"
        return f"{fence}\n{block.text}\n{fence}"
    text = _inline(block)
    if block.kind is Kind.HEADING:
        return f"{'#' * min(max(block.level, 1), 6)} {text}"
    if block.kind is Kind.LIST_ITEM:
        return f"- {text}"
    if block.kind is Kind.QUOTE:
        return f"> {text}"
    if block.kind is Kind.TABLE_ROW:
        return _row(text, opens=opens)
    return _LINE_START.sub(r"\\\1", text)


def _row(text: str, *, opens: bool) -> str:
    row = f"| {text} |"
    return f"{row}\n|{' --- |' * (text.count(' | ') + 1)}" if opens else row


def _inline(block: Block) -> str:
    """The text with its marks. Overlapping marks that are not nested are dropped: the inner one wins."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for span in _nested(block.spans):
        before, after = _signs(span, heading=block.kind is Kind.HEADING)
        opening.setdefault(span.start, []).append(before)
        closing.setdefault(span.end, []).insert(0, after)
    parts: list[str] = []
    position = 0
    for edge in sorted({*opening, *closing}):
        parts += [_escaped(block.text[position:edge]), *closing.get(edge, ()), *opening.get(edge, ())]
        position = edge
    return "".join([*parts, _escaped(block.text[position:])])


def _nested(spans: Sequence[Span]) -> list[Span]:
    """Spans that nest, outer before inner."""
    chosen: dict[tuple[int, int, str], Span] = {}
    around: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        while around and around[-1].end <= span.start:
            around.pop()
        crosses = bool(around) and around[-1].start < span.start and around[-1].end < span.end
        key = (span.start, span.end, span.mark)
        if span.start < span.end and not crosses and key not in chosen:
            chosen[key] = span
            around.append(span)
    return list(chosen.values())


def _signs(span: Span, *, heading: bool) -> tuple[str, str]:
    if span.mark == "a":
        url = canonicalise(span.href) if span.href else None
        return ("[", f"]({url.replace(')', '%29').replace('(', '%28')})") if url else ("", "")
    if span.mark == "code":
        return "`", "`"
    if heading and span.mark == "strong":
        return "", ""
    sign = _MARKS.get(span.mark, "")
    return sign, sign


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
