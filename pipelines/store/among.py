"""What a crawl of one source asks of a store with ten thousand: about its own, not about all."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, true

MOST = 500
"""Keys that a statement names."""


def among(column: ColumnElement[str], keys: Collection[str]) -> ColumnElement[bool]:
    """Whether a column has one of these keys; where they are very many, always: the caller picks from what comes."""
    return column.in_(list(keys)) if len(keys) <= MOST else true()
