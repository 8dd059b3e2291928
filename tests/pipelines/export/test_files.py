"""Files appear whole or not at all, and memory does not grow with them."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import CannotWrite
from pipelines.export import FORMATS, export_articles
from pipelines.items import Article, article_id
from tests.pipelines.store.examples import an_article

ROOT = Path(__file__).parents[3]


def articles(number: int) -> Iterator[Article]:
    for each in range(number):
        yield replace(an_article(), id=article_id(str(each)), title=f"Story {each}")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_written_and_counted(tmp_path: Path, name: str) -> None:
    path = tmp_path / "out"
    done = export_articles(articles(30), FORMATS[name], path)
    assert (done.articles, done.size) == (30, path.stat().st_size)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("before", [None, b"the last export"])
def test_a_failure_on_the_way_leaves_what_was_there(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "out.jsonl"
    if before is not None:
        path.write_bytes(before)

    def broken() -> Iterator[Article]:
        yield from articles(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_articles(broken(), FORMATS["jsonl"], path)
    assert (path.read_bytes() if path.exists() else None) == before
    assert len(list(tmp_path.iterdir())) == (before is not None)


def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from pipelines.errors import CannotWrite
from pipelines.export import FORMATS, export_articles
from tests.pipelines.export.test_files import articles
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    export_articles(articles(1000), FORMATS["jsonl"], Path(sys.argv[1]))
except CannotWrite as error:
    print(error)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "out.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"{tmp_path / 'out.jsonl'}: cannot write"), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["no/such/folder/out.jsonl", "."])
def test_a_place_that_cannot_be_written(tmp_path: Path, path: str) -> None:
    with pytest.raises(CannotWrite, match="cannot write"):
        export_articles(articles(1), FORMATS["jsonl"], tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_memory_is_a_fraction_of_the_file(tmp_path: Path) -> None:
    tracemalloc.start()
    done = export_articles(articles(8000), FORMATS["jsonl"], tmp_path / "out.jsonl")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.size > 5_000_000
    assert most < 2_000_000
