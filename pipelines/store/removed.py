"""What the removed blocks of an article add to the sums of its month.

All other sums are kept by triggers alone. Pages have a hundred such blocks and more, and a trigger for each took a
quarter of the time that an article takes to be written: so what is added is summed here, once an article.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pipelines.store.dialect import run

_ADD = """
INSERT INTO removed_month (month, source, reason, blocks, characters)
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, ''), removed_block.reason,
       count(*), sum(length(removed_block.text))
FROM article JOIN removed_block ON removed_block.article_id = article.id
WHERE article.id = ? GROUP BY removed_block.reason
ON CONFLICT (month, source, reason) DO UPDATE SET
  blocks = blocks + excluded.blocks, characters = characters + excluded.characters
"""


def sum_removed(conn: Connection, article_id: str) -> None:
    """Add the blocks of an article, which were all written in this transaction. Call it once."""
    if conn.dialect.name == "sqlite":  # elsewhere the sums are a view
        run(conn, _ADD, (article_id,))
