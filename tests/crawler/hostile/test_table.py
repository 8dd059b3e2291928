"""Whatever a server does, it ends in time, within memory, and under its name. ``docs/security.md`` shows the table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import pytest

from tests.crawler.conftest import ROOT
from tests.crawler.hostile.pages import ADDRESSES, BODIES, HEADS, STATUSES, TEXTS
from tests.crawler.hostile.row import Row
from tests.crawler.hostile.run import CRAWLS, Visit, visit
from tests.crawler.hostile.sites import ENDLESS, LISTINGS, ROBOTS
from tests.crawler.hostile.watch import HAS_PROC

CRAWL_MOST = 500.0
"""Megabytes that the process of a crawl may ever hold, its libraries included (120)."""
WORKER_MOST = 700.0
"""And each process that extracts (65 before its first page)."""

SECTIONS: dict[str, tuple[Row, ...]] = {
    "Addresses": ADDRESSES,
    "Statuses": STATUSES,
    "Before the body": HEADS,
    "Bodies": BODIES,
    "What stands in a page": TEXTS,
    "robots.txt": ROBOTS,
    "Feeds, sitemaps, listings": LISTINGS,
    "What has no end": ENDLESS,
}
ROWS = [row for rows in SECTIONS.values() for row in rows]
DAILY = [crawl for crawl in CRAWLS if crawl != "slow"]

Visits = Callable[[str], Visit]


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    """Crawl → what came of it; made when first asked for."""

    @cache
    def visited(crawl: str) -> Visit:
        return visit(crawl, [row for row in ROWS if row.crawl == crawl], tmp_path_factory.mktemp(crawl))

    return visited


def _marks(crawl: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if crawl == "slow" else []


CRAWL_CASES = [pytest.param(crawl, marks=_marks(crawl)) for crawl in CRAWLS]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name, marks=_marks(row.crawl)) for row in ROWS])
def test_it_ends_in_time_and_under_its_name(visits: Visits, row: Row) -> None:
    ended = visits(row.crawl).ended[row.name]
    assert ended.outcome == row.outcome
    assert ended.seconds <= row.seconds


@pytest.mark.skipif(not HAS_PROC, reason="memory is read from /proc, which this system has not")
@pytest.mark.parametrize("crawl", CRAWL_CASES)
def test_it_stays_within_memory(visits: Visits, crawl: str) -> None:
    watched = visits(crawl).watched
    assert 0 < watched.peak <= CRAWL_MOST
    assert watched.peak_below <= WORKER_MOST


@pytest.mark.parametrize("crawl", CRAWL_CASES)
def test_no_fault_of_ours_comes_to_light(visits: Visits, crawl: str) -> None:
    watched = visits(crawl).watched
    assert watched.code == 0
    assert "Traceback" not in watched.said
    assert "internal error" not in watched.said


@pytest.mark.parametrize("crawl", DAILY)
def test_what_a_page_wants_asked_for_elsewhere_is_not(visits: Visits, crawl: str) -> None:
    assert not [target for target in visits(crawl).asked if "secret" in target]


def table() -> str:
    """The rows as Markdown."""
    lines: list[str] = []
    for name, rows in SECTIONS.items():
        lines += [f"### {name}", "", "| row | what the server does | how it ends | within |", "|---|---|---|---|"]
        lines += [f"| {row.name} | {row.does} | {_named(row.outcome)} | {row.seconds:g} s |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _named(outcome: str) -> str:
    return ", ".join(f"`{end}`" for end in outcome.split(", "))


def test_the_table_is_documented() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    assert table().strip() in page, "python -m tests.crawler.hostile.test_table prints the table for docs/security.md"


if __name__ == "__main__":
    sys.stdout.write(table())
