"""Whatever a server does, it ends in time, within memory, and under its name. ``docs/security.md`` shows the table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crawler.conftest import ROOT
from tests.crawler.hostile.pages import ADDRESSES, BODIES, HEADS, STATUSES, TEXTS
from tests.crawler.hostile.row import Row
from tests.crawler.hostile.run import CRAWLS, visit
from tests.crawler.hostile.sites import ENDLESS, LISTINGS, ROBOTS
from tests.crawler.hostile.watch import HAS_PROC

CRAWL_MOST = 650.0
"""Megabytes that the process of a crawl may ever hold, six rows under way, its libraries included (120)."""
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


@pytest.mark.parametrize("crawl", CRAWLS)
@pytest.mark.slow
def test_each_ends_in_time_within_memory_and_under_its_name(crawl: str, tmp_path: Path) -> None:
    rows = [row for row in ROWS if row.crawl == crawl]
    visited = visit(crawl, rows, tmp_path)
    watched, ended = visited.watched, visited.ended
    assert {row.name: ended[row.name].outcome for row in rows} == {row.name: row.outcome for row in rows}
    assert [row.name for row in rows if ended[row.name].seconds > row.seconds] == []
    assert not HAS_PROC or (0 < watched.peak <= CRAWL_MOST and watched.peak_below <= WORKER_MOST), watched
    assert watched.code == 0
    assert "Traceback" not in watched.said
    assert "internal error" not in watched.said
    assert not [target for target in visited.asked if "secret" in target], "what a page wants asked for elsewhere"


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
