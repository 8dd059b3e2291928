"""Crawls of the tables' rows, each by one process that is watched, and how each row ended."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.crawler.conftest import ROOT
from tests.crawler.hostile.row import Row
from tests.crawler.hostile.server import Server, page, serve
from tests.crawler.hostile.sites import urls
from tests.crawler.hostile.watch import Watched, watched

SCRAPY = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", "source=all"]
SETTINGS = {"RETRY_TIMES": 0, "AUTOTHROTTLE_ENABLED": 0, "HOST_DOWN_AFTER": 1_000_000, "LOG_LEVEL": "WARNING"}
CRAWLS = {
    "ordinary": (),
    "waiting": ("-s", "DOWNLOAD_TIMEOUT=3"),
    "deep": ("-a", "deep=1"),
    "slow": (),
}
"""Crawl → its arguments. ``waiting`` is for what only a timeout ends; ``slow`` is not for every day."""
AT_A_TIME = 6
"""Requests: all rows share the one host."""


@dataclass(frozen=True)
class Ended:
    """How a row ended, and the seconds from its first request to that, to the second."""

    outcome: str
    seconds: float


@dataclass(frozen=True)
class Visit:
    """A crawl that is over. ``asked``: every path that was asked for, on any of its servers."""

    watched: Watched
    store: Path
    ended: Mapping[str, Ended]
    asked: Sequence[str]


def visit(crawl: str, rows: Sequence[Row], folder: Path) -> Visit:
    """Crawl a site on which each page row is a page, and a site for each of the others."""
    with ExitStack() as stack:
        servers = {row.name: stack.enter_context(serve({})) for row in rows if row.is_site}
        pages = stack.enter_context(serve({}))
        for row in rows:
            answer = row.answer(servers.get(row.name, pages).url)
            if isinstance(answer, Mapping):
                servers[row.name].answers.update(answer)
            else:
                pages.answers[f"/news/{row.name}"] = answer
        listed = urls(f"{pages.url}/news/{row.name}" for row in rows if not row.is_site)
        pages.answers["/sitemap.xml"] = page(listed, Content_Type="application/xml")
        entries = [_entry(row.name, servers[row.name], row.fields) for row in rows if row.is_site]
        entries.append(_entry("pages", pages, {"sitemaps": ["/sitemap.xml"]}))
        seen, store = _crawl(entries, folder, *CRAWLS[crawl])
    with sqlite3.connect(store) as conn:
        ended = {row.name: _ended(conn, row, servers.get(row.name, pages)) for row in rows}
    return Visit(seen, store, ended, [target for server in (pages, *servers.values()) for target in server.asked])


def _crawl(entries: Sequence[str], folder: Path, *arguments: str) -> tuple[Watched, Path]:
    sources, store = folder / "sources.toml", folder / "news.sqlite3"
    sources.write_text("\n".join(entries), encoding="utf-8")
    settings = {**SETTINGS, "NEWSMINT_SOURCES": sources, "NEWSMINT_DATABASE": store}
    given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return watched([*SCRAPY, *given, *arguments], ROOT, timeout=400), store


def _entry(key: str, server: Server, fields: Mapping[str, object]) -> str:
    """A site's table in the sources file; paths become addresses of its server."""

    def toml(value: object) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(toml, value))}]"
        if isinstance(value, str):
            return f'"{server.url}{value}"'
        return str(value).lower()

    lines = [f"{name} = {toml(value)}" for name, value in fields.items()]
    place = f'domain = "127.0.0.1:{server.port}"'
    return "\n".join([f"[{key}]", place, "allow_private = true", f"concurrency = {AT_A_TIME}", *lines])


_ENDS = """
    SELECT coalesce('rejected: ' || (SELECT reason FROM rejection WHERE rejection.url = fetch.url
                                     AND rejection.run_id = fetch.run_id AND fetch.outcome = 'rejected'),
                    outcome || coalesce(': ' || error, '')),
           fetched_at, coalesce(extract_seconds, 0)
    FROM fetch WHERE"""


def _ended(conn: sqlite3.Connection, row: Row, server: Server) -> Ended:
    """Of a page its last outcome, of a site all that its run saw."""
    if row.is_site:
        ours = "source = ? AND NOT (route IS 'site' AND url LIKE 'https:%')"  # no TLS is spoken here
        ends = conn.execute(f"{_ENDS} {ours}", (row.name,)).fetchall()
        began = min(server.first_asked.values(), default=None)
    else:
        ends = conn.execute(f"{_ENDS} url = ? ORDER BY id DESC LIMIT 1", (f"{server.url}/news/{row.name}",)).fetchall()
        began = server.first_asked.get(f"/news/{row.name}")
    if not ends:
        return Ended("never", 0.0)
    over = max(datetime.fromisoformat(at).timestamp() + extracting for _, at, extracting in ends)
    return Ended(", ".join(sorted({end for end, _, _ in ends})), max(0.0, over - (began or over)))
