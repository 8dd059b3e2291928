"""Sources whose pages come as empty shells that only scripts fill: how they are told, and what is fetched again."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from pipelines.items import Verdict
from pipelines.store.schema import fetch, frontier, page, rejection

SHELL = Verdict.SCRIPT_SHELL.value
NEEDS_BROWSER = "needs_browser"
"""Kind of the failure of a page that would be rendered, were there a browser."""


def is_shell_source(conn: Connection, source: str, times: int) -> bool:
    """Whether so many pages of the source, the last ones, all came as shells or were rendered."""
    last = (
        select(fetch.c.page_id, fetch.c.run_id)
        .where(fetch.c.source == source, fetch.c.page_id.is_not(None))
        .order_by(fetch.c.fetched_at.desc(), fetch.c.id.desc())
        .limit(times)
        .subquery()
    )
    is_shell = (
        select(rejection.c.id)
        .where(rejection.c.page_id == last.c.page_id, rejection.c.run_id == last.c.run_id, rejection.c.reason == SHELL)
        .exists()
    )
    was_rendered = page.c.content_type.contains("rendered=")
    query = select(is_shell | func.coalesce(was_rendered, False)).join_from(last, page, page.c.id == last.c.page_id)
    found = list(conn.execute(query).scalars())
    return len(found) == times and all(found)


def queue_shells(conn: Connection, source: str) -> int:
    """Make the source's URLs pending that came as shells at their only visit, or lacked a browser; returns how many."""
    came = (frontier.c.state == "done") & (frontier.c.checks == 0) & (frontier.c.outcome == f"rejected: {SHELL}")
    lacked = (frontier.c.state == "failed") & (frontier.c.error == NEEDS_BROWSER)
    shells = update(frontier).where(frontier.c.source == source, came | lacked)
    return conn.execute(shells.values(state="pending", error=SHELL, due_at=None)).rowcount
