"""Articles that older code or data enriched, or none did, are enriched again: in batches, each a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, func, or_, select, update

from pipelines.enrich import ENRICHER, enrich
from pipelines.store.articles import assembled
from pipelines.store.database import Store
from pipelines.store.enriched import save_enrichment
from pipelines.store.schema import article

BATCH = 100
"""Articles of a transaction: what a stop loses, and how long a crawl that ends waits."""

_IS_STALE = or_(article.c.enricher.is_(None), article.c.enricher != ENRICHER)
_STALE = select(article).where(_IS_STALE, article.c.number > bindparam("after")).order_by(article.c.number)
_DONE = update(article).where(article.c.id == bindparam("this")).values(enricher=ENRICHER)


def count_stale(conn: Connection) -> int:
    """How many articles the present code and data did not enrich."""
    return conn.execute(select(func.count()).select_from(article).where(_IS_STALE)).scalar_one()


def enrich_again(store: Store, batch: int = BATCH) -> Iterator[int]:
    """Enrich all of them, the oldest first; gives the number of articles of each batch once it is stored.

    What is done stays done, wherever this is stopped. A crawl into a shared store may go on beside it.
    """
    after = 0
    while True:
        with store.begin() as conn:
            rows = conn.execute(_STALE.limit(batch), {"after": after}).mappings().all()
            for each in assembled(conn, rows):
                save_enrichment(conn, each.id, enrich(each))
                conn.execute(_DONE, {"this": each.id})
        if not rows:
            return
        after = rows[-1]["number"]
        yield len(rows)
