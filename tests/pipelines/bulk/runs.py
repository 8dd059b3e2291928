"""Bulk runs for tests: real files in, real Parquet out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pyarrow import dataset

from pipelines.bulk.engines import Engine
from pipelines.bulk.plan import plan
from pipelines.bulk.run import Outcome, Watcher, run
from pipelines.bulk.task import Note, run_task
from pipelines.bulk.values import Done, Job, Task
from tests.crawler.newsstand import story
from tests.pipelines.warc.archives import Made


def pages(numbers: Sequence[int], host: str = "www.ledger.example", extra: str = "") -> list[Made]:
    """Records of stories that have no sentence in common."""
    return [
        Made(f"https://{host}/news/{n}", story(n, extra).encode(), date=f"2026-01-{n % 28 + 1:02}T03:04:05Z")
        for n in numbers
    ]


def here(tasks: Sequence[Task], job: Job, note: Note) -> Iterator[Done]:
    """An engine that does one task after the other, in one worker for all tests: it takes seconds to start."""
    for task in tasks:
        yield run_task(task, job, note)


def bulk(
    out: Path,
    *inputs: Path,
    engine: Engine | None = None,
    part_bytes: int = 64_000_000,
    watcher: Watcher | None = None,
    **job: Any,
) -> Outcome:
    """A whole run, by ``here`` unless another engine is given."""
    tasks = plan([str(each) for each in inputs], part_bytes)
    return run(tasks, Job(str(out), **job), engine or here, part_bytes=part_bytes, watcher=watcher)


def rows(out: Path, table: str = "articles", *columns: str) -> list[dict[str, Any]]:
    """The rows of a table, in the order of ``url``."""
    found: list[dict[str, Any]] = dataset.dataset(out / "data" / table).to_table(list(columns) or None).to_pylist()
    return sorted(found, key=lambda row: str(row.get("url")))


def slugs(out: Path) -> list[str]:
    """The last parts of the addresses of all articles."""
    return sorted(row["url"].rpartition("/")[2] for row in rows(out, "articles", "url"))


def reasons(out: Path) -> Counter[str]:
    """Why records gave no article, of those that are kept."""
    return Counter(row["reason"] for row in rows(out, "rejected"))
