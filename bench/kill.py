"""Kill a crawl again and again: ``python -m bench.kill [--pages 2000] [--kills 50]``.

A site on loopback, a crawl of it that is killed with ``kill -9`` at random moments and started again, to the end.
Prints what a kill cost, and fails unless every article is stored exactly once, no URL is lost, the database is sound,
and nothing that was stored before a kill is fetched again after it.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, newsstand

MORE = 200
"""Pages that are published when a crawl was through before it could be killed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What stood in the store when the crawl was killed: pages stored, and pages fetched but not stored yet."""

    at: float
    stored: frozenset[str]
    in_flight: int


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended. ``faults``: what is not as it should be, in words; empty when all is well."""

    kills: list[Kill]
    pages: int
    refetched: int
    seconds: float
    faults: list[str]


def run(folder: Path, pages: int, kills: int, seed: int = 1) -> Report:
    """Crawl a site of so many pages into a store in ``folder``, killing the crawl so many times."""
    began, dice = time.monotonic(), random.Random(seed)
    with newsstand() as stand:
        paths = stand.publish(pages)
        crawl = Crawl(stand.sources(folder, delay=0.0, concurrency=4), folder / "news.sqlite3")
        done: list[Kill] = []
        while len(done) < kills:
            share = (pages - len(done[-1].stored if done else ())) / (kills - len(done) + 1)
            kill = _killed(crawl, stand, paths, _moment(dice, share))
            if kill is None:  # it was through before: there is more news
                pages += MORE
                paths += stand.publish(MORE, first=len(paths))
                listed = stand.sitemap(paths).encode()
                stand.answers["/sitemap.xml"] = Answer(listed, headers={"Content-Type": "application/xml"})
                continue
            done.append(kill)
            print(
                f"\rkill {len(done)} of {kills}: {len(kill.stored):,} of {pages:,} pages stored, "
                f"{kill.in_flight} in flight ",
                end="" if sys.stdout.isatty() else "\n",
                flush=True,
            )
        finished = subprocess.run(crawl.command("--deep"), capture_output=True, text=True, check=False)
        faults = [] if finished.returncode == 0 else [f"the last crawl ended with {finished.returncode}"]
        faults += _faults(crawl.store, stand, paths, done)
        asked = sum(len(stand.times(path)) for path in paths)
        return Report(done, pages, asked - pages, time.monotonic() - began, faults)


@dataclass(frozen=True, slots=True)
class _Moment:
    """When to kill: once so many more pages were asked for, so many more stored, and some seconds have passed."""

    asked: float
    stored: float
    seconds: float


def _moment(dice: random.Random, share: float) -> _Moment:
    """One in three before anything of the new start is stored; the others spread so that the kills last."""
    seconds = dice.uniform(0, 0.5)
    if dice.random() < 1 / 3:
        return _Moment(dice.uniform(0, 60), 0, seconds)
    return _Moment(1, dice.uniform(0, 2 * share), seconds)


def _killed(crawl: Crawl, stand: Newsstand, paths: list[str], moment: _Moment) -> Kill | None:
    """Start the crawl and kill it at this moment; None where it ended before."""
    asked, stored = _asked(stand) + moment.asked, len(_stored(crawl.store, stand)) + moment.stored
    with crawl.start("--deep") as process:
        while _asked(stand) < asked or len(_stored(crawl.store, stand)) < stored:
            if process.poll() is not None:
                return None
            time.sleep(0.05)
        time.sleep(moment.seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    at, done = time.monotonic(), _stored(crawl.store, stand)
    return Kill(at, done, _asked_once(stand, paths) - len(done))


def _asked(stand: Newsstand) -> int:
    """Article pages asked for so far, repetitions included."""
    return sum("/news/" in path for _, path in list(stand.asked))


def _asked_once(stand: Newsstand, paths: list[str]) -> int:
    return len({path for _, path in list(stand.asked)} & set(paths))


def _stored(store: Path, stand: Newsstand) -> frozenset[str]:
    """Paths of the articles in the store; none where the kill came before there was one."""
    if not store.exists():
        return frozenset()
    with closing(sqlite3.connect(store)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'article'").fetchone()
        rows = connection.execute("SELECT url FROM article") if known else ()
        return frozenset(url.removeprefix(stand.url) for (url,) in rows)


def _faults(store: Path, stand: Newsstand, paths: list[str], kills: list[Kill]) -> list[str]:
    """What is lost, twice, unsound, or fetched again though it was stored."""
    faults = []
    with closing(sqlite3.connect(store)) as connection:
        articles = [row[0].removeprefix(stand.url) for row in connection.execute("SELECT url FROM article")]
        versions = connection.execute("SELECT count(*) FROM article_version").fetchone()[0]
        states = dict(connection.execute("SELECT state, count(*) FROM frontier GROUP BY state"))
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if sorted(articles) != sorted(paths):
        faults.append(f"{len(set(paths) - set(articles))} articles lost, {len(articles) - len(set(articles))} twice")
    if versions != len(paths):
        faults.append(f"{versions} versions of {len(paths)} articles")
    if states != {"done": len(paths)}:
        faults.append(f"the frontier ends as {states}")
    if sound != "ok":
        faults.append(f"integrity_check: {sound}")
    for number, kill in enumerate(kills, 1):
        again = {path for when, path in stand.asked if when > kill.at} & kill.stored
        if again:
            faults.append(f"{len(again)} pages that were stored before kill {number} were fetched again")
    return faults


def main() -> int:
    """Run, print, and say by the exit code whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="newsmint-kill-") as folder:
        report = run(Path(folder), options.pages, options.kills, options.seed)
    in_flight = sorted(kill.in_flight for kill in report.kills)
    print(f"\n{len(report.kills)} kills of a crawl of {report.pages:,} pages, {report.seconds:.0f} s")
    if in_flight:
        print(f"in flight at a kill: median {in_flight[len(in_flight) // 2]}, most {in_flight[-1]}")
    print(f"fetched again: {report.refetched} ({sum(in_flight)} were in flight)")
    for fault in report.faults:
        print(f"FAULT: {fault}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
