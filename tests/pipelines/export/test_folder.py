"""Data sets as folders: shards, what is resumed, what is refused, and what verify finds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.errors import BadInput, CannotWrite, MissingInput, StoreBusy, UsageError
from pipelines.export import Request, export
from pipelines.export.folder import files_below, locked
from pipelines.export.verify import verify
from tests.pipelines.export.conftest import Filled, multiply
from tests.pipelines.store.examples import an_article

ROOT = Path(__file__).parents[3]
SHARDS = Request("jsonl", shard_bytes=1_000_000)


@pytest.fixture
def many(filled: Filled) -> Path:
    path = filled(an_article(body="word " * 400))
    multiply(path, 3000)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {each: (folder / each).read_bytes() for each in files_below(folder)}


def test_shards_of_a_size_hold_each_article_once(many: Path, tmp_path: Path) -> None:
    done = export(many, SHARDS, tmp_path / "set", as_folder=True)
    manifest = json.loads((tmp_path / "set/manifest.json").read_bytes())
    assert [each["path"] for each in manifest["files"]] == sorted(
        each for each in files_below(tmp_path / "set") if each.startswith("data/")
    )
    assert all(each["bytes"] < 3_500_000 for each in manifest["files"])
    lines = [line for each in manifest["files"] for line in (tmp_path / "set" / each["path"]).read_bytes().splitlines()]
    assert len({json.loads(line)["id"] for line in lines}) == len(lines) == done.articles == 3000
    assert sum(each["rows"] for each in manifest["files"]) == manifest["articles"] == 3000


def test_side_tables_have_the_rows_of_the_articles(filled: Filled, tmp_path: Path) -> None:
    path = filled(an_article("one"), an_article("two"))
    export(path, Request("parquet", tables="side", include=("removed", "versions")), tmp_path / "set")
    data = tmp_path / "set/data"
    assert sorted(each.name for each in data.iterdir()) == ["articles", "headings", "links", "removed", "versions"]
    articles = pq.read_table(data / "articles/train-00000.parquet")
    assert not {"links", "headings"} & set(articles.column_names)
    links = pq.read_table(data / "links/train-00000.parquet").to_pylist()
    assert [each["article_id"] for each in links] == articles["id"].to_pylist()
    assert links[0]["host"] == "daily.example"


@pytest.mark.parametrize("stop_after", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_export_goes_on_after_its_last_whole_shard(many: Path, tmp_path: Path, stop_after: int) -> None:
    whole, target = tmp_path / "whole", tmp_path / "set"
    export(many, SHARDS, whole, as_folder=True)
    _killed(many, target, stop_after)
    assert not target.exists()
    part = tmp_path / ".set.part"
    kept = {each.name: each.stat().st_ino for each in (part / "data/articles").glob("train-*")}
    assert len(kept) >= stop_after
    export(many, SHARDS, target, as_folder=True)
    assert contents(target) == contents(whole)
    assert not part.exists()
    again = {each.name: each.stat().st_ino for each in (target / "data/articles").iterdir()}
    assert len(kept.items() & again.items()) >= stop_after


def test_a_store_that_changed_meanwhile_is_exported_anew(many: Path, filled: Filled, tmp_path: Path) -> None:
    _killed(many, tmp_path / "set", 1)
    filled(an_article("more"))
    assert export(many, SHARDS, tmp_path / "set", as_folder=True).articles == 3001
    assert verify(tmp_path / "set").problems == ()


def _killed(store: Path, target: Path, shards: int) -> None:
    """An export that kills itself, as ``kill -9`` would, while it writes the shard after so many."""
    script = f"""
import os, signal, sys
from pathlib import Path
from pipelines.export import Request, export, shards
done = []
def write(conn, table, part, form, folder, before, limit, progress, real=shards.write_shards):
    kill = lambda n: len(done) < {shards} or os.kill(os.getpid(), 9)
    for each in real(conn, table, part, form, folder, before, limit, kill):
        done.append(each)
        yield each
import pipelines.export.folder as folder
folder.write_shards = write
export(Path(sys.argv[1]), Request("jsonl", shard_bytes=1_000_000), Path(sys.argv[2]), as_folder=True)
"""
    command = [sys.executable, "-c", script, str(store), str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_data_set_takes_the_place_of_the_one_before(filled: Filled, tmp_path: Path) -> None:
    target = tmp_path / "set"
    export(filled(an_article("one")), Request("parquet"), target, as_folder=True)
    before = contents(target)
    export(filled(an_article("two")), Request("jsonl"), target)
    assert set(contents(target)) == {"data/articles/train-00000.jsonl", "manifest.json"}
    export(filled(), Request("parquet"), target)
    assert set(contents(target)) == set(before)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["set", "store"]


@pytest.mark.parametrize("name", ["notes.txt", "data/articles/mine.parquet"])
def test_files_of_somebody_else_are_never_overwritten(filled: Filled, tmp_path: Path, name: str) -> None:
    path, target = filled(an_article()), tmp_path / "set"
    export(path, Request("parquet"), target, as_folder=True)
    (target / name).write_text("mine")
    before = contents(target)
    with pytest.raises(CannotWrite, match=f"holds {name}"):
        export(path, Request("parquet"), target)
    assert contents(target) == before


def test_one_export_at_a_time_in_a_folder(filled: Filled, tmp_path: Path) -> None:
    path = filled(an_article())
    (tmp_path / ".set.part").mkdir()
    with locked(tmp_path / ".set.part"), pytest.raises(StoreBusy, match="another export"):
        export(path, Request("parquet"), tmp_path / "set", as_folder=True)


def test_several_files_do_not_go_to_standard_output(filled: Filled) -> None:
    with pytest.raises(UsageError, match="give a folder"):
        export(filled(an_article()), Request("huggingface"))


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (lambda data: None, []),
        (lambda data: (data / "articles/train-00000.jsonl").unlink(), [("data/articles/train-00000.jsonl", "missing")]),
        (lambda data: (data / "articles/new.jsonl").touch(), [("data/articles/new.jsonl", "not in the manifest")]),
        (
            lambda data: (data / "articles/train-00000.jsonl").write_bytes(
                (data / "articles/train-00000.jsonl").read_bytes().replace(b"token", b"stock", 1)
            ),
            [("data/articles/train-00000.jsonl", "other bytes than were written")],
        ),
    ],
    ids=["nothing", "missing", "stray", "changed"],
)
def test_verify_finds_what_is_not_as_it_was(filled: Filled, tmp_path: Path, change: object, problems: object) -> None:
    export(filled(an_article()), Request("jsonl"), tmp_path / "set", as_folder=True)
    assert callable(change)
    change(tmp_path / "set/data")
    assert [(each.path, each.what) for each in verify(tmp_path / "set").problems] == problems


def test_verify_of_a_file(filled: Filled, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    export(filled(an_article()), Request("jsonl"), target)
    assert verify(target).problems == ()
    target.write_bytes(target.read_bytes() + b"x")
    assert "bytes instead of" in verify(target).problems[0].what


@pytest.mark.parametrize("text", ["", "[]", '{"files": [{"path": "../../etc/passwd", "bytes": 1, "sha256": ""}]}'])
def test_manifests_that_are_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(MissingInput):
        verify(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BadInput):
        verify(tmp_path)
