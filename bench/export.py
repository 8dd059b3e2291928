"""What an export costs: ``python -m bench.export [--store FILE] [--articles 100000] [--rounds 3]``.

Each format in a process of its own. Beside the export stands the time to read the same rows, in the same order, with
the standard library's sqlite3 alone: articles, and whatever the format nests. CPU time, so that other work on the
machine counts little; the best of the rounds. Peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.newsstore import write_store
from pipelines.export.columns import Table
from pipelines.export.exporting import ranges
from pipelines.export.files import whole_file
from pipelines.export.picking import pick
from pipelines.export.request import Request
from pipelines.export.shards import silent, write_stream
from pipelines.export.snapshot import snapshot

TARGETS = {"jsonl": 2.0, "jsonl.zst": None, "parquet": 8.0, "csv": 10.0}
_OUTLINE = {"headings": ("heading", ["text"], "1"), "related_links": ("link", ["url"], "kind LIKE 'related%'")}
_ORDER = "ORDER BY article.published_ts, article.number"


def queries(table: Table) -> Iterator[str]:
    """What reads the rows that a table of articles is made of: the articles, then what hangs on them."""
    plain: list[str] = []
    hanging: list[tuple[str, list[str], str]] = []
    for column in table.columns:
        if column.rows:
            fields = list(column.rows.sources.values()) + [it for it in column.fields if it not in column.rows.sources]
            hanging.append((column.rows.table, fields, "1"))
        elif column.name in _OUTLINE and column.sql.startswith("("):
            hanging.append(_OUTLINE[column.name])
        else:
            plain.append(column.sql.replace("picked.until", "NULL"))
    source = table.source.removeprefix("picked CROSS JOIN ").replace(" ON article.number = picked.number", "")
    yield f"SELECT {', '.join(plain)} FROM {source} {_ORDER}"
    for name, fields, condition in hanging:
        chosen = ", ".join(field if "." in field else f"{name}.{field}" for field in ("article_id", *fields))
        yield f"SELECT {chosen} FROM article CROSS JOIN {name} ON article_id = article.id AND {condition} {_ORDER}"


def measure(store: Path, name: str, target: Path, rounds: int) -> dict[str, Any]:
    """The figures of one format."""
    request = Request(name)
    (table,) = request.shape.made()
    with snapshot(store) as conn:
        reading = min(
            _cpu(lambda: [sum(1 for _ in conn.execute(query)) for query in queries(table)]) for _ in range(rounds)
        )

    def export() -> None:
        with snapshot(store) as conn, whole_file(target) as file:
            picked = pick(conn, request.selection, splits=request.splits)
            write_stream(conn, table, ranges(picked), request.form, file, silent)

    writing = min(_cpu(export) for _ in range(rounds))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"reading": reading, "writing": writing, "memory": memory, "size": target.stat().st_size}


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure each format in a process of its own, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, help="a store of this version; one is made otherwise")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="newsmint-export-") as home:
        store = options.store or Path(home) / "news.sqlite3"
        if options.format:
            print(json.dumps(measure(store, options.format, Path(home) / "out", options.rounds)))
            return 0
        if not options.store:
            write_store(store, options.articles, progress=True)
        return _compare(store, options.rounds)


def _compare(store: Path, rounds: int) -> int:
    missed = 0
    print("format       reading  export  ratio  wanted  peak memory       size")
    for name, most in TARGETS.items():
        call = [sys.executable, "-m", "bench.export", "--store", str(store), "--format", name, "--rounds", str(rounds)]
        found = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        ratio = found["writing"] / found["reading"]
        missed += (most is not None and ratio > most) or found["memory"] > 300e6
        wanted = f"<= {most:g}" if most else ""
        times = f"{found['reading']:6.1f} s {found['writing']:5.1f} s {ratio:6.2f}  {wanted:6}"
        print(f"{name:11} {times}  {found['memory'] / 1e6:8.0f} MB {found['size'] / 1e6:8.0f} MB", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
