"""A cluster of Dask: what it loses when a worker dies, and what it tells of tasks that run."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from pipelines.bulk.cluster import dask
from pipelines.bulk.run import Watcher
from pipelines.errors import BadConfig, Unreachable
from pipelines.export.verify import verify
from tests.pipelines.bulk.runs import bulk, pages, slugs
from tests.pipelines.warc.archives import archive

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed: Any = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


def processes(cluster: Any) -> list[int]:
    """Process numbers of the workers."""
    with cluster.get_client() as client:
        return list(client.run(os.getpid).values())


def test_records_are_told_of_while_their_task_runs(cluster: Any, tmp_path: Path) -> None:
    seen: list[str] = []
    watcher = Watcher(note=lambda what, count: seen.extend([what] * count), done=lambda done: seen.append("done"))
    engine = dask(cluster.scheduler_address, every=0)
    outcome = bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", pages(range(12))), engine=engine, watcher=watcher)
    assert outcome.counts == {"kept": 12}
    assert seen == [*["kept"] * 12, "done"]

    told: list[int] = []
    engine = dask(cluster.scheduler_address, every=60)
    watcher = Watcher(note=lambda what, count: told.append(count))
    bulk(tmp_path / "rare", tmp_path / "a.warc.gz", engine=engine, watcher=watcher)
    assert told == [12]


def test_a_worker_that_dies_loses_nothing_and_counts_nothing_twice(cluster: Any, tmp_path: Path) -> None:
    """The tasks are killed half done, and done again by others."""
    paths = [archive(tmp_path / f"{n}.warc.gz", pages(range(12 * n, 12 * n + 12))) for n in range(2)]
    workers, seen, killed = processes(cluster), Counter[str](), list[int]()

    def kill(what: str, count: int) -> None:
        seen[what] += count
        if seen["kept"] >= 6 and not killed:
            killed.extend(workers)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)

    engine = dask(cluster.scheduler_address, every=0)
    outcome = bulk(tmp_path / "out", *paths, engine=engine, watcher=Watcher(note=kill))
    assert killed
    assert outcome.counts == seen == {"kept": 24}
    assert slugs(tmp_path / "out") == sorted(map(str, range(24)))
    assert not verify(tmp_path / "out").problems


def test_two_runs_of_the_same_inputs_on_one_cluster_do_not_meet(cluster: Any, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", pages(range(6)))
    outs = [tmp_path / "one", tmp_path / "two"]
    with ThreadPoolExecutor(2) as both:
        runs = [both.submit(bulk, out, path, engine=dask(cluster.scheduler_address)) for out in outs]
        assert [run.result().counts for run in runs] == [{"kept": 6}, {"kept": 6}]
    assert [slugs(out) for out in outs] == [sorted(map(str, range(6)))] * 2


def test_a_cluster_for_one_run_ends_with_it(tmp_path: Path) -> None:
    paths = [archive(tmp_path / f"{n}.warc.gz", pages(range(3 * n, 3 * n + 3))) for n in range(2)]
    before = set(active_children())
    outcome = bulk(tmp_path / "out", *paths, engine=dask("local", 2), passes=2)
    assert outcome.counts == {"kept": 6}
    assert set(active_children()) == before


def test_a_worker_with_another_newsmint_is_named_before_anything_is_done(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions: Any = pytest.importorskip("distributed.versions")
    known = versions._version_cached
    monkeypatch.setattr(versions, "_version_cached", lambda name: "9.9.9" if name == "newsmint" else known(name))
    with pytest.raises(BadConfig, match=r"tcp://127.0.0.1:\d+ has .*; install 9.9.9 there"):
        bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", pages([1])), engine=dask(cluster.scheduler_address))


def test_a_scheduler_that_is_lost_is_a_line_and_what_is_done_is_kept(tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed")
    paths = [archive(tmp_path / f"{n}.warc.gz", pages(range(4 * n, 4 * n + 4))) for n in range(2)]
    own = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    engine = dask(own.scheduler_address)
    with pytest.raises(Unreachable, match="scheduler of Dask was lost"):
        bulk(tmp_path / "out", *paths, engine=engine, watcher=Watcher(done=lambda done: own.close()))
    outcome = bulk(tmp_path / "out", *paths)
    assert outcome.before >= 1
    assert slugs(tmp_path / "out") == sorted(map(str, range(8)))
