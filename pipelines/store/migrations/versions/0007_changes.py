"""Which articles were touched, in order: for data sets that are kept up to date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("article_id", types.Text(), nullable=False),
        sa.Column("seq", types.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_change"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_change_seq", "change", ["seq"], unique=True)
