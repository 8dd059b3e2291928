"""What the verbs share: the two consoles, the store option, JSON output, and how a result becomes an exit code.

Every verb is a click command that prints results to ``out`` and everything else to ``err``.
A verb that did its work but met failures ends with ``ctx.exit(1)``.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.markup import escape

from pipelines.corrections import OWN_RULES

LOG_WIDTH = 120
"""Columns of a table where no terminal says how many it has: in a pipe, a log, a cron mail."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

DEFAULT_DATABASE = "data/news.sqlite3"

NO_CONTACT = "Sites cannot reach you: set NEWSMINT_CONTACT to a web or mail address; it goes into the user agent."
"""Said before sites of others are asked."""

Command = TypeVar("Command", bound=Callable[..., Any])


def store_option(command: Command) -> Command:
    """``--db``: a file path or a database URL; passed to the verb as ``database``."""
    return click.option(
        "--db",
        "database",
        default=lambda: os.environ.get("NEWSMINT_DATABASE_URL") or DEFAULT_DATABASE,
        metavar="PATH|URL",
        show_default=f"$NEWSMINT_DATABASE_URL or {DEFAULT_DATABASE}",
        help="The store: an SQLite file or a database URL.",
    )(command)


def as_of_option(command: Command) -> Command:
    """``--as-of``: the store as it was known at a moment; passed to the verb as ``as_of``, None for now."""
    return click.option(
        "--as-of",
        metavar="WHEN",
        help="Only what was known at this moment: a date (its first second, in UTC) or a time with an offset.",
    )(command)


def rules_option(command: Command) -> Command:
    """``--rules``: the file with the user's corrections; passed to the verb as ``rules``, None for the default one."""
    return click.option(
        "--rules",
        default=lambda: os.environ.get("NEWSMINT_RULES") or None,
        type=click.Path(path_type=Path),
        metavar="FILE",
        show_default=f"$NEWSMINT_RULES; else {OWN_RULES}, if it is there",
        help="Your own corrections of what is body.",
    )(command)


def sources_option(command: Command) -> Command:
    """``--sources``: a sources file that is there; passed to the verb as ``sources_file``, None for the usual ones."""
    return click.option(
        "--sources",
        "sources_file",
        type=click.Path(path_type=Path, exists=True),
        envvar="NEWSMINT_SOURCES",
        metavar="FILE",
        help="Sources file of your own.",
    )(command)


def log_format_option(command: Command) -> Command:
    """``--log-format``: passed to the verb as ``log_format``, None for the setting's own."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        show_default="$NEWSMINT_LOG_FORMAT or text",
        help="Log lines for people, or one JSON object a line.",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: one JSON object a line instead of a table; passed to the verb as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def print_json(rows: Iterable[dict[str, Any]]) -> None:
    """Print each row as one line of JSON, as it comes."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False))


def fit_consoles() -> None:
    """Give the consoles a width where neither a terminal nor ``COLUMNS`` does; rich would take 80."""
    if not os.environ.get("COLUMNS") and not any(map(os.isatty, (0, 1, 2))):
        out.width = err.width = LOG_WIDTH


def program() -> str:
    """How this command is called: ``newsmint`` where that is found, else the path it was started by."""
    started = sys.argv[0]
    return "newsmint" if shutil.which("newsmint") or Path(started).stem != "newsmint" else shlex.quote(started)


def report_error(message: str) -> None:
    """One line on standard error."""
    err.print(f"[bold red]newsmint:[/] {escape(message)}")
