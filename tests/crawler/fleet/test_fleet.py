"""A small fleet, whole: what is scheduled is visited, by worker processes, into a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawler.fleet.conftest import fleet, sites, sources_file, wait_until

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
