"""Data sets that are kept up to date: what each run adds, and what a kill, a full disk or another data set do to it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput, CannotWrite, StoreBusy, UsageError
from pipelines.export import Increment, Request, Selection, export, export_since_last
from pipelines.export.folder import locked
from pipelines.export.picking import Splits
from pipelines.export.shards import silent
from pipelines.export.verify import verify
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.gone import mark_gone
from pipelines.store.schema import article as table
from tests.pipelines.export.conftest import Filled, json_lines, multiply
from tests.pipelines.export.test_formats import csv_rows
from tests.pipelines.store.examples import an_article

ROOT = Path(__file__).parents[3]
LINES = Request("jsonl", Selection(gone="drop"))
SMALL = replace(LINES, shard_bytes=300_000)


def run(store: Path, target: Path, request: Request = LINES) -> tuple[int, int, int]:
    done = export_since_last(store, request, target, silent)
    assert verify(target).problems == ()
    return done.new, done.changed, done.withdrawn


def folded(target: Path) -> dict[str, dict[str, Any]]:
    """What a reader makes of the files: the last row of each id, without the withdrawn ones."""
    manifest = json.loads((target / "manifest.json").read_bytes())
    rows = [row for entry in manifest["files"] for row in json_lines(target / entry["path"])]
    last = {row["id"]: row for row in rows}
    return {
        name: {key: value for key, value in row.items() if key not in ("change", "increment")}
        for name, row in last.items()
        if row["change"] != "withdrawn"
    }


def whole(store: Path, tmp_path: Path, request: Request = LINES) -> dict[str, dict[str, Any]]:
    """The same from one export of everything."""
    export(store, replace(request, shard_bytes=10**9), tmp_path / "whole.jsonl")
    return {row["id"]: row for row in json_lines(tmp_path / "whole.jsonl")}


def edit(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article("one", title="Edited"))


def correct_links(store: Store) -> None:
    """No new version: only what hangs on the article is another."""
    with store.begin() as conn:
        save_article(conn, an_article("two", links=(), title="Two, corrected"))


def take_down(store: Store) -> None:
    with store.begin() as conn:
        mark_gone(conn, an_article("one").id, "http_410", "2026-11-21T00:00:00Z")


def delete(store: Store) -> None:
    with store.begin() as conn:
        conn.execute(table.delete().where(table.c.id == an_article("two").id))


def add(store: Store) -> None:
    with store.begin() as conn:
        save_article(conn, an_article("three"))


def touch(store: Store) -> None:
    """Nothing that is exported changes."""
    with store.begin() as conn:
        conn.execute(table.update().values(enricher="another"))


@pytest.mark.parametrize(
    ("what", "came"),
    [
        (edit, (0, 1, 0)),
        (correct_links, (0, 1, 0)),
        (take_down, (0, 0, 1)),
        (delete, (0, 0, 1)),
        (add, (1, 0, 0)),
        (touch, (0, 0, 0)),
    ],
)
def test_each_run_adds_what_came(
    store: Store, filled: Filled, tmp_path: Path, what: Callable[[Store], None], came: tuple[int, int, int]
) -> None:
    path, target = filled(an_article("one"), an_article("two", body="Another text.")), tmp_path / "daily"
    assert run(path, target) == (2, 0, 0)
    assert run(path, target) == (0, 0, 0)
    what(store)
    assert run(path, target) == came
    assert run(path, target) == (0, 0, 0)
    assert folded(target) == whole(path, tmp_path)


def test_what_was_withdrawn_may_come_back(store: Store, filled: Filled, tmp_path: Path) -> None:
    path, target = filled(an_article("one")), tmp_path / "daily"
    run(path, target)
    delete_one = table.delete().where(table.c.id == an_article("one").id)
    with store.begin() as conn:
        conn.execute(delete_one)
    assert run(path, target) == (0, 0, 1)
    filled(an_article("one", title="Back"))
    assert run(path, target) == (1, 0, 0)
    assert folded(target) == whole(path, tmp_path)


def test_what_does_not_fit_the_selection_any_more_is_withdrawn(store: Store, filled: Filled, tmp_path: Path) -> None:
    request = replace(LINES, selection=Selection(languages=("en",), gone="drop"))
    path, target = filled(an_article("one", language="en"), an_article("two", language="de")), tmp_path / "daily"
    assert run(path, target, request) == (1, 0, 0)
    with store.begin() as conn:
        conn.execute(table.update().where(table.c.id == an_article("one").id).values(language="fr"))
        conn.execute(table.update().where(table.c.id == an_article("two").id).values(language="en"))
    assert run(path, target, request) == (1, 0, 1)
    (tombstone,) = [it for it in json_lines(target / "data/articles/000002-00000.jsonl") if it["change"] == "withdrawn"]
    assert (tombstone["url"], tombstone["title"], tombstone["links"]) == (an_article("one").url, None, [])


@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl.zst"])
def test_other_formats(store: Store, filled: Filled, tmp_path: Path, name: str) -> None:
    path, target = filled(an_article("one"), an_article("two")), tmp_path / "daily"
    request = Request(name, Selection(gone="drop"))
    run(path, target, request)
    take_down(store)
    edit(store)
    add(store)
    assert run(path, target, request) == (1, 0, 1)
    last = target / f"data/articles/000002-00000.{name}"
    if name == "parquet":
        assert sorted(pq.read_table(last)["change"].to_pylist()) == ["new", "withdrawn"]
    elif name == "csv":
        assert [(row["change"], row["increment"]) for row in csv_rows(last)] == [("new", "2"), ("withdrawn", "2")]


@pytest.fixture
def many(filled: Filled) -> Path:
    path = filled(an_article(body="word " * 400))
    multiply(path, 2000)
    return path


_SCRIPT = """
import os, sys
from pathlib import Path
from pipelines.export import Request, Selection, export_since_last
from pipelines.export import {module} as module
def step(*args, real=module.{name}, left=[{after}], **more):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), 9)
    return real(*args, **more)
