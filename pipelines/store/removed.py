"""What the removed blocks of an article add to the sums of its month.

All other sums are kept by triggers alone. Pages have a hundred such blocks and more, and a trigger for each took a
quarter of the time that an article takes to be written: so what is added is summed here, once an article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from pipelines.items import RemovedBlock
from pipelines.store.dialect import run
from pipelines.store.types import storable

_ADD = """
INSERT INTO removed_month (month, source, reason, blocks, characters)
SELECT strftime('%Y-%m', published_ts, 'unixepoch'), coalesce(source, ''), ?, ?, ? FROM article WHERE id = ?
ON CONFLICT (month, source, reason) DO UPDATE SET
  blocks = blocks + excluded.blocks, characters = characters + excluded.characters
"""


def sum_removed(conn: Connection, article_id: str, removed: Sequence[RemovedBlock]) -> None:
    """Add the blocks of an article, all of which were written in this transaction. Call it once."""
    if conn.dialect.name != "sqlite":  # elsewhere the sums are a view
        return
    blocks: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for each in removed:
        reason = str(each.reason)
        blocks[reason] += 1
        characters[reason] += len(storable(each.text))
    if blocks:
        run(conn, _ADD, [(reason, number, characters[reason], article_id) for reason, number in blocks.items()])
