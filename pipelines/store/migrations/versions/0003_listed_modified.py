"""What a listing last said of a page's modification, so that a later word of it counts by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("frontier", sa.Column("listed_modified_at", types.Text(), nullable=True))
