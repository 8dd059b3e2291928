"""Files appear whole or not at all, and memory does not grow with them."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from pipelines.errors import CannotWrite
from pipelines.export import Request, export
from pipelines.export.files import whole_file
from tests.pipelines.export.conftest import Filled, multiply
from tests.pipelines.export.test_formats import PLAIN
from tests.pipelines.store.examples import an_article

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_is_written_and_counted(filled: Filled, tmp_path: Path, name: str) -> None:
    path = tmp_path / "out"
    done = export(filled(*(an_article(f"story-{n}") for n in range(30))), Request(name), path)
    assert (done.articles, done.size) == (30, path.stat().st_size)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "out.manifest.json", "store"]


@pytest.mark.parametrize("before", [None, b"the last export"])
def test_a_failure_on_the_way_leaves_what_was_there(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "out.jsonl"
    if before is not None:
        path.write_bytes(before)
    with pytest.raises(KeyboardInterrupt), whole_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert (path.read_bytes() if path.exists() else None) == before
    assert len(list(tmp_path.iterdir())) == (before is not None)


def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(filled: Filled, tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from pipelines.errors import CannotWrite
from pipelines.export import Request, export
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    export(Path(sys.argv[1]), Request("jsonl"), Path(sys.argv[2]))
except CannotWrite as error:
    print(error)
"""
    path = filled(*(an_article(f"story-{n}", body="word " * 2000) for n in range(30)))
    before = set(tmp_path.iterdir())
    command = [sys.executable, "-c", script, str(path), str(tmp_path / "out.jsonl")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"{tmp_path / 'out.jsonl'}: cannot write"), done.stderr
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("path", ["no/such/folder/out.jsonl", "."])
def test_a_place_that_cannot_be_written(filled: Filled, tmp_path: Path, path: str) -> None:
    with pytest.raises(CannotWrite, match=r"cannot write|holds store/news"):
        export(filled(an_article()), Request("jsonl"), tmp_path / path)
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def test_memory_is_a_fraction_of_the_file(filled: Filled, tmp_path: Path) -> None:
    path = filled(an_article(body="word " * 1000))
    multiply(path, 5000)
    tracemalloc.start()
    done = export(path, Request("jsonl"), tmp_path / "out.jsonl")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (done.articles, done.size > 25_000_000) == (5000, True)
    assert most < done.size / 2
