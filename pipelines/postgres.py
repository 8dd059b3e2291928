"""PostgreSQL as we use it: how a connection is made, and errors a person can read. psycopg is loaded when it is needed.

Nothing here prints a password: addresses are shown as ``shown`` spells them.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any

from sqlalchemy import URL

from pipelines.errors import BadConfig, CannotWrite, MissingInput, NewsmintError, StoreAway, StoreBusy

CONNECT_SECONDS = 10
"""How long a server may take to answer a connection."""

LOCK_SECONDS = 60
"""How long a transaction waits for another's lock: the writers of a fleet take turns."""

READ_SECONDS = 600
"""How long one statement of a reader may take."""

STALLED_SECONDS = 120
"""How long a transaction that writes may stand still before the server ends it: its process hangs, or its host fell."""

_DEFAULTS = {
    "application_name": "newsmint",
    "connect_timeout": str(CONNECT_SECONDS),
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "client_encoding": "utf8",
}

_ADVICE: tuple[tuple[tuple[str, ...], type[NewsmintError], str], ...] = (
    (("40001", "40P01", "55P03"), StoreBusy, "other processes are writing to this store; try again when they are done"),
    (("57014",), StoreBusy, "the statement took too long and was ended; ask for less, or try again when less goes on"),
    (("53100", "53200"), CannotWrite, "the server has no space left; all that was stored before is safe"),
    (("53300",), StoreBusy, "the server takes no more connections; try again later, or raise its max_connections"),
    (("57P01", "57P02", "57P03", "57P05", "25P03"), StoreAway, "the server closed the connection; try again"),
    (("25006",), CannotWrite, "this store is read-only here; is the server a replica?"),
    (("42501",), CannotWrite, "the user may not do this; grant it the rights on the database's schema"),
    (("28000", "28P01"), BadConfig, "the server refuses this user or password; check them in the URL or ~/.pgpass"),
    (("3D000",), MissingInput, "there is no such database; make it with `createdb`"),
    (("08",), StoreAway, "the connection to the server was lost; try again"),
)
"""SQLSTATE codes, or the class that they begin with, and what a person may do."""

_REFUSED: tuple[tuple[str, type[NewsmintError], str], ...] = (
    (
        "authentication failed|no pg_hba.conf entry",
        BadConfig,
        "the server refuses this user or password; check the URL",
    ),
    ("no password supplied", BadConfig, "the server wants a password; write it into the URL or ~/.pgpass"),
    ('role ".*" does not exist', BadConfig, "the server does not know this user; check the URL, or use `createuser`"),
    ('database ".*" does not exist', MissingInput, "there is no such database; make it with `createdb`"),
    ("too many clients", StoreBusy, "the server takes no more connections; try later, or raise its max_connections"),
)
"""What a server says when it refuses a connection, which comes without a code."""


def checked(url: URL) -> URL:
    """The URL of a shared store, naming the driver. Raises BadConfig for one that is none."""
    if url.drivername not in ("postgresql", "postgresql+psycopg", "postgres"):
        raise BadConfig(f"{shown(url)}: not a store we speak; write sqlite:///news.sqlite3 or postgresql+psycopg://…")
    if not url.database:
        raise BadConfig(f"{shown(url)}: names no database; write postgresql+psycopg://user@host/database")
    return url.set(drivername="postgresql+psycopg")


def shown(url: URL) -> str:
    """The URL as people may see it."""
    bare = url.difference_update_query([name for name in url.query if "password" in name])
    return bare.render_as_string(hide_password=True)


def with_defaults(url: URL, *, readonly: bool = False) -> URL:
    """The URL with our settings of a connection, where it does not have its own."""
    of_session = {
        "lock_timeout": int(LOCK_SECONDS * 1000),
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }
    if readonly:
        of_session["statement_timeout"] = READ_SECONDS * 1000
    own = " ".join(f"-c {name}={value}" for name, value in of_session.items())
    given = dict(url.query)
    options = " ".join((own, *_texts(given.pop("options", ""))))
    return url.set(query={**_DEFAULTS, **given, "options": options})


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


def need_driver() -> Any:
    """The driver's module. Raises MissingInput where it is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingInput("a shared store needs its driver: pip install 'newsmint[postgres]'") from error
    return psycopg


def prepare(connection: Any, record: object = None) -> None:
    """Have a connection bring sums as the integers that they are, and means as floats, not as decimal numbers."""
    connection.adapters.register_loader("numeric", number_loader())


@cache
def number_loader() -> Any:
    """What reads a number of any length: whole, or as near as a float comes."""
    from psycopg.adapt import Loader

    class Number(Loader):
        def load(self, data: Any) -> int | float:
            digits = bytes(data)
            return int(digits) if digits.lstrip(b"-").isdigit() else float(digits)

    return Number


@cache
def lock_key(name: str) -> int:
    """The number of an advisory lock: 64 bits of a hash, so that names do not meet."""
    return int.from_bytes(hashlib.sha256(f"newsmint {name}".encode()).digest()[:8], signed=True)


def explanation(error: object, url: URL) -> NewsmintError | None:
    """The error to show a person; None where it is a fault of ours, which keeps its traceback."""
    psycopg = need_driver()
    if not isinstance(error, psycopg.Error):
        return None
    code = error.sqlstate or ""
    for codes, kind, advice in _ADVICE:
        if code.startswith(codes):
            return kind(f"{shown(url)}: {advice} ({_said(error)})")
    return None if code else _of_connection(error, url, psycopg)


def _of_connection(error: Any, url: URL, psycopg: Any) -> NewsmintError | None:
    """Trouble that comes with no code: a connection that was refused, or broke."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    for pattern, kind, advice in _REFUSED:
        if re.search(pattern, str(error)):
            return kind(f"{shown(url)}: {advice}")
    return StoreAway(f"{shown(url)}: the server does not answer ({_said(error)})")


def _said(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].removesuffix(".")[:200] if lines else type(error).__name__
