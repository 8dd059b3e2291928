"""What is read out of clean articles: assets, credited outlets, labels with their evidence, sketches and stories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("enricher", sa.Text(), nullable=True))
    _create_mentions()
    _create_credits()
    _create_sketches()
    _create_stories()


def _article_id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=f"fk_{table}_article_id_article", ondelete="CASCADE"
        ),
    ]


def _create_mentions() -> None:
    op.create_table(
        "asset_mention",
        *_article_id("asset_mention"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("certainty", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "ordinal", name="pk_asset_mention"),
        sa.CheckConstraint("part IN ('title', 'body')", name="part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article_asset",
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("published_ts", sa.Integer(), nullable=False),
        *_article_id("article_asset"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("asset", "published_ts", "article_id", name="pk_article_asset"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_asset_article_id", "article_asset", ["article_id"])


def _create_credits() -> None:
    op.create_table(
        "credit",
        *_article_id("credit"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "ordinal", name="pk_credit"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_credit_outlet", "credit", ["outlet"])
    op.create_table(
        "article_label",
        *_article_id("article_label"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
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
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sketch"),
        _number("sketch"),
    )
    op.create_table(
        "sketch_band",
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("value", "number", name="pk_sketch_band"),
        _number("sketch_band"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sketch_band_number", "sketch_band", ["number"])


def _create_stories() -> None:
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_article_id", sa.Text()),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("first_ts", sa.Integer(), nullable=False),
        sa.Column("last_ts", sa.Integer(), nullable=False),
        sa.Column("press_release", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
        sa.ForeignKeyConstraint(
            ["first_article_id"], ["article.id"], name="fk_story_first_article_id_article", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_story_last", "story", ["last_ts"])
    op.create_index("ix_story_first_article_id", "story", ["first_article_id"])
    op.create_table(
        "story_article",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("added_words", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_article"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_story_article_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_story_article_story_id_story", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_article_story_id", "story_article", ["story_id"])
