"""Log lines on standard error: for people, or one JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from pipelines.errors import BadConfig

STYLES = ("text", "json")
QUIET = ("scrapy", "twisted", "asyncio")
"""What fails there is a row in the store."""


class JsonLines(logging.Formatter):
    """``{"time": …, "level": …, "run": …, "source": …, "event": …}``, what ``extra={"fields": …}`` adds, an ``error``.

    A line about one source begins with its key as first argument (``"%s: …"``): that is its ``source``.
    """

    def __init__(self, run: Callable[[], int], sources: Collection[str]) -> None:
        super().__init__()
        self._run, self._sources = run, frozenset(sources)

    def format(self, record: logging.LogRecord) -> str:
        first = record.args[0] if isinstance(record.args, tuple) and record.args else None
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "run": self._run(),
            "source": first if isinstance(first, str) and first in self._sources else None,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(style: str, run: Callable[[], int], sources: Collection[str] = ()) -> None:
    """Our own lines from now on; beside a live table only warnings. ``run`` says which run it is just then.

    Raises BadConfig for a style that is none.
    """
    check_style(style)
    handler = logging.StreamHandler()
    if style == "json":
        handler.setFormatter(JsonLines(run, sources))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    level = logging.WARNING if style == "text" and sys.stderr.isatty() else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def check_style(style: str) -> None:
    """Raise BadConfig for what is no style, before a run starts."""
    if style not in STYLES:
        raise BadConfig(f"NEWSMINT_LOG_FORMAT: {style!r} is none of {', '.join(STYLES)}")
