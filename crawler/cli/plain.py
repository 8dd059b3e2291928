"""Text of pages on a terminal: no control characters, no tricks with the writing direction, no markup."""

from __future__ import annotations

import re
from collections.abc import Collection

from rich import box
from rich.table import Table
from rich.text import Text

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")


def plain(text: object, instead: str = "") -> str:
    """The text without what a terminal would obey, or with ``instead`` for it; line feeds and tabs stay.

    Empty for None.
    """
    return "" if text is None else _UNSAFE.sub(instead, str(text))


def cell(text: object, style: str = "") -> Text:
    """The text as a table cell, on one line."""
    return Text(" ".join(plain(text).split()), style=style)


def plain_table(*names: str, right: Collection[str] = (), title: str | None = None, footer: bool = False) -> Table:
    """A table with room for what is in it; the columns in ``right`` hold numbers."""
    table = Table(box=box.SIMPLE, title=title, title_justify="left", padding=(0, 1, 0, 0), pad_edge=False)
    table.show_footer, table.footer_style = footer, "bold"
    for name in names:
        number = name in right
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=number)
    return table


def moment(time: str | None) -> str:
    """``2026-11-22 15:13`` of an ISO 8601 text, or the bare date where there is no more."""
    return plain(time)[:16].replace("T", " ")


def size(count: int) -> str:
    """Bytes in a unit that fits: ``8.2 MB``."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def duration(seconds: float) -> str:
    """``48 s``, ``3 min 20 s`` or ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
