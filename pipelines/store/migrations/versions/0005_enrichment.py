"""What is read out of clean articles: assets, credited outlets, labels with their evidence, sketches and stories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("enricher", types.Text(), nullable=True))
    _create_mentions()
    _create_credits()
    _create_sketches()
    _create_stories()


def _article_id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("article_id", types.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=f"fk_{table}_article_id_article", ondelete="CASCADE"
        ),
    ]


def _create_mentions() -> None:
    op.create_table(
        "asset_mention",
        *_article_id("asset_mention"),
        sa.Column("ordinal", types.Integer, nullable=False),
        sa.Column("asset", types.Text(), nullable=False),
        sa.Column("kind", types.Text(), nullable=False),
        sa.Column("part", types.Text(), nullable=False),
        sa.Column("start", types.Integer, nullable=False),
        sa.Column("stop", types.Integer, nullable=False),
        sa.Column("text", types.Text(), nullable=False),
        sa.Column("certainty", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "ordinal", name="pk_asset_mention"),
        sa.CheckConstraint("part IN ('title', 'body')", name="part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article_asset",
        sa.Column("asset", types.Text(), nullable=False),
        sa.Column("published_ts", types.Integer, nullable=False),
        *_article_id("article_asset"),
        sa.Column("kind", types.Text(), nullable=False),
        sa.Column("mentions", types.Integer, nullable=False),
        sa.Column("in_title", types.Integer, nullable=False),
        sa.Column("certainty", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("asset", "published_ts", "article_id", name="pk_article_asset"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_asset_article_id", "article_asset", ["article_id"])


def _create_credits() -> None:
    op.create_table(
        "credit",
        *_article_id("credit"),
        sa.Column("ordinal", types.Integer, nullable=False),
        sa.Column("outlet", types.Text(), nullable=False),
        sa.Column("domain", types.Text()),
        sa.Column("url", types.Text()),
        sa.Column("start", types.Integer, nullable=False),
        sa.Column("stop", types.Integer, nullable=False),
        sa.Column("text", types.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "ordinal", name="pk_credit"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_credit_outlet", "credit", ["outlet"])
    op.create_table(
        "article_label",
        *_article_id("article_label"),
        sa.Column("label", types.Text(), nullable=False),
        sa.Column("evidence", types.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "label", name="pk_article_label"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_label_label", "article_label", ["label"])


def _number(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["number"], ["article.number"], name=f"fk_{table}_number_article", ondelete="CASCADE"
    )


def _create_sketches() -> None:
    op.create_table(
        "sketch",
        sa.Column("number", types.Integer, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sketch"),
        _number("sketch"),
    )
    op.create_table(
        "sketch_band",
        sa.Column("value", types.Integer, nullable=False),
        sa.Column("number", types.Integer, nullable=False),
        sa.PrimaryKeyConstraint("value", "number", name="pk_sketch_band"),
        _number("sketch_band"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sketch_band_number", "sketch_band", ["number"])


def _create_stories() -> None:
    op.create_table(
        "story",
        sa.Column("id", types.Integer, nullable=False),
        sa.Column("first_article_id", types.Text()),
        sa.Column("articles", types.Integer, nullable=False),
        sa.Column("sources", types.Integer, nullable=False),
        sa.Column("first_ts", types.Integer, nullable=False),
        sa.Column("last_ts", types.Integer, nullable=False),
        sa.Column("press_release", types.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
        sa.ForeignKeyConstraint(
            ["first_article_id"], ["article.id"], name="fk_story_first_article_id_article", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_story_last", "story", ["last_ts"])
    op.create_index("ix_story_first_article_id", "story", ["first_article_id"])
    op.create_table(
        "story_article",
        sa.Column("article_id", types.Text(), nullable=False),
        sa.Column("story_id", types.Integer, nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("added_words", types.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_article"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_story_article_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_story_article_story_id_story", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_article_story_id", "story_article", ["story_id"])
