"""Which inputs a call names: folders with links, pipes and what a run has written; tasks that stay the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pipelines.bulk.plan import FILES_A_TASK, plan
from pipelines.bulk.values import Task
from pipelines.errors import MissingInput
from tests.crawler.newsstand import story
from tests.pipelines.bulk.runs import bulk, pages, reasons, rows, slugs
from tests.pipelines.warc.archives import archive


def page(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}.html"
    path.write_text(story(number))
    return path


def planned(*words: object) -> list[Task]:
    return plan([str(word) for word in words])


def read(*words: object) -> list[str]:
    """The files that tasks of these words read."""
    return [name for task in planned(*words) for name in (task.files or [Path(task.path).name])]


def test_each_page_is_read_once_however_often_it_is_named(tmp_path: Path) -> None:
    first, deep = page(tmp_path / "in", 1), page(tmp_path / "in" / "deep", 2)
    archive(tmp_path / "in" / "a.warc.gz", pages([3]))
    every = ["a.warc.gz", "1.html", "deep/2.html"]
    assert read(tmp_path / "in") == every
    assert read(tmp_path / "in", first, deep, tmp_path / "in" / "deep") == every
    assert read(tmp_path / "in" / "**") == every
    assert read(first, first, deep) == ["1.html", "2.html"]


def test_what_a_run_has_written_among_its_inputs_is_none(tmp_path: Path) -> None:
    page(tmp_path, 1)
    first = bulk(tmp_path / "out", tmp_path)
    again = bulk(tmp_path / "out", tmp_path)
    assert (first.tasks, again.tasks, again.before) == (1, 1, 1)
    with pytest.raises(MissingInput):
        planned(tmp_path / "out")


def test_links_are_followed_where_they_are_named_but_not_out_of_a_folder(tmp_path: Path) -> None:
    secret = page(tmp_path / "home", 1)
    page(tmp_path / "in", 2)
    (tmp_path / "in" / "out.html").symlink_to(secret)
    (tmp_path / "in" / "in.html").symlink_to("2.html")
    (tmp_path / "in" / "gone.html").symlink_to("nowhere")
    (tmp_path / "in" / "up").symlink_to(secret.parent)
    (tmp_path / "in" / "out.warc.gz").symlink_to(archive(tmp_path / "home" / "a.warc.gz", pages([3])))
    bulk(tmp_path / "out", tmp_path / "in")
    assert slugs(tmp_path / "out") == ["2.html", "in.html"]
    assert {row["record"]: row["detail"].partition(";")[0] for row in rows(tmp_path / "out", "rejected")} == {
        "gone.html": "no file that can be read",
        "out.html": "a link that leads out of its folder",
        "out.warc.gz": "a link that leads out of its folder",
    }
    bulk(tmp_path / "named", *(tmp_path / "in" / name for name in ("out.html", "out.warc.gz", "gone.html")))
    assert slugs(tmp_path / "named") == ["3", "out.html"]
    assert reasons(tmp_path / "named") == {"file_broken": 1}


def test_pipes_folders_and_odd_names_stop_nothing(tmp_path: Path) -> None:
    page(tmp_path / "in", 1)
    for name in ("pipe.html", "pipe.warc.gz"):
        os.mkfifo(tmp_path / "in" / name)
    (tmp_path / "in" / "folder.html").mkdir()
    (tmp_path / "in" / os.fsdecode(b"caf\xe9.html")).write_text(story(2))
    (tmp_path / "in" / os.fsdecode(b"\xff.warc.gz")).write_text("no archive")
    outcome = bulk(tmp_path / "out", tmp_path / "in")
    assert slugs(tmp_path / "out") == ["1.html", "caf?.html"]
    assert reasons(tmp_path / "out") == {"file_broken": 2, "input_unreadable": 1}
    assert [each.encode().rpartition(b"/")[2].partition(b":")[0] for each in outcome.trouble] == [b"?.warc.gz"]


@pytest.mark.parametrize(
    ("name", "data", "detail"),
    [
        ("a.html", b"", "empty"),
        ("a.html.gz", b"\x1f\x8b\x08 no gzip", "Error -3 while decompressing data: unknown header flags set"),
        ("a.html", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "empty"),
        ("a.html", b"x" * 20_000_001, "more than 20,000,000 bytes"),
    ],
)
def test_a_page_that_is_no_whole_file_is_a_failure(name: str, data: bytes, detail: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    bulk(tmp_path / "out", tmp_path / name)
    (row,) = rows(tmp_path / "out", "rejected")
    assert (row["record"], row["detail"]) == (name, detail)


def test_pages_that_are_named_one_by_one_stay_when_others_are_named(tmp_path: Path) -> None:
    one, two = page(tmp_path / "in", 1), page(tmp_path / "in", 2)
    bulk(tmp_path / "out", one)
    bulk(tmp_path / "out", two)
    assert slugs(tmp_path / "out") == ["1.html", "2.html"]


def test_a_folder_whose_pages_change_is_what_it_is_now(tmp_path: Path) -> None:
    gone, _ = page(tmp_path / "in", 1), page(tmp_path / "in", 2)
    bulk(tmp_path / "out", tmp_path / "in")
    gone.unlink()
    page(tmp_path / "in", 3)
    assert bulk(tmp_path / "out", tmp_path / "in").before == 0
    assert slugs(tmp_path / "out") == ["2.html", "3.html"]


def test_a_further_page_changes_one_task_of_a_large_folder(tmp_path: Path) -> None:
    for number in range(3_000):
        (tmp_path / f"{number:05}.html").touch()
    before = {task.key: len(task.files) for task in planned(tmp_path)}
    assert sum(before.values()) == 3_000
    assert max(before.values()) <= FILES_A_TASK
    (tmp_path / "00000a.html").touch()
    after = {task.key for task in planned(tmp_path)}
    assert len(after - before.keys()) <= 2
    shutil.copy(tmp_path / "00000.html", tmp_path / "00001.html")
    assert len({task.key for task in planned(tmp_path)} - after) == 1
