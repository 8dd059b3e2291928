"""Removed blocks are summed once an article: the trigger of each block goes, as triggers are put up anew."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""
