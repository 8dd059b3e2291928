"""Sums that triggers keep, what an edit leaves of an article's past, and indexes for questions about a period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_indexes()
    _create_months()
    _create_days()
    _create_authors()
    _create_times_cited()
    _create_past()


def _create_indexes() -> None:
    op.drop_index("ix_article_published", "article")
    op.create_index("ix_article_published", "article", ["published_ts", "number", "source", "word_count"])
    op.create_index("ix_article_first_seen", "article", ["first_seen_at", "source", "published_ts", "published_at"])
    op.create_index("ix_article_version_seen", "article_version", ["article_id", "seen_at"])


def _sums(table: str, keys: tuple[str, ...], *sums: str) -> None:
    op.create_table(
        table,
        *(sa.Column(key, types.Text(), nullable=False) for key in keys),
        *(sa.Column(name, types.Integer, nullable=False) for name in sums),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )


def _create_months() -> None:
    _sums("author_month", ("month", "author", "source"), "articles", "words")
    _sums("removed_month", ("month", "source", "reason"), "blocks", "characters")
    _sums("label_month", ("month", "source", "label"), "articles")
    _sums("credit_month", ("month", "source", "outlet"), "credits")
    _sums("host_month", ("month", "host", "source"), "links")


def _create_days() -> None:
    _sums("article_day", ("day", "source"), "articles", "words", "characters", "copies", "edits", "gone")
    _sums("asset_day", ("asset", "day", "kind"), "articles", "mentions", "titles")
    op.create_index("ix_asset_day_day", "asset_day", ["day"])


def _article_id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("article_id", types.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=f"fk_{table}_article_id_article", ondelete="CASCADE"
        ),
    ]


def _create_authors() -> None:
    op.create_table(
        "article_author",
        sa.Column("author", types.Text(), nullable=False),
        sa.Column("published_ts", types.Integer, nullable=False),
        *_article_id("article_author"),
        sa.PrimaryKeyConstraint("author", "published_ts", "article_id", name="pk_article_author"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_author_article_id", "article_author", ["article_id"])


def _create_times_cited() -> None:
    op.create_table(
        "times_cited",
        *_article_id("times_cited"),
        sa.Column("cited_by", types.Integer, nullable=False),
        sa.Column("related_by", types.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_times_cited"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_times_cited_cited_by", "times_cited", ["cited_by"])
    op.create_index("ix_times_cited_related_by", "times_cited", ["related_by"])


def _create_past() -> None:
    op.create_table(
        "article_past",
        *_article_id("article_past"),
        sa.Column("version", types.Integer, nullable=False),
        sa.Column("url", types.Text(), nullable=False),
        sa.Column("canonical_url", types.Text(), nullable=False),
        sa.Column("authors", types.JSON, nullable=False),
        sa.Column("published_at", types.Text(), nullable=True),
        sa.Column("published_ts", types.Integer, nullable=False),
        sa.Column("language", types.Text(), nullable=True),
        sa.Column("section", types.Text(), nullable=True),
        sa.Column("tags", types.JSON, nullable=False),
        sa.Column("image_url", types.Text(), nullable=True),
        sa.Column("verdict", types.Text(), nullable=False),
        sa.Column("labels", types.JSON, nullable=False),
        sa.Column("body_hash", types.Text(), nullable=True),
        sa.Column("duplicate_of", types.Text(), nullable=True),
        sa.Column("body_path", types.Text(), nullable=True),
        sa.Column("story_id", types.Integer, nullable=True),
        *(sa.Column(name, types.JSON, nullable=False) for name in ("links", "mentions", "credits", "evidence")),
        sa.PrimaryKeyConstraint("article_id", "version", name="pk_article_past"),
    )
