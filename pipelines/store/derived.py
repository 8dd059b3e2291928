"""What SQLite derives from the tables: full-text search with its triggers, and the views for people.

Alembic's batch mode on SQLite drops triggers silently and fails where a view uses the table, so all of it is taken
down before an upgrade and put up again after it. Views and triggers that a user added are kept.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from pipelines.store import changes

_MARK = "/* newsmint */"

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""``tokenchars '-$#'`` would make ERC-6551 and "erc 6551" miss each other; ``trigram`` finds nothing for L2."""

_SEARCH = f"""
CREATE VIRTUAL TABLE article_fts USING fts5(
    title, description, body, content='article', content_rowid='number', tokenize='{TOKENIZER}')
"""

_REMOVE = (
    "INSERT INTO article_fts (article_fts, rowid, title, description, body) "
    "VALUES ('delete', old.number, old.title, old.description, old.body)"
)
_INSERT = (
    "INSERT INTO article_fts (rowid, title, description, body) "
    "VALUES (new.number, new.title, new.description, new.body)"
)
_CHANGED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in ("title", "description", "body"))

_TRIGGERS = {
    "article_fts_insert": f"AFTER INSERT ON article BEGIN {_INSERT}; END",
    "article_fts_delete": f"AFTER DELETE ON article BEGIN {_REMOVE}; END",
    "article_fts_update": f"AFTER UPDATE OF title, description, body ON article WHEN {_CHANGED} "
    f"BEGIN {_REMOVE}; {_INSERT}; END",
    **changes.TRIGGERS,
}

VIEWS: dict[str, str] = {
    "related_link": """
SELECT link.article_id, article.title, article.source, article.published_at,
       link.kind, link.text, link.url, link.teaser,
       link.target_article_id, target.title AS target_title, target.source AS target_source,
       target.published_at AS target_published_at
FROM link JOIN article ON article.id = link.article_id
LEFT JOIN article AS target ON target.id = link.target_article_id
WHERE link.kind IN ('related_inline', 'related_block')""",
    "source_summary": """
SELECT source, count(*) AS articles, sum(version) AS versions,
       min(published_at) AS first_published_at, max(published_at) AS last_published_at,
       avg(word_count) AS mean_words, count(duplicate_of) AS duplicates, max(first_seen_at) AS last_new_at
FROM article GROUP BY source""",
    "failure": """
SELECT 'fetch' AS kind, id, run_id, source, url, error AS reason, detail, page_id, fetched_at AS failed_at
FROM fetch WHERE outcome = 'failed'
UNION ALL
SELECT 'rejection', id, run_id, source, url, reason, detail, page_id, rejected_at
FROM rejection""",
}


class Definition(NamedTuple):
    """A view or trigger as SQLite keeps it."""

    type: str
    name: str
    sql: str


def take_down(conn: Connection) -> list[Definition]:
    """Drop all views and triggers; return those that are not ours."""
    rows = conn.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    found = [Definition(*row) for row in rows]
    for each in found:
        conn.exec_driver_sql(f"DROP {each.type} {_quoted(each.name)}")
    return [each for each in found if _MARK not in each.sql]


def put_up(conn: Connection, others: list[Definition]) -> None:
    """Create search, triggers and views anew, then the ``others``; fill the search index from the articles."""
    conn.exec_driver_sql("DROP TABLE IF EXISTS article_fts")
    conn.exec_driver_sql(_SEARCH)
    conn.exec_driver_sql("INSERT INTO article_fts (article_fts) VALUES ('rebuild')")
    for name, action in _TRIGGERS.items():
        conn.exec_driver_sql(f"CREATE TRIGGER {name} {_MARK} {action}")
    for name, query in VIEWS.items():
        conn.exec_driver_sql(f"CREATE VIEW {name} AS {_MARK} {query}")
    for each in others:
        if each.name not in VIEWS:
            conn.exec_driver_sql(each.sql)


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
