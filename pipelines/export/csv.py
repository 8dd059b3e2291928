"""A table for spreadsheets: UTF-8 with a byte order mark and CRLF (what Excel expects), and no cell is a formula.

A cell that a spreadsheet would compute, or that begins with an apostrophe, gets an apostrophe before it: take one
away from every cell that begins with one to have the text back. Lists are one item a line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pipelines.export.base import Format
from pipelines.items import Article

FIELDS = (
    "id url canonical_url source title description authors published_at modified_at language section tags image_url "
    "body headings related_links verdict labels fetched_at extractor"
).split()

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
"""Also as full-width characters, which some spreadsheets read as their ASCII twins."""


def encode(article: Article) -> bytes:
    """The article as one record."""
    nested = {
        "headings": [heading.text for heading in article.headings],
        "related_links": [link.url for link in article.links if link.kind.startswith("related")],
    }
    values = (nested[name] if name in nested else getattr(article, name) for name in FIELDS)
    return _record(_cell(value) for value in values)


def _cell(value: object) -> str:
    text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_COMPUTED) else text


def _record(cells: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


FORMAT = Format("csv", encode, header=b"\xef\xbb\xbf" + _record(FIELDS))
