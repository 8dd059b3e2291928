"""Searching a few texts at hand, in an index made for that alone: what matches of them, its rank and its snippet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from pipelines.store.derived import TOKENIZER
from pipelines.store.match import Query

MATCH_START, MATCH_END = "\x02", "\x03"
"""Around each matched word of a snippet: characters that no stored text has."""

WEIGHTS = (10.0, 3.0, 1.0)
"""A word in the title weighs ten, in the description three times what it does in the body."""

SNIPPET_WORDS = 24


def search_texts(
    texts: Iterable[tuple[Any, ...]], query: Query, words: int = SNIPPET_WORDS
) -> dict[int, tuple[float, str]]:
    """Number → rank and snippet (of so many ``words``) of those that match.

    A text is its number, title, description and body.
    """
    if not query.match:
        return {number: (0.0, str(body)[:120]) for number, _, _, body in texts}
    with closing(sqlite3.connect(":memory:")) as own:
        own.execute(f"CREATE VIRTUAL TABLE texts USING fts5(title, description, body, tokenize='{TOKENIZER}')")
        own.executemany("INSERT INTO texts (rowid, title, description, body) VALUES (?, ?, ?, ?)", texts)
        rows = own.execute(
            "SELECT rowid, bm25(texts, ?, ?, ?), snippet(texts, -1, ?, ?, '…', ?) FROM texts WHERE texts MATCH ?",
            (*WEIGHTS, MATCH_START, MATCH_END, words, query.match),
        )
        return {number: (rank, snippet) for number, rank, snippet in rows}
