"""What sites say of the use of their pages, and what the usual rule sets for training text measure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_RATIOS = (
    "mean_word_length symbol_ratio bullet_lines ellipsis_lines alphabetic_words duplicate_lines duplicate_line_chars "
    "top_2_gram top_3_gram top_4_gram repeated_5_grams repeated_6_grams repeated_7_grams repeated_8_grams "
    "repeated_9_grams repeated_10_grams punctuated_lines short_lines newlines_per_word c4_kept_lines"
).split()


def upgrade() -> None:
    _create_rights()
    _create_references()
    _create_files()
    _create_quality()


def _create_rights() -> None:
    op.create_table(
        "rights",
        sa.Column("id", types.Integer, nullable=False),
        sa.Column("digest", types.Text(), nullable=False),
        sa.Column("notices", types.JSON, nullable=False),
        sa.Column("ai_allowed", types.Integer),
        sa.Column("ai_reasons", types.JSON, nullable=False),
        sa.Column("agents_forbidden", types.JSON, nullable=False),
        sa.Column("tdm_reserved", types.Integer),
        sa.Column("tdm_policy", types.Text()),
        sa.Column("directives", types.JSON, nullable=False),
        sa.Column("licence", types.Text()),
        sa.Column("licence_id", types.Text()),
        sa.Column("is_free", types.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_rights"),
        sa.UniqueConstraint("digest", name="uq_rights_digest"),
    )


def _create_references() -> None:
    op.create_table(
        "page_rights",
        sa.Column("page_id", types.Integer, nullable=False),
        sa.Column("seen_at", types.Text(), nullable=False),
        sa.Column("rights_id", types.Integer, nullable=False),
        sa.PrimaryKeyConstraint("page_id", "seen_at", name="pk_page_rights"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_page_rights_page_id_page", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rights_id"], ["rights.id"], name="fk_page_rights_rights_id_rights"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_page_rights_rights_id", "page_rights", ["rights_id"])
    op.create_table(
        "article_rights",
        sa.Column("article_id", types.Text(), nullable=False),
        sa.Column("rights_id", types.Integer, nullable=False),
        sa.Column("page_id", types.Integer),
        sa.Column("seen_at", types.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_article_rights"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_rights_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["rights_id"], ["rights.id"], name="fk_article_rights_rights_id_rights"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_article_rights_page_id_page", ondelete="SET NULL"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_rights_rights_id", "article_rights", ["rights_id"])
    op.create_index("ix_article_rights_page_id", "article_rights", ["page_id"])


def _create_files() -> None:
    op.create_table(
        "rights_file",
        sa.Column("id", types.Integer, nullable=False),
        sa.Column("origin", types.Text(), nullable=False),
        sa.Column("kind", types.Text(), nullable=False),
        sa.Column("status", types.Text(), nullable=False),
        sa.Column("detail", types.Text()),
        sa.Column("content_hash", types.Text()),
        sa.Column("size", types.Integer, nullable=False),
        sa.Column("first_seen_at", types.Text(), nullable=False),
        sa.Column("seen_at", types.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rights_file"),
        sa.CheckConstraint("kind IN ('robots_txt', 'tdmrep', 'ai_txt')", name="kind"),
    )
    op.create_index("ix_rights_file_origin", "rights_file", ["origin", "kind", "id"])


def _create_quality() -> None:
    op.create_table(
        "quality",
        sa.Column("article_id", types.Text(), nullable=False),
        sa.Column("gopher", types.Integer),
        sa.Column("repetition", types.Integer),
        sa.Column("fineweb", types.Integer),
        sa.Column("c4", types.Integer),
        sa.Column("failed", types.JSON, nullable=False),
        sa.Column("words", types.Integer),
        sa.Column("stop_words", types.Integer),
        sa.Column("c4_sentences", types.Integer),
        *(sa.Column(name, sa.Float()) for name in _RATIOS),
        sa.Column("content_hash", types.Text(), nullable=False),
        sa.Column("measurer", types.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_quality"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_quality_article_id_article", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
