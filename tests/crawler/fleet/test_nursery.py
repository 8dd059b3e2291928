"""Visits that are forked: from a process that has started nothing, and each a process that lives and dies alone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from bench.processes import descendants
from crawler.fleet import nursery, visit
from crawler.fleet.seam import VisitFailed
from pipelines.store import open_store
from tests.crawler.conftest import ROOT
from tests.crawler.fleet.conftest import is_gone, name_of, wait_until
from tests.crawler.newsstand import Answer, Newsstand, newsstand

pytestmark = pytest.mark.skipif(not nursery.is_possible(), reason="this system cannot fork")

P = ParamSpec("P")
T = TypeVar("T")


def apart(body: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What the call returns or raises in a new process: a process has one fork server, and pytest's is another."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(body, *given, **named).result(timeout=120)


@contextmanager
def nursed(folder: Path, *, forks: bool = True, pause: float = 0.0) -> Iterator[tuple[Newsstand, visit.Crawl]]:
    """A site of three stories, each of which takes so long, and what visits it, with a store in the folder."""
    with newsstand() as stand:
        for path in stand.publish(3):
            answer = stand.answers[path]
            assert isinstance(answer, Answer)
            stand.answers[path] = Answer(answer.body, pause=pause)
        given = visit.environment(str(folder / "news.sqlite3"), 2, stand.sources(folder, delay=0.0))
        if forks:
            nursery.begin(given)
        yield stand, visit.Crawl((), given, lambda source, line: None, forks)


def visited(crawl: visit.Crawl, source: str = "stand") -> str:
    """What came of a visit."""
    try:
        return str(asyncio.run(visit.run(crawl, source, asyncio.Event())))
    except VisitFailed as failure:
        return f"failed: {failure}"


def test_what_is_loaded_has_started_nothing() -> None:
    look = (
        "import json, os, sys, threading\n"
        "import crawler.fleet.loaded\n"
        "files = [os.readlink(f'/proc/self/fd/{each}') for each in os.listdir('/proc/self/fd')[:-1]]\n"
        "print(json.dumps({\n"
        "    'reactor': 'twisted.internet.reactor' in sys.modules,\n"
        "    'threads': max(threading.active_count(), len(os.listdir('/proc/self/task'))),\n"
        "    'sockets': [file for file in files if 'socket' in file or 'eventpoll' in file],\n"
        "    'extraction': 'pipelines.extraction.body' in sys.modules,\n"
        "}))\n"
    )
    one_thread = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    said = subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=one_thread, capture_output=True, check=True)
    assert json.loads(said.stdout) == {"reactor": False, "threads": 1, "sockets": [], "extraction": True}


def _without_its_nursery(folder: Path) -> list[str]:
    with nursed(folder) as (_, crawl):
        first = visited(crawl, "nobody")
        os.kill(next(pid for pid in descendants(os.getpid()) if "forkserver" in _command(pid)), signal.SIGKILL)
        return [first, visited(crawl)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


@pytest.mark.slow
def test_a_nursery_that_is_gone_is_followed_by_another(tmp_path: Path) -> None:
    first, then = apart(_without_its_nursery, tmp_path)
    assert first.startswith("failed: no source")
    assert then == "3 new"


def _two_visits(folder: Path, forks: bool) -> list[str]:
    with nursed(folder, forks=forks) as (_, crawl):
        return [visited(crawl), visited(crawl, "nobody"), visited(crawl)]


@pytest.mark.slow
@pytest.mark.parametrize("forks", [True, False])
def test_a_visit_forked_or_begun_anew_says_what_it_did(tmp_path: Path, forks: bool) -> None:
    first, other, again = apart(_two_visits, tmp_path, forks)
    assert first == "3 new"
    assert other.startswith("failed: no source 'nobody' in ")
    assert again == "nothing new"


def _modules_loaded(folder: Path) -> list[str]:
    open_store(folder / "news.sqlite3").close()
    with nursed(folder):
        process = get_context("forkserver").Process(target=_write_modules, args=(folder,))
        process.start()
        process.join()
    return (folder / "modules").read_text().split()


def _write_modules(folder: Path) -> None:
    from crawler.cli import cli

    before = set(sys.modules)
    cli.main(["crawl", "stand", "--due", "--json"], standalone_mode=False)
    (folder / "modules").write_text(" ".join(set(sys.modules) - before))


def test_a_visit_has_next_to_nothing_left_to_load(tmp_path: Path) -> None:
    loaded = apart(_modules_loaded, tmp_path)
    assert "twisted.internet.reactor" in loaded
    assert len(loaded) < 12, loaded


def _with_signals_for_all(folder: Path) -> str:
    os.setpgrp()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with nursed(folder, pause=0.3) as (stand, crawl):
        threading.Thread(target=_send_to_all, args=(stand,)).start()
        return visited(crawl)


def _send_to_all(stand: Newsstand) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        os.killpg(0, number)  # the nursery is loading
    wait_until(lambda: len(stand.asked) > 1)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.killpg(0, number)


@pytest.mark.slow
def test_signals_for_the_workers_group_are_not_for_its_visits(tmp_path: Path) -> None:
    assert apart(_with_signals_for_all, tmp_path) == "3 new"


def _killed(folder: Path, victim: str) -> tuple[str, float]:
    """What a visit says that is killed, or whose nursery is; and how long all that it had then lives on."""
    with nursed(folder, pause=5.0) as (stand, crawl), ThreadPoolExecutor(1) as beside:
        took = beside.submit(_kill, victim, stand)
        said = visited(crawl)
        return said, took.result()


def _kill(victim: str, stand: Newsstand) -> float:
    wait_until(lambda: any("/news/" in path for _, path in stand.asked))
    child = next(pid for pid in descendants(os.getpid()) if name_of(pid) == "newsmint visit")
    maker = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
    left = [*descendants(maker), *([maker] if victim == "nursery" else [])]
    assert len(left) > 1, "its extraction as well"
    os.kill(child if victim == "visit" else maker, signal.SIGKILL)
    began = time.monotonic()
    wait_until(lambda: all(map(is_gone, left)), 30)
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize(
    ("victim", "said", "seconds"),
    [("visit", "failed: its process was killed by SIGKILL", 5), ("nursery", "failed: the process that it", 12)],
)
def test_what_is_killed_leaves_nothing_behind(tmp_path: Path, victim: str, said: str, seconds: float) -> None:
    first, took = apart(_killed, tmp_path, victim)
    assert first.startswith(said)
    assert took < seconds
