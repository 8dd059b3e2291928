"""Blocks of a plain text dump: an article as a poor scraper left it, with no markup to go by but perhaps Markdown's."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.extraction.blocks import Block, Kind, Span, code_text
from pipelines.extraction.boilerplate import Place, RuleSet, fold, rules_for
from pipelines.extraction.metadata import Metadata
from pipelines.extraction.metadata.language import language_of
from pipelines.items import Reason

MAX_LINES = 20_000
FULL_LINE = 90
"""Characters from which a line is running text, and shows the dump's language."""
MAX_HEADING_WORDS = 14
MAX_TITLE_WORDS = 30

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*")
_ITEM = re.compile(r"(?:[-*+•‣▪◦·]|\d{1,2}[.)])\s+(.+)")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\((https?://[^\s()]{1,2000})(?:\s\"[^\"]{0,200}\")?\)")
_MARKS = re.compile(r"\*\*([^*]{1,300})\*\*|__([^_]{1,300})__")
_SENTENCE_END = (".", ",", ";", ":", "…", "。", "，", '."', ".”", "!”")
_FIELD = re.compile(r"\s*\|\s*")
_AUTHOR = re.compile(r"(?:by|author|written by|автор|autor|auteur|von|por|par)\b\s?:?\s+(.{2,60})", re.IGNORECASE)
_DATE = re.compile(r"(?:date|дата|datum|fecha|data|published|updated)\s?:?\s+(.{4,40})", re.IGNORECASE)
_TAGS = re.compile(r"(?:tags?|keywords?|topics?|posted in|schlagw[öo]rter|теги|метки)\s?:\s*(.+)", re.IGNORECASE)
_NO_NAMES = ("n a", "admin", "unknown", "none", "staff")
_DATE_FORMATS = ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the dump with the Markdown mark it had."""

    text: str
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    spans: tuple[Span, ...] = ()


def text_blocks(text: str) -> list[Block]:
    """Blocks of a dump in order, headings recognised by their form: a short line that ends no sentence, above prose."""
    rules = rules_for("")
    lines = list(_lines(_unescaped(text)))
    title = _title_at(lines, rules)
    blocks = []
    for index, line in enumerate(lines):
        if index == title:
            line = replace(line, kind=Kind.HEADING, level=1)
        elif line.kind is Kind.PARAGRAPH and index > (title or 0) and _is_heading(lines, index, rules):
            line = replace(line, kind=Kind.HEADING, level=2)
        blocks.append(Block(index, line.kind, line.text, line.level, line.spans))
    return blocks


def text_metadata(blocks: list[Block]) -> Metadata:
    """Title, authors, date and tags as the dump's own lines give them: 'Author: Ada Example | Date: April 3, 2025'."""
    title = next((block.text for block in blocks if block.level == 1), None)
    fields = [part for block in blocks if len(block.text) <= 400 for part in _FIELD.split(block.text)]
    authors = [found[1] for part in fields if (found := _AUTHOR.fullmatch(part)) and _is_name(found[1])]
    dates = [day for part in fields if (found := _DATE.fullmatch(part)) and (day := _day(found[1]))]
    tags = [found[1] for part in fields if (found := _TAGS.fullmatch(part))]
    return Metadata(
        title=title,
        authors=tuple(authors[:1]),
        published_at=dates[0] if dates else None,
        language=language_of(" ".join(block.text for block in blocks if len(block.text) >= FULL_LINE)),
        tags=tuple(tag.strip(" #.") for tag in tags[-1].split(",")) if tags else (),
    )


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text and re.search(r"&(?:#?\w{2,8});", text) else text


def _lines(text: str) -> Iterator[Line]:
    code: list[str] | None = None
    for raw in _joined(text.splitlines()[:MAX_LINES]):
        if raw.strip().startswith("```"):
            if code:
                yield Line(code_text("\n".join(code)), Kind.CODE)
            code = [] if code is None else None
        elif code is not None:
            code.append(raw.rstrip())
        elif raw.strip(" \t-=_*"):
            yield _line(" ".join(raw.split()))
    if code:
        yield Line(code_text("\n".join(code)), Kind.CODE)


def _line(text: str) -> Line:
    if match := _HEADING.fullmatch(text):
        return _marked(match[2], Kind.HEADING, len(match[1]))
    if match := _ITEM.fullmatch(text):
        return _marked(match[1], Kind.LIST_ITEM)
    if text.startswith("> "):
        return _marked(text[2:], Kind.QUOTE)
    if text.startswith("|") and text.endswith("|") and text.count("|") > 2:
        return Line(" | ".join(cell.strip() for cell in text.strip("|").split("|")), Kind.TABLE_ROW)
    return _marked(text, Kind.PARAGRAPH)


def _marked(text: str, kind: Kind, level: int = 0) -> Line:
    """A line with Markdown's links and bold marks read as spans."""
    text = _MARKS.sub(lambda match: match[1] or match[2], text)
    parts: list[str] = []
    spans: list[Span] = []
    length = end = 0
    for match in _LINK.finditer(text):
        parts += [text[end : match.start()], match[1]]
        length += match.start() - end
        spans.append(Span(length, length + len(match[1]), "a", match[2]))
        length, end = length + len(match[1]), match.end()
    return Line("".join([*parts, text[end:]]), kind, level, tuple(spans))


def _joined(lines: list[str]) -> list[str]:
    """Lines with hard wraps undone: where most full lines end within a few characters of the same width."""
    lengths = sorted(len(line.rstrip()) for line in lines if len(line) > 40)
    if len(lengths) < 8 or lengths[-1] > 100 or lengths[len(lengths) // 4] < lengths[-1] - 18:
        return lines
    joined: list[str] = []
    width = lengths[-1]
    for line in lines:
        wraps = joined and joined[-1].strip() and line.strip() and not _opens_line(line)
        if wraps and len(joined[-1].splitlines()[-1]) > width - 18:
            joined[-1] += f"\n{line.strip()}"
        else:
            joined.append(line)
    return [line.replace("\n", " ") for line in joined]


def _opens_line(line: str) -> bool:
    return bool(_ITEM.fullmatch(line.strip()) or _HEADING.fullmatch(line.strip()))


def _title_at(lines: list[Line], rules: RuleSet) -> int | None:
    """The first ``#`` line, or the first line before all prose that is no furniture and could be a title."""
    for index, line in enumerate(lines[:12]):
        if line.level == 1:
            return index
    for index, line in enumerate(lines[:12]):
        if _furniture(line.text, rules) is None and line.kind in (Kind.PARAGRAPH, Kind.HEADING):
            words = len(line.text.split())
            is_title = 2 <= words <= MAX_TITLE_WORDS and not line.text.endswith(_SENTENCE_END)
            return index if is_title else None
    return None


def _is_heading(lines: list[Line], index: int, rules: RuleSet) -> bool:
    text = lines[index].text
    words = text.split()
    if not 1 <= len(words) <= MAX_HEADING_WORDS or text.endswith(_SENTENCE_END) or "|" in text:
        return False
    if not _opens_like_heading(text) or _furniture(text, rules) is not None or rules.opener(text):
        return False
    following = index + 1
    while following < len(lines) and _furniture(lines[following].text, rules):
        following += 1
    return following < len(lines) and _is_prose(lines[following]) and len(lines[following].text) > 2 * len(text)


def _opens_like_heading(text: str) -> bool:
    first = text.lstrip("\"'“‘«([¿¡")[:1]
    return not first.islower()


def _is_prose(line: Line) -> bool:
    return line.kind in (Kind.LIST_ITEM, Kind.QUOTE) or len(line.text.split()) >= 12 or len(line.text) >= 60


def _furniture(text: str, rules: RuleSet) -> Reason | None:
    rule = rules.by_text(text, Place.EDGE)
    return rule.reason if rule else None


def _is_name(text: str) -> bool:
    return (
        fold(text) not in ("n a", "admin", "unknown", "none", "staff") and text[:1].isupper() and not text.endswith(".")
    )


def _day(text: str) -> str | None:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()
        except ValueError:
            continue
    return None
