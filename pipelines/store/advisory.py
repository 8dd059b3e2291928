"""Locks of a shared store by name, which the server drops with the connection that holds them, however that ends.

A crawl holds one for each of its sources and their hosts, so that several crawls share a store and no host is asked by
two of them. Whoever works on the store as a whole holds it alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pipelines.errors import StoreBusy
from pipelines.postgres import lock_key, need_driver, with_defaults
from pipelines.store.engine import explained, label
from pipelines.store.process import here, me

STORE = "store"
"""Held by all who crawl, together; by whoever must be alone, alone."""

_SILENT_SECONDS = 25
"""How long the server hears nothing of a holder before it gives its locks to others: a machine that is cut off. Less
than a fleet takes to hand its visits to other workers, who would find the locks taken."""

_LONGEST = 63
"""Bytes of a connection's name that the server keeps."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: the command and its process, and since when (ISO 8601; None where it is not told)."""

    lock: str
    who: str
    since: str | None


class Locks:
    """Locks held by a connection of its own. Raises StoreBusy, with who and since when, where another holds one."""

    def __init__(self, url: URL, command: str, names: Collection[str] | None, together: Collection[str] = ()) -> None:
        self._url = url
        self._wanted = _wanted(names, together)
        self._who = _who(command)
        self._engine = _engine(url, self._who)
        self._conn: Connection | None = None
        with explained(url):
            self._conn = self._taken()

    def check(self) -> None:
        """See that they are held still, and take them again after the connection was lost.

        Raises StoreBusy where another took one meanwhile, StoreAway while the server does not answer.
        """
        with explained(self._url):
            if self._conn is None or not self._answers(self._conn):
                self._conn = None
                self._conn = self._taken(again=True)

    def close(self) -> None:
        """Let go of all."""
        if self._conn is not None:
            with suppress(DBAPIError):
                self._conn.close()
        self._engine.dispose()

    def _answers(self, conn: Connection) -> bool:
        try:
            conn.execute(text("SELECT 1"))
        except DBAPIError:
            with suppress(DBAPIError):
                conn.close()
            return False
        return True

    def _taken(self, *, again: bool = False) -> Connection:
        conn = self._engine.connect()
        try:
            conn.execute(_SOON)
            if again:
                conn.execute(_END, {"who": self._who})
            missed = _missed(conn, self._wanted)
            if missed is not None:
                raise StoreBusy(self._refusal(conn, missed))
        except BaseException:
            conn.close()
            raise
        return conn

    def _refusal(self, conn: Connection, name: str) -> str:
        what = label(self._url) if name == STORE else f"{label(self._url)}: {name}"
        found = holders(conn, [name])
        if not found:
            return f"{what}: another process is at it; try again later"
        since = f" since {found[0].since}" if found[0].since else ""
        return f"{what}: {found[0].who} has been at it{since}; wait for it"


def holders(conn: Connection, names: Iterable[str]) -> list[Holder]:
    """Who holds the locks of these names just now, in the names' order; nothing of those that nobody holds."""
    keys = {lock_key(name): name for name in names}
    rows = conn.execute(_HOLDERS, {"keys": list(keys)}).all()
    found = {key: Holder(keys[key], who.partition(" #")[0] or "another process", since) for key, who, since in rows}
    return [found[key] for key in keys if key in found]


def live_owners(conn: Connection, owners: Iterable[str]) -> set[str]:
    """Those of the processes, by the names that ``process.me`` gave them, that work on the store just now."""
    wanted = {_owner(each): each for each in owners}
    return {wanted[holder.lock] for holder in holders(conn, wanted)}


def _owner(process: str) -> str:
    return f"owner {process}"


def _wanted(names: Collection[str] | None, together: Collection[str]) -> list[tuple[str, str]]:
    """Each lock with how it is held; in an order that all keep to, so that of two who want the same one gets it."""
    alone = {STORE} if names is None else set(names)
    shared = {_owner(me()), *together, *(() if names is None else (STORE,))} - alone
    ways = dict.fromkeys(alone, "pg_try_advisory_lock") | dict.fromkeys(shared, "pg_try_advisory_lock_shared")
    return sorted(ways.items(), reverse=True)


def _missed(conn: Connection, wanted: Iterable[tuple[str, str]]) -> str | None:
    """The first of the names whose lock another holds."""
    for name, function in wanted:
        if not conn.execute(text(f"SELECT {function}(:key)"), {"key": lock_key(name)}).scalar():
            return name
    return None


def _who(command: str) -> str:
    """``newsmint crawl on worker-3, process 7``, with a mark that no other connection has."""
    where = f" on {here()[:20]}, process {os.getpid()} #{secrets.token_hex(3)}"
    return _cut(command, _LONGEST - len(where.encode())) + where


def _cut(text: str, size: int) -> str:
    return text if len(text.encode()) <= size else text.encode()[: size - 3].decode(errors="ignore") + "…"


def _engine(url: URL, name: str) -> Engine:
    need_driver()
    named = with_defaults(url).update_query_dict({"application_name": name})
    return create_engine(named, poolclass=NullPool, isolation_level="AUTOCOMMIT")


_SOON = text(
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), "
    f"set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '{1000 * _SILENT_SECONDS}', false)"
)
_END = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE application_name = :who AND datname = current_database() AND pid <> pg_backend_pid()"
)
"""What the server still has of our connection that was lost would hold the locks until it notices."""

_HOLDERS = text(
    "SELECT DISTINCT ON (lock.key) lock.key, coalesce(other.application_name, ''), "
    """to_char(other.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') """
    "FROM (SELECT pid, (classid::bigint << 32) | objid::bigint AS key FROM pg_locks "
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS lock "
    "JOIN pg_stat_activity AS other ON other.pid = lock.pid "
    "WHERE lock.key = ANY (:keys) ORDER BY lock.key, other.backend_start"
)
