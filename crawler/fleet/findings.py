"""A visit that failed before its crawl could write anything down, as a run that failed: people look there."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from crawler.fleet.seam import Visit
from crawler.versions import versions
from pipelines.store.database import Store
from pipelines.store.runs import finish_run, record_fetch, start_run
from pipelines.store.schema import crawl_run
from pipelines.store.times import now, utc_text

COMMAND = "newsmint worker"
KIND = "visit_failed"


def record_failure(store: Store, visit: Visit, why: str, seconds: float) -> None:
    """Make a run of it, unless the crawl itself had begun one. Raises StoreBusy, StoreAway."""
    began = now() - timedelta(seconds=seconds + 1)
    with store.begin() as conn:
        since = select(crawl_run.c.sources).where(crawl_run.c.started_at >= utc_text(began))
        if any(visit.source in row.sources for row in conn.execute(since)):
            return
        run = start_run(conn, COMMAND, [visit.source], versions())
        address = f"https://{visit.site}/"
        record_fetch(conn, run, visit.source, address, None, None, None, None, "failed", f"{KIND}: {why}")
        finish_run(conn, run, "failed")
