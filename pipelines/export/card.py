"""The data card of a folder for Hugging Face: what it is, whence, how it was cleaned with figures, faults and rights.

Its YAML head names the files of each table and split, so that ``datasets.load_dataset`` needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.export.columns import Column, Table
from pipelines.export.picking import Picked
from pipelines.export.request import Request
from pipelines.store.reading import Reading

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_MOST = 40
"""Lines of a table of figures."""
_PICKED = "FROM picked JOIN article ON article.number = picked.number"


def card(conn: Reading, request: Request, picked: Picked, tables: Sequence[Table]) -> str:
    """The card as Markdown. It holds nothing of a page but codes and names of sources."""
    parts = [
        _head(conn, picked, tables),
        _what(request, picked),
        _whence(conn),
        _cleaning(conn, picked),
        *(_fields(table) for table in tables),
        _FAULTS,
        _rights(conn, request),
        _again(request),
    ]
    return "\n".join(parts)


def _head(conn: Reading, picked: Picked, tables: Sequence[Table]) -> str:
    languages = [row[0] for row in conn.execute(f"SELECT DISTINCT language {_PICKED} WHERE language > '' ORDER BY 1")]
    size = next((name for most, name in _SIZES if picked.total < most), "1M<n<10M")
    lines = ["---", "pretty_name: Crypto news, clean", "license: other", f"size_categories: [{size}]"]
    lines += [f"language: {json.dumps(languages)}", "tags: [news, crypto, text, newsmint]", "configs:"]
    for table in tables:
        lines += [f"- config_name: {table.name}", *(["  default: true"] if table is tables[0] else []), "  data_files:"]
        for split in picked.articles:
            lines += [f"  - split: {split}", f"    path: data/{table.name}/{split}-*.parquet"]
    return "\n".join([*lines, "---", ""])


def _what(request: Request, picked: Picked) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in picked.articles.items())
    left_out = [f"- {count:,} {reason}" for reason, count in picked.left_out.items() if count]
    lines = [
        "# Crypto news, clean",
        "",
        f"{picked.total:,} articles ({splits}), by time of publication. `body` is the article's own text: no "
        "navigation, related links, newsletter forms, disclaimers or bylines.",
        "",
        *(["Left out of what was selected:", "", *left_out, ""] if left_out else []),
    ]
    if request.splits.boundaries:
        lines += [
            f"Split by time at {' and '.join(request.splits.boundaries)}. Articles of one text, or nearly one, are in "
            "one split, that of the first; later copies are left out, and no text has edits seen after its split.",
            "",
        ]
    return "\n".join(lines)


def _whence(conn: Reading) -> str:
    rows = conn.execute(
        "SELECT coalesce(article.source, '(files)'), count(*), sum(article.word_count), min(article.published_at), "
        f"max(article.published_at) {_PICKED} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    shown = [(source, f"{n:,}", f"{words:,}", str(a)[:10], str(b)[:10]) for source, n, words, a, b in rows[:_MOST]]
    more = [f"\nand {len(rows) - _MOST:,} more sources\n"] if len(rows) > _MOST else []
    return "\n".join(["## Whence", "", _table(("source", "articles", "words", "from", "to"), shown), *more])


def _cleaning(conn: Reading, picked: Picked) -> str:
    removed = conn.execute(
        f"SELECT reason, count(*), count(DISTINCT article_id) {_PICKED} "
        "CROSS JOIN removed_block ON removed_block.article_id = article.id GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    share = max(picked.total, 1)
    rows = [(reason, f"{blocks:,}", f"{articles / share:.1%}") for reason, blocks, articles in removed]
    readers = conn.execute(f"SELECT extractor, count(*) {_PICKED} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
    return "\n".join(
        [
            "## How it was cleaned",
            "",
            "Each page is cut into blocks; rules and a model decide which are the article's. What was left out near "
            "the body is kept in the store with the reason, so it can be counted:",
            "",
            _table(("reason", "blocks", "articles that had some"), rows),
            _table(("read by", "articles"), [(f"`{name}`", f"{count:,}") for name, count in readers[:_MOST]]),
            _quality(conn),
        ]
    )


def _quality(conn: Reading) -> str:
    sets = ("gopher", "repetition", "fineweb", "c4")
    sums = ", ".join(
        f"count(*) FILTER (WHERE quality.{name} = 1), count(*) FILTER (WHERE quality.{name} = 0)" for name in sets
    )
    found = conn.execute(f"SELECT {sums} {_PICKED} JOIN quality ON quality.article_id = article.id").fetchone()
    rows = [(name, f"{found[2 * i]:,}", f"{found[2 * i + 1]:,}") for i, name in enumerate(sets)]
    return (
        "Rule sets for training text, as measured; nothing is left out because of them unless it was asked for, since "
        f"they fail honest news flashes:\n\n{_table(('rule set', 'pass', 'fail'), rows)}"
    )


def _fields(table: Table) -> str:
    rows = [(f"`{column.name}`", _kind(column), column.about) for column in table.columns]
    return f"## Fields of {table.name}\n\n{table.about[:1].upper()}{table.about[1:]}.\n\n" + _table(
        ("field", "type", "meaning"), rows
    )


def _kind(column: Column) -> str:
    if column.kind == "records":
        return f"list of {{{', '.join(column.fields)}}}"
    return "list of text" if column.kind == "texts" else column.kind


_FAULTS = """## Known faults

- Extraction is by rules and a model, and errs: some bodies miss a paragraph or keep a stray line. `extractor` says what
  read each article, so that a fault can be traced and put right.
- `published_at` is what the page claims; where it claims nothing, `published_ts` is when the article was first seen.
- Duplicates are found by the text. A rewritten report of the same event is an article of its own.
- What was published before the crawl began, and removed before it, is not here.
"""


def _rights(conn: Reading, request: Request) -> str:
    counted = dict(
        conn.execute(
            "SELECT CASE WHEN article_rights.article_id IS NULL THEN 'not recorded' WHEN rights.ai_allowed = 0 THEN "
            "'reserved' WHEN rights.ai_allowed = 1 THEN 'not reserved' ELSE 'robots.txt not known' END AS state, "
            f"count(*) {_PICKED} LEFT JOIN article_rights ON article_rights.article_id = article.id "
            "LEFT JOIN rights ON rights.id = article_rights.rights_id GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )
    kept = (
        "Articles that reserve themselves were left out."
        if request.selection.rights
        else "Nothing was left out for it."
    )
    rows = [(state, f"{count:,}") for state, count in counted.items()]
    return "\n".join(
        [
            "## Rights",
            "",
            "The articles belong to their publishers; this card grants nothing. What each page and its host said of "
            f"the training of models when it was fetched (robots.txt, headers, meta, TDMRep, ai.txt): {kept}",
            "",
            _table(("training of models", "articles"), rows),
            f"Names of authors: {_AUTHORS[request.authors]}.",
            "",
        ]
    )


_AUTHORS = {"keep": "as the pages credit them", "drop": "left out", "hash": "replaced by marks, one for each name"}


def _again(request: Request) -> str:
    asked = json.dumps(request.as_dict(), ensure_ascii=False, indent=1)
    return (
        "## Made by\n\n`newsmint export`; `newsmint verify` compares the files with `manifest.json`. What was "
        f"asked:\n\n```json\n{asked}\n```\n"
    )


def _table(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    names = list(names)
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").replace("<", "&lt;").split())
