"""``newsmint worker``: take visits from the queue of a shared store, as one of many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from sqlalchemy import URL

from crawler.cli.common import (
    NO_CONTACT,
    err,
    log_format_option,
    out,
    program,
    rules_option,
    sources_option,
    store_option,
)
from crawler.cli.plain import plain
from crawler.settings import NEWSMINT_CONTACT, NEWSMINT_LOG_FORMAT
from pipelines.errors import BadConfig, MissingInput
from pipelines.store import open_store
from pipelines.store.database import Store, located

QUIET = ("procrastinate", "psycopg.pool", "asyncio")
"""What goes wrong there is told in a line of ours."""


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Visits at a time.")
@click.option(
    "--queue", "queues", multiple=True, metavar="NAME", show_default="visits", help="Take visits of this queue only."
)
@sources_option
@log_format_option
@rules_option
@store_option
def worker(
    concurrency: int,
    queues: tuple[str, ...],
    sources_file: Path | None,
    log_format: str | None,
    rules: Path | None,
    database: str,
) -> None:
    """Crawl what `newsmint schedule --procrastinate` has set, together with other workers, until stopped.

    \b
    newsmint worker --db postgresql+psycopg://newsmint@db.example/newsmint

    Each visit is a `newsmint crawl` of one source in a process of its own; no two workers ask the same host at a time.
    Ctrl-C or SIGTERM ends it within ten seconds, with exit code 0; what was under way goes back into the queue. Visits
    of a worker that dies are taken by others within a minute or so.
    """
    url = shared(database)
    need_queue()
    from crawler.fleet.queue import Procrastinate
    from crawler.fleet.schedule import QUEUE, Schedule
    from crawler.fleet.visit import Crawl, environment
    from crawler.fleet.worker import Worker
    from crawler.logs import check_style

    style = log_format or NEWSMINT_LOG_FORMAT
    check_style(style)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with open_store(database) as store:
        engine = Procrastinate(store.engine, url)
        engine.prepare()
        schedule = Schedule(store.engine, url)
        _greet(store, len(schedule.entries()), concurrency)
        arguments = [*(("--rules", str(rules.absolute())) if rules else ()), "--log-format", style]
        crawl = Crawl(tuple(arguments), environment(database, concurrency, sources_file), _log(style))
        done = asyncio.run(Worker(store, engine, schedule, crawl, _tell).run(queues or (QUEUE,), concurrency))
    left = "." if done else "; the server does not answer: what was under way is taken by others within minutes."
    err.print(f"Stopped{left}")


def shared(database: str) -> URL:
    """The URL of a shared store. Raises BadConfig for a store in a file."""
    location = located(database)
    if isinstance(location, URL):
        return location
    raise BadConfig(
        f"{location}: a store in a file has one crawl at a time: use `newsmint watch`, or give --db "
        "postgresql+psycopg://… for many workers"
    )


def need_queue() -> None:
    """Raises MissingInput where Procrastinate is not installed."""
    try:
        import procrastinate  # noqa: F401
    except ImportError as error:
        raise MissingInput("a fleet needs its queue: pip install 'newsmint[fleet]'") from error


def _greet(store: Store, sources: int, concurrency: int) -> None:
    err.print(f"Working for {escape(store.label)}, {concurrency} visits at a time; {sources:,} sources are scheduled")
    if not sources:
        err.print(f"Nothing is scheduled yet: call `{program()} schedule --procrastinate`.", markup=False)
    if NEWSMINT_CONTACT is None:
        err.print(NO_CONTACT)


def _tell(line: str) -> None:
    out.print(f"{datetime.now():%H:%M:%S} {plain(line)}", markup=False)


def _log(style: str) -> Callable[[str, str], None]:
    def log(source: str, line: str) -> None:
        click.echo(line if style == "json" else f"{source}: {line}", err=True)

    return log
