"""What a crawl that runs for months remembers: validators, edits seen, next visits of listings, tombstones, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("gone_at", "gone_reason", "body_path"):
        op.add_column("article", sa.Column(name, types.Text(), nullable=True))
    op.add_column("article_version", _counter("silent"))
    op.add_column("fetch", sa.Column("extract_seconds", sa.Float(), nullable=True))
    op.create_index("ix_fetch_source", "fetch", ["source", "fetched_at"])
    for name in ("first_fetched_at", "etag", "last_modified"):
        op.add_column("frontier", sa.Column(name, types.Text(), nullable=True))
    for name in ("checks", "edits", "depth"):
        op.add_column("frontier", _counter(name))
    op.drop_index("ix_frontier_due", "frontier")
    op.create_index("ix_frontier_due", "frontier", ["state", "due_at", "source"], **types.partial("due_at IS NOT NULL"))
    _create_listing()
    _create_alarm()


def _counter(name: str) -> sa.Column[int]:
    return sa.Column(name, types.Integer, nullable=False, server_default=sa.text("0"))


def _create_listing() -> None:
    op.create_table(
        "listing",
        sa.Column("source", types.Text(), nullable=False),
        sa.Column("url", types.Text(), nullable=False),
        sa.Column("route", types.Text(), nullable=False),
        sa.Column("due_at", types.Text()),
        sa.Column("interval_seconds", sa.Float()),
        sa.Column("polls", types.Integer, nullable=False),
        sa.Column("found", types.Integer, nullable=False),
        sa.Column("failures", types.Integer, nullable=False),
        sa.Column("status", types.Integer),
        sa.Column("error", types.Text()),
        sa.Column("etag", types.Text()),
        sa.Column("last_modified", types.Text()),
        sa.Column("content_hash", types.Text()),
        sa.Column("last_polled_at", types.Text()),
        sa.Column("last_new_at", types.Text()),
        sa.PrimaryKeyConstraint("source", "url", name="pk_listing"),
        sa.ForeignKeyConstraint(["source"], ["source.key"], name="fk_listing_source_source", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listing_due", "listing", ["due_at"])


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", types.Integer, nullable=False),
        sa.Column("source", types.Text()),
        sa.Column("kind", types.Text(), nullable=False),
        sa.Column("detail", types.Text(), nullable=False),
        sa.Column("examples", types.JSON, nullable=False),
        sa.Column("raised_at", types.Text(), nullable=False),
        sa.Column("seen_at", types.Text(), nullable=False),
        sa.Column("notified_at", types.Text()),
        sa.Column("cleared_at", types.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
        sa.ForeignKeyConstraint(["source"], ["source.key"], name="fk_alarm_source_source", ondelete="CASCADE"),
    )
    op.create_index("ix_alarm_open", "alarm", ["source", "kind"], **types.partial("cleared_at IS NULL"))
