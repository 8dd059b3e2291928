"""Three workers on one shared store, while a worker is killed, connections are cut, or the database is restarted."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from bench.processes import descendants
from pipelines.store import open_store
from tests.crawler.fleet.conftest import (
    Fleet,
    Worker,
    check_pace,
    fleet,
    is_gone,
    sites,
    sources_file,
    stories,
    wait_until,
)
from tests.crawler.newsstand import Newsstand
from tests.postgres import _programs, _user, own_server

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SITES, STORIES, DELAY = 9, 40, 0.25


@pytest.fixture
def stands() -> Iterator[list[Newsstand]]:
    with sites(SITES) as made:
        for number, stand in enumerate(made):
            stand.publish(STORIES, first=STORIES * number)
        yield made


@contextmanager
def at_work(url: str, folder: Path, stands: Sequence[Newsstand]) -> Iterator[tuple[Fleet, list[Worker]]]:
    """Three workers in the midst of it."""
    with fleet(url, sources_file(folder, stands, delay=DELAY)) as crew:
        said = crew.schedule()
        assert said.returncode == 0, said.stderr
        workers = [crew.worker("--concurrency", "2") for _ in range(3)]
        wait_until(lambda: sum(len(stand.asked) > 8 for stand in stands) >= 6, 120)
        yield crew, workers


def finished(crew: Fleet) -> bool:
    return crew.stored == SITES * STORIES and not crew.count("frontier WHERE state <> 'done'")


def check(crew: Fleet, stands: Sequence[Newsstand], twice: int) -> None:
    """All is stored once, next to nothing was fetched twice, and no site was asked faster than it allows."""
    assert crew.count("article") == SITES * STORIES
    assert crew.count("(SELECT url FROM article GROUP BY url HAVING count(*) > 1) AS double") == 0
    asked = list(map(stories, stands))
    assert sum(map(len, asked)) >= SITES * STORIES
    again = sum(len(paths) - len(set(paths)) for paths in asked)
    assert again <= twice, f"{again} pages were fetched again"
    for stand in stands:
        check_pace(stand, DELAY)


def test_a_worker_that_is_killed_costs_nothing(shared_database: str, tmp_path: Path, stands: list[Newsstand]) -> None:
    with at_work(shared_database, tmp_path, stands) as (crew, workers):
        left = list(descendants(workers[0].process.pid))
        assert workers[0].visits()
        workers[0].kill()
        wait_until(lambda: all(map(is_gone, left)), 25)
        wait_until(lambda: finished(crew), 240)
        wait_until(lambda: any(worker.said("its worker is gone") for worker in workers[1:]), 90)
        check(crew, stands, twice=2 * 2)
        assert [worker.stop()[0] for worker in workers[1:]] == [0, 0]


def test_connections_that_are_cut_are_made_anew(shared_database: str, tmp_path: Path, stands: list[Newsstand]) -> None:
    with at_work(shared_database, tmp_path, stands) as (crew, workers):
        for _ in range(5):
            crew.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            time.sleep(random.uniform(0.3, 1.5))
        wait_until(lambda: finished(crew), 240)
        check(crew, stands, twice=2 * 6)
        assert [worker.stop()[0] for worker in workers] == [0, 0, 0]


def test_a_database_that_is_restarted_is_waited_for(tmp_path: Path, stands: list[Newsstand]) -> None:
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not tested: install Debian's package postgresql")
    with own_server(programs) as location:
        url = location.render_as_string(hide_password=False)
        open_store(url).close()
        try:
            with at_work(url, tmp_path, stands) as (crew, workers):
                _control(programs, location, "stop", "-m", "fast")
                time.sleep(8)
                _control(programs, location, "start")
                wait_until(lambda: finished(crew), 240)
                check(crew, stands, twice=2 * 6)
                assert [worker.stop()[0] for worker in workers] == [0, 0, 0]
        finally:
            _control(programs, location, "stop", "-m", "immediate")


def _control(programs: Path, url: URL, *words: str) -> None:
    folder = Path(str(url.query["host"]))
    options = ["-c", "listen_addresses=", "-k", str(folder), "-c", "max_connections=80", "-c", "fsync=off"]
    given = ["-o", " ".join(f"'{each}'" for each in options)] if words[0] == "start" else []
    command: list[str | Path] = [programs / "pg_ctl", *words, "-D", folder / "data", "-w", *given]
    command += ["-l", folder / "log2"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **_user())
