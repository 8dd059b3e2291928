"""What settings and ``-a`` arguments mean to the news spider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from crawler.budgets import Limits
from crawler.source_row import row_of
from crawler.sources import Source, SourceRegistry
from crawler.spiders.reach import Reach
from crawler.spiders.routes import Depth
from crawler.versions import versions
from pipelines.stages.revisit import Bounds
from pipelines.stages.session import Session
from pipelines.store.times import epoch_asked_for, now


def reach_of(depth: Depth, settings: BaseSettings) -> Reach:
    """How far a crawl of this depth reads listings."""
    return Reach(
        depth,
        settings.getint("DISCOVERY_PAGES_DEEP" if depth.goes_back else "DISCOVERY_PAGES"),
        settings.getint("NEW_URLS_A_SOURCE"),
        Bounds(settings.getfloat("LISTING_INTERVAL_LEAST"), settings.getfloat("LISTING_INTERVAL_MOST")),
    )


def limits_of(source: Source, settings: BaseSettings) -> Limits:
    """The source's own budgets, the crawl's where it has none."""
    return Limits(
        pages=source.max_pages or settings.getint("BUDGET_PAGES"),
        depth=source.max_depth or settings.getint("BUDGET_DEPTH"),
        shape=source.max_shape or settings.getint("BUDGET_SHAPE"),
        megabytes=source.max_megabytes or settings.getfloat("BUDGET_MEGABYTES"),
        minutes=source.max_minutes or settings.getfloat("BUDGET_MINUTES"),
    )


def chosen(settings: BaseSettings, keys: str) -> tuple[Source, ...]:
    """The sources of ``-a source=…``: keys with commas between them, or ``all``."""
    path = settings.get("NEWSMINT_SOURCES")
    return SourceRegistry.load(Path(path) if path else None).select([key for key in keys.split(",") if key])


def opened(settings: BaseSettings, sources: Sequence[Source]) -> Session:
    """A session for a spider that ``scrapy crawl`` started."""
    rows = [row_of(source) for source in sources]
    return Session.open(settings["NEWSMINT_DATABASE"], "scrapy crawl news", rows, versions())


def depth_of(arguments: dict[str, Any]) -> Depth:
    """The depth of ``-a since=…`` and ``-a deep=1``."""
    seconds = epoch_asked_for(arguments.get("since"), "since")
    since = datetime.fromtimestamp(seconds, now().tzinfo) if seconds is not None else None
    return Depth(since, str(arguments.get("deep", "")).lower() in ("1", "true", "yes"))
