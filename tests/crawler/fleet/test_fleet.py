"""A small fleet, whole: what is scheduled is visited, by worker processes, into a real PostgreSQL."""

from __future__ import annotations

import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawler.fleet.conftest import fleet, sites, sources_file, stories, wait_until
from tests.crawler.newsstand import Answer, story

JOBS = "newsmint_fleet.procrastinate_jobs"

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_what_is_scheduled_is_visited_and_a_stop_is_clean(shared_database: str, tmp_path: Path) -> None:
    with sites(2) as stands:
        for number, stand in enumerate(stands):
            stand.publish(3, first=3 * number)
        with fleet(shared_database, sources_file(tmp_path, stands)) as crew:
            said = crew.schedule()
            assert said.returncode == 0, said.stderr
            worker = crew.worker("--concurrency", "2")
            wait_until(lambda: worker.said("stand0: 3 new") and worker.said("stand1: 3 new"), 40)
            assert crew.stored == 6
            assert worker.stop()[0] == 0


def test_sources_of_one_host_are_visited_one_after_the_other(shared_database: str, tmp_path: Path) -> None:
    with sites(1) as [stand]:
        news = stand.publish(2)
        pages = {f"/magazine{path}": Answer(story(100 + number).encode()) for number, path in enumerate(news)}
        listed = Answer(stand.sitemap(list(pages)).encode(), headers={"Content-Type": "application/xml"})
        stand.answers |= {**pages, "/magazine/sitemap.xml": listed}
        file = sources_file(tmp_path, [stand], delay=5.0)
        magazine = file.read_text().replace("[stand0]", "[magazine]").replace("/sitemap", "/magazine/sitemap")
        file.write_text(file.read_text() + magazine.replace(f'"{stand.host}"', f'"{stand.host}/magazine"'))
        with fleet(shared_database, file) as crew:
            crew.schedule()
            workers = [crew.worker("--concurrency", "2") for _ in range(2)]
            wait_until(lambda: crew.stored == 4, 120)
            parts = [path.startswith("/magazine/") for path in stories(stand)]
            assert len(parts) == 4
            assert sum(early != late for early, late in pairwise(parts)) == 1, "one visit, then the other"
            pauses = [late - early for (early, _), (late, _) in pairwise(stand.asked)]
            assert min(pauses) > 4.5, "the second visit keeps the pace from its first request on"
            assert [worker.stop()[0] for worker in workers] == [0, 0]


def test_a_stop_in_the_midst_gives_all_back(shared_database: str, tmp_path: Path) -> None:
    with sites(2) as stands:
        for number, stand in enumerate(stands):
            stand.publish(20, first=20 * number)
        with fleet(shared_database, sources_file(tmp_path, stands, delay=0.5)) as crew:
            crew.schedule()
            first = crew.worker()
            wait_until(lambda: all(len(stand.asked) > 8 for stand in stands))
            code, seconds = first.stop()
            assert (code, first.lines[-1]) == (0, "Stopped.")
            assert seconds < 10
            assert crew.count("frontier WHERE state = 'leased'") == 0
            assert crew.rows("SELECT DISTINCT state FROM crawl_run") == [("stopped",)]
            assert crew.rows(f"SELECT DISTINCT status::text FROM {JOBS} WHERE queue_name = 'visits'") == [("todo",)]
            second = crew.worker()
            wait_until(lambda: crew.stored == 40)
            asked = [path for stand in stands for _, path in stand.asked if path.startswith("/news/")]
            assert len(asked) - len(set(asked)) <= 2, "no more than was under way"
            assert second.stop()[0] == 0


def test_a_visit_that_fails_is_named_and_the_others_go_on(shared_database: str, tmp_path: Path) -> None:
    with sites(2) as stands:
        for number, stand in enumerate(stands):
            stand.publish(30, first=30 * number)
        file = sources_file(tmp_path, stands, delay=0.2)
        with fleet(shared_database, file) as crew:
            crew.schedule()
            whole = file.read_text()
            file.write_text(whole.replace("stand1", "other"))
            worker = crew.worker("--concurrency", "2")
            wait_until(lambda: worker.said("stand1: no source 'stand1'"))
            wait_until(lambda: crew.stored > 5)
            os.kill(worker.visits()[0], signal.SIGKILL)
            wait_until(lambda: worker.said("stand0: its process was killed by SIGKILL"))
            wait_until(lambda: ("done",) in crew.rows("SELECT state FROM crawl_run"), 90)
            assert crew.stored == 30
            assert worker.stop()[0] == 0
            said = crew.run("failures")
            assert "visit_failed" in said.stdout
            assert "no source 'stand1'" in said.stdout
            runs = crew.rows("SELECT command, state FROM crawl_run ORDER BY command, id")
            assert runs == [
                ("newsmint crawl stand0", "lost"),
                ("newsmint crawl stand0", "done"),
                ("newsmint worker", "failed"),
            ]
            failures = crew.rows("SELECT source, failures FROM newsmint_fleet.visit ORDER BY source")
            assert failures == [("stand0", 0), ("stand1", 1)]
