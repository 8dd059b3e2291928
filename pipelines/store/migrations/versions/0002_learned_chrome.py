"""What sites repeat on their pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learned_source",
        sa.Column("source", types.Text(), nullable=False),
        sa.Column("articles", types.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["source.key"], name=op.f("fk_learned_source_source_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_learned_source")),
    )
    op.create_table(
        "learned_block",
        sa.Column("source", types.Text(), nullable=False),
        sa.Column("fingerprint", types.Integer, nullable=False),
        sa.Column("seen", types.Integer, nullable=False),
        sa.Column("at_edge", types.Integer, nullable=False),
        sa.Column("first_number", types.Integer, nullable=False),
        sa.Column("last_number", types.Integer, nullable=False),
        sa.Column("first_seen_at", types.Text(), nullable=False),
        sa.Column("text", types.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["source.key"], name=op.f("fk_learned_block_source_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "fingerprint", name=op.f("pk_learned_block")),
        sqlite_with_rowid=False,
    )
