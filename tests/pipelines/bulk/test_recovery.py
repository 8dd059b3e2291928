"""Pages that hang or kill their process cost themselves; a run that was stopped goes on; nothing is there twice."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pipelines.bulk.engines import local
from pipelines.bulk.extractor import close_idle, worker_ids
from pipelines.bulk.filters import Filters
from pipelines.bulk.journal import done_before, finish, settle
from pipelines.bulk.plan import plan
from pipelines.bulk.run import Watcher, run
from pipelines.bulk.task import run_task
from pipelines.bulk.values import Done, Job, Task
from pipelines.errors import CannotWrite
from pipelines.export.verify import verify
from pipelines.pool import MAX_TAGS
from tests.pipelines.bulk.runs import bulk, here, pages, reasons, rows, slugs
from tests.pipelines.warc.archives import Made, archive

STEPS = "".join(f"<p>Step {number} of the audit took the team a whole day.</p>" for number in range(MAX_TAGS - 10))
HANGS = Made("https://ledger.example/hangs", STEPS.encode())
HUGE = Made("https://ledger.example/huge", b"<i>" * (MAX_TAGS + 1))


class Murder:
    """Kills the worker once so many articles are there."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.kills = 0

    def note(self, what: str, count: int) -> None:
        self._left -= what == "kept"
        if not self._left:
            self._left = -1
            for worker in worker_ids():
                os.kill(worker, signal.SIGKILL)
                self.kills += 1


def test_a_page_that_hangs_the_parser_fails_alone(tmp_path: Path) -> None:
    first, second, third = pages([1, 2, 3])
    path = archive(tmp_path / "a.warc.gz", [first, HANGS, second, HUGE, third])
    outcome = bulk(tmp_path / "out", path, time_limit=4.0)
    assert slugs(tmp_path / "out") == ["1", "2", "3"]
    assert reasons(tmp_path / "out") == {"time_limit": 1, "too_many_tags": 1}
    assert outcome.counts == {"kept": 3, "time_limit": 1, "too_many_tags": 1}
    assert next(row for row in rows(tmp_path / "out", "rejected") if row["reason"] == "time_limit")["url"] == HANGS.url


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    murder = Murder(after=3)
    paths = [archive(tmp_path / f"{n}.warc.gz", pages(range(4 * n, 4 * n + 4))) for n in range(2)]
    outcome = bulk(tmp_path / "out", *paths, watcher=Watcher(note=murder.note))
    assert murder.kills == 1
    assert slugs(tmp_path / "out") == sorted(str(n) for n in range(8))
    assert outcome.counts == {"kept": 8}
    assert not verify(tmp_path / "out").problems


def test_what_is_done_is_not_done_again_and_new_inputs_are_added(tmp_path: Path) -> None:
    out = tmp_path / "out"
    one, two = (archive(tmp_path / f"{n}.warc.gz", pages([n])) for n in (1, 2))
    bulk(out, one)
    before = {path: path.stat().st_mtime_ns for path in (out / "data").rglob("*.parquet")}
    (out / "data/articles/notes.txt").write_text("of somebody else")
    half_done = out / "data/articles/.left.parquet.99.part"
    half_done.write_bytes(b"half")
    (out / "data/articles/0123456789abcdef.parquet").write_bytes(b"of a task whose end nobody saw")
    outcome = bulk(out, one, two)
    assert (outcome.tasks, outcome.before, outcome.counts["kept"]) == (2, 1, 2)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert not half_done.exists()
    (out / "data/articles/notes.txt").unlink()
    assert not verify(out).problems
    assert slugs(out) == ["1", "2"]

    archive(two, pages([2, 3]))
    assert bulk(out, two).counts["kept"] == 3
    assert slugs(out) == ["1", "2", "3"]
    assert not verify(out).problems


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"passes": 2}, "passes"),
    ({"part_bytes": 1_000_000}, "part_bytes"),
    ({"filters": Filters(hosts=frozenset({"ledger.example"}))}, "hosts"),
    ({"filters": Filters(since="2026-01-01T00:00:00Z", languages=("en",))}, "languages and since"),
    ({"filters": Filters(mime=("text/html",), statuses=(200, 404))}, "mime and statuses"),
]


