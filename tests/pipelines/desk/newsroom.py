"""A small store with one of everything that the desk shows, and an article that means harm."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.items import Article, Heading, Hint, Link, RawPage, RemovedBlock
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.pages import keep_page
from pipelines.store.runs import finish_run, record_fetch, record_rejection, start_run
from pipelines.store.sources import SourceRow, save_sources
from tests.pipelines.store.examples import an_article, url

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


BODY = (
    "Ethereum developers moved the date of the next upgrade by two weeks on Thursday: a test network stood still.\n\n"
    "What went wrong\n\n"
    "A client counted the deposits of validators twice, and stopped at the first block that showed it. Three teams "
    "found the fault within an hour, and two of them had a repair the same evening.\n\n"
    "What comes next\n\n"
    "Bitcoin was untouched. The upgrade now waits for a second rehearsal, which begins on Monday and takes a week."
)
MARKDOWN = (
    BODY.replace("What went wrong", "## What went wrong")
    .replace("What comes next", "### What comes next")
    .replace("a test network", "[a test network](https://testnet.example/status)")
    .replace("Three teams", "**Three teams**")
)
MAIN = an_article(
    "upgrade-moved",
    title="Ethereum upgrade moved by two weeks",
    description="A fault in one client stopped the rehearsal.",
    published_at=ago(hours=5),
    language="en",
    section="Markets",
    labels=("opinion",),
    tags=("Ethereum",),
    body=BODY,
    body_markdown=MARKDOWN,
    headings=(Heading(2, "What went wrong", 1), Heading(3, "What comes next", 3)),
    links=(
        Link("inline", "https://testnet.example/status", "a test network", None, 0),
        Link("related_block", url("earlier-story"), "An earlier story", "It began in May.", 5),
    ),
    removed=(
        RemovedBlock("newsletter", "newsletter.signup", "Get our letter every morning", "div.aside/p"),
        RemovedBlock("share", "share.buttons", "Share this story", "div.share"),
    ),
    body_path="main > article > div.story",
    fetched_at=ago(hours=4),
)
EDITED = replace(
    MAIN,
    title="Ethereum upgrade moved by three weeks",
    body=BODY.replace("two weeks", "three weeks"),
    body_markdown=MARKDOWN.replace("two weeks", "three weeks"),
    fetched_at=ago(hours=1),
)
COPY = replace(
    an_article("upgrade-delayed", "wire.example", links=(), removed=()),
    title="Ethereum upgrade delayed",
    published_at=ago(hours=3),
    language="en",
    body=BODY.replace("on Thursday", "on Thursday, they said"),
    body_markdown=BODY.replace("on Thursday", "on Thursday, they said"),
    fetched_at=ago(hours=2),
)
EARLIER = an_article(
    "earlier-story",
    title="ERC-6551 explained to holders of bitcoin",
    published_at=ago(days=3),
    language="en",
    links=(),
    fetched_at=ago(days=3),
)
GERMAN = an_article(
    "genf",
    "wire.example",
    title="Genf prüft Bitcoin",
    language="de",
    links=(),
    published_at=ago(days=9),
    tags=(),
    body="Der Stadtrat will prüfen, ob Steuern in Bitcoin bezahlt werden können. Ein Bericht folgt im Mai.",
    headings=(),
)
EVIL = "<script>window.hurt=1;alert(1)</script><img src=x onerror=\"alert('x')\"><svg onload=alert(2)>"
HOSTILE = an_article(
    "hostile",
    "evil.example",
    title=f"Harmless {EVIL}",
    description=f'"><iframe src="javascript:alert(3)"></iframe>{EVIL}',
    authors=(f"Mallory {EVIL}",),
    section=EVIL,
    tags=(EVIL,),
    language='en" onmouseover="alert(4)',
    published_at=ago(days=1),
    body=f"Bitcoin {EVIL} {{{{ 7 * 7 }}}} {{% raw %}} text that goes on. " + "More words follow here. " * 20,
    body_markdown=(
        f"Bitcoin {EVIL} [press](javascript:alert(5)) [data](data:text/html,<script>alert(6)</script>) "
        "[vb](vbscript:x) ![picture](https://tracker.example/pixel.png) [fine](https://fine.example/?a=1&b=%22) "
        '<a href="javascript:alert(7)">raw</a> {{ 7 * 7 }}\n\n<div onclick=alert(8)>block</div>\n\n'
        '## <b onclick="alert(9)">Heading</b>\n\n## Second'
    ),
    headings=(Heading(2, EVIL, 1),),
    links=(
        Link("related_block", "javascript:alert(10)", f"related {EVIL}", EVIL, 1),
        Link("related_block", "https://fine.example/next", "fine", None, 1),
        Link("inline", "data:text/html,<script>alert(11)</script>", "data", None, 0),
    ),
    removed=(RemovedBlock("share", "share", EVIL, EVIL),),
    body_path=EVIL,
    fetched_at=ago(days=1),
)


def make(path: Path) -> Path:
    """Fill a new store at ``path``."""
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def fill(place: Path | str) -> None:
    """Fill a store with what the desk shows."""
    with open_store(place) as store, store.begin() as conn:
        save_sources(conn, [SourceRow("daily", "The Daily", "daily.example", "en")])
        run = start_run(conn, "newsmint crawl daily", ["daily", "wire"], {})
        hint = Hint("feed", title=MAIN.title, published_at=ago(hours=6), authors=("Ada Field",))
        raw = RawPage(url=MAIN.url, body=b"<p>x</p>", source="daily", fetched_at=MAIN.fetched_at, hint=hint)
        page = keep_page(conn, store.archive, raw)
        for article in (EARLIER, MAIN, COPY, GERMAN, HOSTILE, EDITED):
            save_article(conn, article, page_id=page if article is MAIN else None)
            _fetched(conn, run, article)
        record_fetch(
            conn, run, "daily", url("gone"), "feed", None, None, 30, "failed", "timeout: 30 s", None, ago(hours=1)
        )
        record_rejection(conn, run, "daily", url("tag"), "listing", "many links", None, ago(hours=1))
        finish_run(conn, run, "done", {"daily": {"new": 2, "updated": 1, "rejected": {"listing": 1}, "failures": {}}})
        _alarms(conn)


def _fetched(conn, run: int, article: Article) -> None:  # type: ignore[no-untyped-def]
    outcome = "updated" if article is EDITED else "new"
    record_fetch(conn, run, article.source, article.url, "feed", 200, 900, 0.3, outcome, None, None, article.fetched_at)


def _alarms(conn) -> None:  # type: ignore[no-untyped-def]
    conn.exec_driver_sql(
        "INSERT INTO alarm (source, kind, detail, examples, raised_at, seen_at) VALUES "
        "('wire', 'silent', 'nothing new for 3 days', '[]', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z')"
    )
