"""The tables, in SQLAlchemy Core. ``docs/schema.md`` explains every column to a person; a test holds the two together.

Change a table here, then add a migration (CONTRIBUTING says how). What SQLite derives from the tables, full-text
search and views, is in ``derived.py``.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    text,
)

from pipelines.store.types import JSON, NULLABLE_JSON, Integer, Text, partial

REVISION = "0009"
"""The newest migration: what the code below expects of a database."""


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


source = Table(
    "source",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("domain", Text),
    Column("language", Text),
    Column("added_at", Text, nullable=False),
    Column("served_at", Text),
)

crawl_run = Table(
    "crawl_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("command", Text, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('running', 'done', 'stopped', 'failed', 'lost')", name="state"),
        nullable=False,
    ),
    Column("owner", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("summary", NULLABLE_JSON),
)

article = Table(
    "article",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("source", Text, ForeignKey("source.key")),
    Column("title", Text),
    Column("description", Text),
    Column("authors", JSON, nullable=False),
    Column("published_at", Text),
    Column("published_ts", Integer, nullable=False),
    Column("modified_at", Text),
    Column("language", Text),
    Column("section", Text),
    Column("tags", JSON, nullable=False),
    Column("image_url", Text),
    Column("body", Text, nullable=False),
    Column("body_markdown", Text, nullable=False),
    Column("word_count", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("body_hash", Text),
    Column("duplicate_of", Text, ForeignKey("article.id", ondelete="SET NULL")),
    Column("first_seen_at", Text, nullable=False),
    Column("fetched_at", Text),
    Column("gone_at", Text),
    Column("gone_reason", Text),
    Column("body_path", Text),
    Column("extractor", Text, nullable=False),
    Column("enricher", Text),
    Index("ix_article_published", "published_ts", "number", "source", "word_count"),
    Index("ix_article_source_published", "source", "published_ts", "number"),
    Index("ix_article_first_seen", "first_seen_at", "source", "published_ts", "published_at"),
    Index("ix_article_body_hash", "body_hash"),
    Index("ix_article_duplicate_of", "duplicate_of", **partial("duplicate_of IS NOT NULL")),
)

article_url = Table(
    "article_url",
    metadata,
    Column("key", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('own', 'redirect')", name="kind"), nullable=False),
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

heading = Table(
    "heading",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("article_id", "ordinal"),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("teaser", Text),
    Column("position", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("target_key", Text, nullable=False),
    Column("target_article_id", Text, ForeignKey("article.id", ondelete="SET NULL")),
    PrimaryKeyConstraint("article_id", "ordinal"),
    Index("ix_link_target_key", "target_key"),
    Index("ix_link_target_article_id", "target_article_id", **partial("target_article_id IS NOT NULL")),
    sqlite_with_rowid=False,
)

removed_block = Table(
    "removed_block",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "ordinal"),
    sqlite_with_rowid=False,
)

page = Table(
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("requested_url", Text),
    Column("source", Text, ForeignKey("source.key")),
    Column("status", Integer, nullable=False),
    Column("content_type", Text),
    Column("content_hash", Text, nullable=False),
    Column("part_hashes", JSON, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hint", NULLABLE_JSON),
    Column("hint_content_hash", Text),
    Column("fetched_at", Text, nullable=False),
    Column("article_id", Text, ForeignKey("article.id", ondelete="SET NULL")),
    Column("version", Integer),
    Index("ix_page_url", "url", "id"),
    Index("ix_page_source", "source"),
    Index("ix_page_article_id", "article_id"),
)

article_version = Table(
    "article_version",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("modified_at", Text),
    Column("title", Text),
    Column("description", Text),
    Column("body", Text, nullable=False),
    Column("body_markdown", Text, nullable=False),
    Column("word_count", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("page_id", Integer, ForeignKey("page.id", ondelete="SET NULL")),
    Column("silent", Integer, nullable=False, server_default=text("0")),
    Column("extractor", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "version"),
    Index("ix_article_version_page_id", "page_id"),
    Index("ix_article_version_seen", "article_id", "seen_at"),
)

fetch = Table(
    "fetch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("crawl_run.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, ForeignKey("source.key")),
    Column("url", Text, nullable=False),
    Column("route", Text),
    Column("status", Integer),
    Column("size", Integer),
    Column("seconds", Float),
    Column("extract_seconds", Float),
    Column("outcome", Text, nullable=False),
    Column("error", Text),
    Column("detail", Text),
    Column("page_id", Integer, ForeignKey("page.id", ondelete="SET NULL")),
    Column("fetched_at", Text, nullable=False),
    Index("ix_fetch_run", "run_id", "source"),
    Index("ix_fetch_url", "url", "id"),
    Index("ix_fetch_page_id", "page_id"),
    Index("ix_fetch_source", "source", "fetched_at"),
    Index("ix_fetch_failed", "source", "id", **partial("outcome = 'failed'")),
)

rejection = Table(
    "rejection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("crawl_run.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, ForeignKey("source.key")),
    Column("url", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    Column("page_id", Integer, ForeignKey("page.id", ondelete="SET NULL")),
    Column("rejected_at", Text, nullable=False),
    Index("ix_rejection_run", "run_id", "source"),
    Index("ix_rejection_source", "source", "id"),
    Index("ix_rejection_page_id", "page_id"),
)

learned_source = Table(
    "learned_source",
    metadata,
    Column("source", Text, ForeignKey("source.key", ondelete="CASCADE"), primary_key=True),
    Column("articles", Integer, nullable=False),
)

learned_block = Table(
    "learned_block",
    metadata,
    Column("source", Text, ForeignKey("source.key", ondelete="CASCADE"), nullable=False),
    Column("fingerprint", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("at_edge", Integer, nullable=False),
    Column("first_number", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("source", "fingerprint"),
    sqlite_with_rowid=False,
)

frontier = Table(
    "frontier",
    metadata,
    Column("key", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("source", Text, ForeignKey("source.key"), nullable=False),
    Column("host", Text, nullable=False),
    Column(
        "state", Text, CheckConstraint("state IN ('pending', 'leased', 'done', 'failed')", name="state"), nullable=False
    ),
    Column("priority", Float, nullable=False),
    Column("due_at", Text),
    Column("tries", Integer, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Text),
    Column("outcome", Text),
    Column("error", Text),
    Column("hint", NULLABLE_JSON),
    Column("listed_modified_at", Text),
    Column("added_at", Text, nullable=False),
    Column("first_fetched_at", Text),
    Column("last_fetched_at", Text),
    Column("checks", Integer, nullable=False, server_default=text("0")),
    Column("edits", Integer, nullable=False, server_default=text("0")),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("depth", Integer, nullable=False, server_default=text("0")),
    Column("article_id", Text, ForeignKey("article.id", ondelete="SET NULL")),
    Index("ix_frontier_claim", "source", "state", "priority"),
    Index("ix_frontier_leased", "lease_owner", **partial("state = 'leased'")),
    Index("ix_frontier_due", "state", "due_at", "source", **partial("due_at IS NOT NULL")),
    Index("ix_frontier_article_id", "article_id"),
)

listing = Table(
    "listing",
    metadata,
    Column("source", Text, ForeignKey("source.key", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("due_at", Text),
    Column("interval_seconds", Float),
    Column("polls", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("content_hash", Text),
    Column("last_polled_at", Text),
    Column("last_new_at", Text),
    PrimaryKeyConstraint("source", "url"),
    Index("ix_listing_due", "due_at"),
    sqlite_with_rowid=False,
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, ForeignKey("source.key", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("examples", JSON, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("notified_at", Text),
    Column("cleared_at", Text),
    Index("ix_alarm_open", "source", "kind", **partial("cleared_at IS NULL")),
)

asset_mention = Table(
    "asset_mention",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("asset", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("part", Text, CheckConstraint("part IN ('title', 'body')", name="part"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("certainty", Float, nullable=False),
    PrimaryKeyConstraint("article_id", "ordinal"),
    sqlite_with_rowid=False,
)

article_asset = Table(
    "article_asset",
    metadata,
    Column("asset", Text, nullable=False),
    Column("published_ts", Integer, nullable=False),
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("in_title", Integer, nullable=False),
    Column("certainty", Float, nullable=False),
    PrimaryKeyConstraint("asset", "published_ts", "article_id"),
    Index("ix_article_asset_article_id", "article_id"),
    sqlite_with_rowid=False,
)

credit = Table(
    "credit",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("domain", Text),
    Column("url", Text),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "ordinal"),
    Index("ix_credit_outlet", "outlet"),
    sqlite_with_rowid=False,
)

article_label = Table(
    "article_label",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    PrimaryKeyConstraint("article_id", "label"),
    Index("ix_article_label_label", "label"),
    sqlite_with_rowid=False,
)

sketch = Table(
    "sketch",
    metadata,
    Column("number", Integer, ForeignKey("article.number", ondelete="CASCADE"), primary_key=True),
    Column("signature", LargeBinary, nullable=False),
)

sketch_band = Table(
    "sketch_band",
    metadata,
    Column("value", Integer, nullable=False),
    Column("number", Integer, ForeignKey("article.number", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("value", "number"),
    Index("ix_sketch_band_number", "number"),
    sqlite_with_rowid=False,
)

story = Table(
    "story",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("first_article_id", Text, ForeignKey("article.id", ondelete="SET NULL")),
    Column("articles", Integer, nullable=False),
    Column("sources", Integer, nullable=False),
    Column("first_ts", Integer, nullable=False),
    Column("last_ts", Integer, nullable=False),
    Column("press_release", Integer, nullable=False, server_default=text("0")),
    Index("ix_story_last", "last_ts"),
    Index("ix_story_first_article_id", "first_article_id"),
)

story_article = Table(
    "story_article",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", Integer, ForeignKey("story.id", ondelete="CASCADE"), nullable=False),
    Column("similarity", Float, nullable=False),
    Column("added_words", Integer, nullable=False),
    Index("ix_story_article_story_id", "story_id"),
    sqlite_with_rowid=False,
)


article_day = Table(
    "article_day",
    metadata,
    Column("day", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("edits", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    PrimaryKeyConstraint("day", "source"),
    sqlite_with_rowid=False,
)

article_author = Table(
    "article_author",
    metadata,
    Column("author", Text, nullable=False),
    Column("published_ts", Integer, nullable=False),
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("author", "published_ts", "article_id"),
    Index("ix_article_author_article_id", "article_id"),
    sqlite_with_rowid=False,
)

author_month = Table(
    "author_month",
    metadata,
    Column("month", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    PrimaryKeyConstraint("month", "author", "source"),
    sqlite_with_rowid=False,
)

asset_day = Table(
    "asset_day",
    metadata,
    Column("asset", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("mentions", Integer, nullable=False),
    Column("titles", Integer, nullable=False),
    PrimaryKeyConstraint("asset", "day", "kind"),
    Index("ix_asset_day_day", "day"),
    sqlite_with_rowid=False,
)

removed_month = Table(
    "removed_month",
    metadata,
    Column("month", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("blocks", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    PrimaryKeyConstraint("month", "source", "reason"),
    sqlite_with_rowid=False,
)

label_month = Table(
    "label_month",
    metadata,
    Column("month", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("articles", Integer, nullable=False),
    PrimaryKeyConstraint("month", "source", "label"),
    sqlite_with_rowid=False,
)

credit_month = Table(
    "credit_month",
    metadata,
    Column("month", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outlet", Text, nullable=False),
    Column("credits", Integer, nullable=False),
    PrimaryKeyConstraint("month", "source", "outlet"),
    sqlite_with_rowid=False,
)

host_month = Table(
    "host_month",
    metadata,
    Column("month", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("links", Integer, nullable=False),
    PrimaryKeyConstraint("month", "host", "source"),
    sqlite_with_rowid=False,
)

times_cited = Table(
    "times_cited",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("cited_by", Integer, nullable=False),
    Column("related_by", Integer, nullable=False),
    Index("ix_times_cited_cited_by", "cited_by"),
    Index("ix_times_cited_related_by", "related_by"),
    sqlite_with_rowid=False,
)

article_past = Table(
    "article_past",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("published_at", Text),
    Column("published_ts", Integer, nullable=False),
    Column("language", Text),
    Column("section", Text),
    Column("tags", JSON, nullable=False),
    Column("image_url", Text),
    Column("verdict", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("body_hash", Text),
    Column("duplicate_of", Text),
    Column("body_path", Text),
    Column("story_id", Integer),
    Column("links", JSON, nullable=False),
    Column("mentions", JSON, nullable=False),
    Column("credits", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    PrimaryKeyConstraint("article_id", "version"),
)

change = Table(
    "change",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Index("ix_change_seq", "seq", unique=True),
    sqlite_with_rowid=False,
)

rights = Table(
    "rights",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("notices", JSON, nullable=False),
    Column("ai_allowed", Integer),
    Column("ai_reasons", JSON, nullable=False),
    Column("agents_forbidden", JSON, nullable=False),
    Column("tdm_reserved", Integer),
    Column("tdm_policy", Text),
    Column("directives", JSON, nullable=False),
    Column("licence", Text),
    Column("licence_id", Text),
    Column("is_free", Integer),
)

page_rights = Table(
    "page_rights",
    metadata,
    Column("page_id", Integer, ForeignKey("page.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("rights_id", Integer, ForeignKey("rights.id"), nullable=False),
    PrimaryKeyConstraint("page_id", "seen_at"),
    Index("ix_page_rights_rights_id", "rights_id"),
    sqlite_with_rowid=False,
)

article_rights = Table(
    "article_rights",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("rights_id", Integer, ForeignKey("rights.id"), nullable=False),
    Column("page_id", Integer, ForeignKey("page.id", ondelete="SET NULL")),
    Column("seen_at", Text, nullable=False),
    Index("ix_article_rights_rights_id", "rights_id"),
    Index("ix_article_rights_page_id", "page_id"),
    sqlite_with_rowid=False,
)

rights_file = Table(
    "rights_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('robots_txt', 'tdmrep', 'ai_txt')", name="kind"), nullable=False),
    Column("status", Text, nullable=False),
    Column("detail", Text),
    Column("content_hash", Text),
    Column("size", Integer, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Index("ix_rights_file_origin", "origin", "kind", "id"),
)

quality = Table(
    "quality",
    metadata,
    Column("article_id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("gopher", Integer),
    Column("repetition", Integer),
    Column("fineweb", Integer),
    Column("c4", Integer),
    Column("failed", JSON, nullable=False),
    Column("words", Integer),
    Column("stop_words", Integer),
    Column("c4_sentences", Integer),
    *(
        Column(name, Float)
        for name in (
            "mean_word_length symbol_ratio bullet_lines ellipsis_lines alphabetic_words duplicate_lines "
            "duplicate_line_chars top_2_gram top_3_gram top_4_gram repeated_5_grams repeated_6_grams repeated_7_grams "
            "repeated_8_grams repeated_9_grams repeated_10_grams punctuated_lines short_lines newlines_per_word "
            "c4_kept_lines"
        ).split()
    ),
    Column("content_hash", Text, nullable=False),
    Column("measurer", Text, nullable=False),
    sqlite_with_rowid=False,
)