@pytest.mark.parametrize(("other", "words"), CHANGES, ids=[words for _, words in CHANGES])
def test_what_was_asked_otherwise_does_not_go_into_the_same_folder(
    other: dict[str, Any], words: str, tmp_path: Path
) -> None:
    job = Job(str(tmp_path / "out"))
    settle(job, 64_000_000)
    with pytest.raises(CannotWrite, match=f"begun with another {words};"):
        bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", [b""]), **other)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"task": 1}', b"\xff", b"null"])
def test_a_journal_that_cannot_be_read_has_its_task_done_again(data: bytes, tmp_path: Path) -> None:
    job, task = Job(str(tmp_path)), Task("0123456789abcdef", "warc", "/in/a.warc.gz", 1)
    finish(Done(task), job)
    assert list(done_before(job)) == [task.key]
    (tmp_path / "state/journal/extracted" / f"{task.key}.json").write_bytes(data)
    assert not done_before(job)


def test_settings_that_cannot_be_read_are_said_in_a_line(tmp_path: Path) -> None:
    job = Job(str(tmp_path))
    settle(job, 1)
    for data in (b"[1]", b"{", b"\xff"):
        (tmp_path / "state/settings.json").write_bytes(data)
        with pytest.raises(CannotWrite, match="cannot be read"):
            settle(job, 1)


def test_an_input_that_was_out_of_reach_is_tried_again(tmp_path: Path) -> None:
    """As on a machine whose share is not mounted."""
    path, out = archive(tmp_path / "a.warc.gz", pages([1])), tmp_path / "out"
    tasks = plan([str(path)])
    path.rename(tmp_path / "away")
    away = run(tasks, Job(str(out)), here)
    assert (away.counts, len(away.trouble)) == ({"input_unreadable": 1}, 1)
    (tmp_path / "away").rename(path)
    again = bulk(out, path)
    assert (again.before, again.counts, again.trouble) == (0, {"kept": 1}, ())
    assert bulk(out, path).before == 1


def test_a_file_that_is_gone_is_made_again(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", pages([1]))
    bulk(tmp_path / "out", path)
    for written in (tmp_path / "out/data/articles").iterdir():
        written.unlink()
    assert bulk(tmp_path / "out", path).before == 0
    assert slugs(tmp_path / "out") == ["1"]


@pytest.mark.slow
def test_two_workers_share_one_file(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", pages(range(30)))
    outcome = bulk(tmp_path / "out", path, engine=local(2), part_bytes=4_000)
    assert outcome.tasks > 2
    assert slugs(tmp_path / "out") == sorted(map(str, range(30)))


def test_a_task_that_is_given_up_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    """As on a worker of a cluster: the same thread goes on with something else."""
    one, two = plan([str(archive(tmp_path / f"{n}.warc.gz", pages(range(8 * n, 8 * n + 8)))) for n in range(2)])

    def fail(what: str, count: int) -> None:
        raise CannotWrite("the disk is full")

    with pytest.raises(CannotWrite):
        run_task(one, Job(str(tmp_path / "out")), fail)
    assert run_task(two, Job(str(tmp_path / "out"))).counts == {"kept": 8}
    assert slugs(tmp_path / "out") == sorted(map(str, range(8, 16)))
    assert [path.name for path in (tmp_path / "out/data/articles").iterdir()] == [f"{two.key}.parquet"]
    close_idle()
    assert not worker_ids()


def test_another_package_of_the_name_in_the_folder_of_the_call_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every project of Scrapy has a ``pipelines.py``."""
    (tmp_path / "pipelines.py").write_text("raise SystemExit('none of ours')")
    monkeypatch.chdir(tmp_path)
    path = archive(tmp_path / "a.warc.gz", pages([1]))
    assert bulk(tmp_path / "out", path, engine=local(1)).counts == {"kept": 1}


def test_a_search_for_duplicates_that_was_cut_off_is_made_good(tmp_path: Path) -> None:
    """Between a file with its clusters and the journal that knows it."""
    out = tmp_path / "out"
    path = archive(tmp_path / "a.warc.gz", pages([1]) + pages([1], "mirror.example"))
    bulk(out, path)
    (entry,) = (out / "state/journal/extracted").iterdir()
    said = json.loads(entry.read_bytes())
    said["files"][0]["sha256"] = "0" * 64
    entry.write_text(json.dumps(said))
    (out / "state/duplicates.json").unlink()
    (out / "state/work").mkdir()
    bulk(out, path)
    assert not verify(out).problems
