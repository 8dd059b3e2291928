"""Three workers on machines of their own, one of which is cut off in mid-crawl: from all else, or from the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import URL

from pipelines.store import open_store
from tests.crawler.fleet.conftest import Fleet, check_pace, fleet, sites_at, sources_file, stories, wait_until
from tests.crawler.fleet.network import HUB, SUBNET, Machine, network
from tests.crawler.newsstand import Newsstand
from tests.postgres import _programs, own_server

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SITES, STORIES, DELAY = 6, 50, 0.25


@dataclass(frozen=True)
class Scene:
    """The fleet, each of whose workers is on the machine of its place."""

    crew: Fleet
    machines: list[Machine]
    stands: list[Newsstand]

    def stands_of(self, machine: Machine) -> list[Newsstand]:
        """Those that the machine asked last."""
        return [stand for stand in self.stands if stand.askers and stand.askers[-1][1] == machine.address]

    @property
    def is_finished(self) -> bool:
        return self.crew.stored == SITES * STORIES and not self.crew.count("frontier WHERE state <> 'done'")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """All in the midst of it."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not tested: install Debian's package postgresql")
    with ExitStack() as stack:
        hub, machines, places = stack.enter_context(network(3, SITES))
        with hub.entered():
            location = stack.enter_context(own_server(programs, {"listen_addresses": HUB}))
            stands = stack.enter_context(sites_at(places))
        for number, stand in enumerate(stands):
            stand.publish(STORIES, first=STORIES * number)
        crew = stack.enter_context(_fleet(location, sources_file(tmp_path, stands, delay=DELAY)))
        said = crew.schedule()
        assert said.returncode == 0, said.stderr
        for machine in machines:
            with machine.entered():
                crew.worker("--concurrency", "2", "--db", _text(location.set(host=HUB, query={})))
        wait_until(lambda: all(len(stand.asked) > 8 for stand in stands), 120)
        yield Scene(crew, machines, stands)


@contextmanager
def _fleet(location: URL, sources: Path) -> Iterator[Fleet]:
    """Its calls go to the server's socket; it lets the machines in as well."""
    folder = Path(str(location.query["host"]))
    with (folder / "data/pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {SUBNET}.0/24 trust\n")
    open_store(_text(location)).close()
    with fleet(_text(location), sources) as crew:
        crew.rows("SELECT pg_reload_conf()")
        yield crew


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def cut_from_all(machine: Machine) -> None:
    machine.cut()


def join_sites_first(machine: Machine) -> None:
    machine.lose(HUB)
    machine.join()
    time.sleep(20)
    machine.find(HUB)


def cut_from_database(machine: Machine) -> None:
    machine.lose(HUB)


def join_database(machine: Machine) -> None:
    machine.find(HUB)


@pytest.mark.parametrize(
    ("cut", "join"),
    [(cut_from_all, join_sites_first), (cut_from_database, join_database)],
    ids=["from all", "from the database"],
)
def test_a_machine_that_is_cut_off(
    scene: Scene, cut: Callable[[Machine], None], join: Callable[[Machine], None]
) -> None:
    """Others take its visits; when it is back, it does not ask beside them what they ask."""
    away = scene.machines[0]
    theirs = scene.stands_of(away)
    assert theirs
    cut(away)
    kept = {url for (url,) in scene.crew.rows("SELECT url FROM article")}
    wait_until(lambda: all(stand.askers[-1][1] != away.address for stand in theirs), 180)
    join(away)
    wait_until(lambda: scene.is_finished, 180)
    for stand in scene.stands:
        check_pace(stand, DELAY)
        visits = [address for address, _ in groupby(stand.askers, key=lambda it: it[1])]
        assert len(visits) == (2 if stand in theirs else 1), f"{stand.url} was visited from {visits}"
        times = Counter(f"{stand.url}{path}" for path in stories(stand))
        assert len(times) == STORIES
        assert not [url for url, number in times.items() if number > 1 + (stand in theirs and url not in kept)]
    assert scene.crew.count("(SELECT url FROM article GROUP BY url HAVING count(*) > 1) AS double") == 0
    assert [worker.stop()[0] for worker in scene.crew.workers] == [0, 0, 0]
