"""Imported by the nursery alone: loads all that a visit needs, and starts nothing.

No reactor, thread, connection or file: a fork would share them with its parent, or have half of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO

from rich.text import Text
from scrapy.settings import Settings
from scrapy.utils.misc import load_object, walk_modules_iter

from crawler.versions import versions
from pipelines import pool
from pipelines.collector import keep_loaded

MODULES = (
    "crawler.fleet.child",
    "crawler.cli.crawl",
    "crawler.run",
    "pipelines.store.stories",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "twisted.internet.asyncioreactor",
    "uvloop",
)
COMPONENTS = ("EXTENSIONS", "ITEM_PIPELINES", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES")
CLASSES = ("SCHEDULER", "STATS_CLASS", "TWISTED_DNS_RESOLVER", "DOWNLOADER", "LOG_FORMATTER", "SPIDER_LOADER_CLASS")


def load() -> None:
    """Import what a visit's process would import."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name in MODULES:
        import_module(name)
    for name in settings.getlist("SPIDER_MODULES"):
        deque(walk_modules_iter(name), maxlen=0)
    for path in _components(settings):
        load_object(path)
    pool.preload()
    versions()
    Text.from_markup("[bold]:wave:[/]")  # a list of names that comes with a first line


def _components(settings: Settings) -> Iterator[str]:
    for name in COMPONENTS:
        yield from settings.getwithbase(name)  # Scrapy loads those as well that are switched off
    yield from filter(None, settings.getwithbase("DOWNLOAD_HANDLERS").values())
    yield from (settings[name] for name in CLASSES)


with (
    redirect_stdout(StringIO()),
    redirect_stderr(StringIO()),
):  # a console made here is no terminal, as a fork's is none
    load()
keep_loaded()
