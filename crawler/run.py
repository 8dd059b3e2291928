"""Runs the spiders from Python: what ``newsmint crawl`` and ``newsmint reextract`` call.

Twisted's reactor runs once a process, so each function here can be called once a process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.extensions.metrics import where_metrics_go
from crawler.logs import check_style, log_to_stderr
from crawler.source_row import row_of
from crawler.sources import Source
from crawler.spiders.routes import Depth
from crawler.spiders.watch import Watch
from crawler.versions import versions
from pipelines.collector import calm_collector
from pipelines.corrections import load_corrections
from pipelines.errors import NewsmintError
from pipelines.stages.session import Session
from pipelines.store import due, frontier, open_store
from pipelines.store.database import is_there
from pipelines.store.due import Allowance
from pipelines.store.frontier import FrontierEntry
from pipelines.store.process import me
from pipelines.store.runs import IMPORT, load_run
from pipelines.store.summaries import SourceSummary, run_summary
from pipelines.store.times import now

EVERYTHING = 1_000_000
"""URLs that a plan lists at most."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to crawl, into which store, how far back. ``limit``: pages of each source at most."""

    sources: tuple[Source, ...]
    location: str | Path
    depth: Depth = field(default_factory=Depth)
    limit: int | None = None
    command: str = "newsmint crawl"
    settings: dict[str, Any] = field(default_factory=dict)
    watch: Watch | None = None
    """For a crawl that runs on."""
    due_only: bool = False
    """Whether only the listings are asked whose time has come, as a crawl that runs on does."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: ``done``, ``stopped`` or ``failed``, and what it did at each source."""

    run_id: int
    state: str
    summaries: list[SourceSummary]


def crawl(options: Options) -> Result:
    """Crawl, and wait for the end. Raises what opening the store raises; CannotWrite once it is full."""
    _check_settings(options.settings)
    rows = [row_of(source) for source in options.sources]
    session = Session.open(options.location, options.command, rows, versions())
    return _run(
        "news",
        session,
        options.settings,
        sources=options.sources,
        depth=options.depth,
        limit=options.limit,
        watch=options.watch,
        due_only=options.due_only,
    )


def plan(options: Options) -> list[FrontierEntry]:
    """What a crawl with these options would fetch, in its order. Asks the routes; changes nothing in the store."""
    rows = [row_of(source) for source in options.sources]
    keys = [source.key for source in options.sources]
    with TemporaryDirectory(prefix="newsmint-plan-") as folder:
        location = Path(folder, "plan.sqlite3")
        session = Session.open(location, "newsmint crawl --dry-run", rows, {})
        _run("news", session, options.settings, sources=options.sources, depth=options.depth, dry_run=True)
        found = _would_fetch(location, keys, [], options.limit)
    if is_there(options.location):
        return _would_fetch(options.location, keys, found, options.limit, patient=not options.depth.goes_back)
    return found


def reextract(
    location: str | Path, sources: Sequence[str] = (), since: str | None = None, rules: Path | None = None
) -> Result:
    """Run the extraction over stored pages again: of these source keys (all by default), fetched since (ISO 8601).

    ``rules`` is the file with people's corrections, by default the one that the settings name.
    """
    own = {"NEWSMINT_RULES": str(rules)} if rules else {}
    _check_settings(own)
    session = Session.replay(location, sources, versions())
    return _run("replay", session, own, keys=tuple(sources), since=since)


def import_archives(
    location: str | Path, files: Sequence[Path], known: Sequence[Source], *, all_hosts: bool = False
) -> tuple[Result, Counter[str]]:
    """Bring the pages of WARC and WACZ files into a store; ``known`` sources have theirs, other hosts where wanted.

    Returns the run and how many records were passed over, by why. Raises what opening the store raises.
    """
    _check_settings({})
    session = Session.open(location, IMPORT, (), versions())
    passed: Counter[str] = Counter()
    result = _run("archive", session, {}, files=files, known=known, all_hosts=all_hosts, passed=passed)
    return result, passed


def _run(spider: str, session: Session, settings: dict[str, Any], **arguments: Any) -> Result:
    process = AsyncCrawlerProcess(_settings(settings | {"LOG_INSTALL_ROOT_HANDLER": False}))
    log_to_stderr(process.settings["NEWSMINT_LOG_FORMAT"], lambda: session.place.run_id, session.keys)
    task = process.crawl(spider, session=session, **arguments)
    calm_collector()
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    if isinstance(session.trouble, NewsmintError):
        raise session.trouble
    if session.ended is not None:
        return Result(session.place.run_id, *session.ended)
    with open_store(session.store.location, readonly=True) as store, store.connect() as conn:
        run = load_run(conn, session.place.run_id)
        assert run is not None
        return Result(run.id, run.state, run_summary(conn, run.id))


def _check_settings(own: dict[str, Any]) -> None:
    """What is wrong with the rules file or a setting is said before a run starts."""
    settings = _settings(own)
    load_corrections(settings.get("NEWSMINT_RULES"))
    check_style(settings["NEWSMINT_LOG_FORMAT"])
    where_metrics_go(settings)


def _settings(own: dict[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(own, priority="cmdline")
    return settings


def _would_fetch(
    location: str | Path,
    keys: Sequence[str],
    found: Sequence[FrontierEntry],
    limit: int | None,
    *,
    patient: bool = False,
) -> list[FrontierEntry]:
    """What of ``found``, and of what waits already, would be claimed; the transaction is undone."""
    with closing(open_store(location)) as store, store.engine.connect() as conn:
        frontier.add(conn, found, patient=patient)
        each = limit or EVERYTHING
        claimed = [frontier.claim(conn, me(), each, now(), 60, sources=[key]) for key in keys]
        room = {key: each - len(some) for key, some in zip(keys, claimed, strict=True)}
        for key, number in due.promote(conn, room, now(), _allowance()).items():
            claimed.append(frontier.claim(conn, me(), number, now(), 60, sources=[key]))
        conn.rollback()
    return [entry for entries in claimed for entry in entries]


def _allowance() -> Allowance:
    settings = _settings({})
    return Allowance(settings.getfloat("REVISIT_SHARE"), settings.getint("REVISITS_LEAST"))
