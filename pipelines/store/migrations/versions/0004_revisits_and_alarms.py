"""What a crawl that runs for months remembers: validators, edits seen, next visits of listings, tombstones, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("gone_at", "gone_reason", "body_path"):
        op.add_column("article", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("article_version", _counter("silent"))
    op.add_column("fetch", sa.Column("extract_seconds", sa.Float(), nullable=True))
    op.create_index("ix_fetch_source", "fetch", ["source", "fetched_at"])
    for name in ("first_fetched_at", "etag", "last_modified"):
        op.add_column("frontier", sa.Column(name, sa.Text(), nullable=True))
    for name in ("checks", "edits", "depth"):
        op.add_column("frontier", _counter(name))
    op.drop_index("ix_frontier_due", "frontier")
    op.create_index(
        "ix_frontier_due", "frontier", ["state", "due_at", "source"], sqlite_where=sa.text("due_at IS NOT NULL")
    )
    _create_listing()
    _create_alarm()


def _counter(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))


def _create_listing() -> None:
    op.create_table(
        "listing",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text()),
        sa.Column("interval_seconds", sa.Float()),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("content_hash", sa.Text()),
        sa.Column("last_polled_at", sa.Text()),
        sa.Column("last_new_at", sa.Text()),
        sa.PrimaryKeyConstraint("source", "url", name="pk_listing"),
        sa.ForeignKeyConstraint(["source"], ["source.key"], name="fk_listing_source_source", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listing_due", "listing", ["due_at"])


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("notified_at", sa.Text()),
        sa.Column("cleared_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
        sa.ForeignKeyConstraint(["source"], ["source.key"], name="fk_alarm_source_source", ondelete="CASCADE"),
    )
    op.create_index("ix_alarm_open", "alarm", ["source", "kind"], sqlite_where=sa.text("cleared_at IS NULL"))