module.{name} = step
request = Request("jsonl", Selection(gone="drop"), shard_bytes=300_000)
export_since_last(Path(sys.argv[1]), request, Path(sys.argv[2]), lambda n: None)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "name", "after"),
    [("increments", "whole_file", 0), ("increments", "whole_file", 1), ("increments", "whole_file", 3),
     ("increments", "write_whole", 0), ("increments", "write_whole", 1), ("increments", "_write_some", 1),
     ("files", "sync_folder", 0), ("files", "sync_folder", 2)],
)  # fmt: skip
def test_after_a_kill_at_any_step_nothing_is_lost_or_told_twice(
    many: Path, tmp_path: Path, module: str, name: str, after: int
) -> None:
    target = tmp_path / "daily"
    script = _SCRIPT.format(module=module, name=name, after=after)
    command = [sys.executable, "-c", script, str(many), str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    run(many, target, SMALL)
    manifest = json.loads((target / "manifest.json").read_bytes())
    told = [row["id"] for entry in manifest["files"] for row in json_lines(target / entry["path"])]
    assert len(told) == len(set(told)) == 2000
    assert not [each for each in target.rglob("*") if each.name.endswith(".part")]
    assert folded(target) == whole(many, tmp_path)


def test_a_full_disk_leaves_what_counts_and_the_next_run_goes_on(many: Path, tmp_path: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from pipelines.errors import CannotWrite
from pipelines.export import Request, Selection, export_since_last
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
request = Request("jsonl", Selection(gone="drop"), shard_bytes=300_000)
try:
    export_since_last(Path(sys.argv[1]), request, Path(sys.argv[2]), print)
except CannotWrite as error:
    print(error)
"""
    target = tmp_path / "daily"
    command = [sys.executable, "-c", script, str(many), str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "cannot write" in done.stdout, done.stderr
    assert run(many, target, SMALL) == (2000, 0, 0)


def test_two_targets_and_the_store_leave_each_other_alone(store: Store, filled: Filled, tmp_path: Path) -> None:
    path = filled(an_article("one"))
    run(path, tmp_path / "a")
    add(store)
    edit(store)
    with store.begin():
        assert run(path, tmp_path / "b", replace(LINES, format="jsonl", include=("record",))) == (2, 0, 0)
    assert run(path, tmp_path / "a") == (1, 1, 0)
    assert run(path, tmp_path / "b", replace(LINES, include=("record",))) == (0, 0, 0)


def test_the_first_of_a_cluster_may_change(filled: Filled, tmp_path: Path) -> None:
    request = replace(LINES, dedupe="exact")
    body = "One text that two outlets have, word for word, down to the last full stop of it. " * 3
    later = an_article("later", body=body, headings=(), published_at="2026-02-02")
    path, target = filled(later), tmp_path / "daily"
    run(path, target, request)
    filled(an_article("earlier", body=body, headings=(), published_at="2026-02-01"))
    assert run(path, target, request) == (1, 0, 1)
    assert folded(target) == whole(path, tmp_path, request)


def test_what_is_refused(filled: Filled, tmp_path: Path) -> None:
    path, target = filled(an_article("one")), tmp_path / "daily"
    run(path, target)
    with pytest.raises(UsageError, match="give the same options"):
        run(path, target, replace(LINES, authors="drop"))
    for request in (replace(LINES, tables="side"), replace(LINES, splits=Splits.read("time:2026-01-01"))):
        with pytest.raises(UsageError, match="one table of now"):
            run(path, target, request)
    with locked(target), pytest.raises(StoreBusy):
        run(path, target)
    (target / "state/000001-00000.txt").write_text("")
    with pytest.raises(BadInput, match="not as it was written"):
        run(path, target)


def test_a_data_set_of_another_store_or_kind(store: Store, filled: Filled, tmp_path: Path) -> None:
    empty = shutil.copy(store.path, tmp_path / "other.sqlite3")
    path, target = filled(an_article("one")), tmp_path / "daily"
    edit(store)
    run(path, target)
    with pytest.raises(BadInput, match="another store"):
        run(Path(empty), target)
    export(path, Request("jsonl"), tmp_path / "set", as_folder=True)
    with pytest.raises(BadInput, match="not kept up to date"):
        run(path, tmp_path / "set")
    with pytest.raises(CannotWrite):
        run(path, path / "below-a-file")


def test_the_report(filled: Filled, tmp_path: Path) -> None:
    done = export_since_last(filled(an_article("one")), LINES, tmp_path / "daily", silent)
    size = (tmp_path / "daily/data/articles/000001-00000.jsonl").stat().st_size
    assert done == Increment(1, new=1, size=size)
