"""A PostgreSQL server for tests: the one that NEWSMINT_TEST_POSTGRES names, else one of our own for the session.

Our own comes from Debian's package, lives in a temporary folder, listens on a socket there, and forgets that disks
can fail. Each test has a database of its own, cloned from one that was just made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from pipelines.store import open_store

VARIABLE = "NEWSMINT_TEST_POSTGRES"

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "deadlock_timeout": "200ms",
}


_THINGS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"

_CLEAN = """
DO $$
DECLARE
    each record;
BEGIN
    IF (%(counted)s) <> %(things)d THEN
        RAISE 'a test made something';
    END IF;
    FOR each IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version' LOOP
        EXECUTE 'DELETE FROM ' || quote_ident(each.relname);
    END LOOP;
    FOR each IN SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace LOOP
        PERFORM setval(each.relname::regclass, 1, false);
    END LOOP;
END
$$
"""


@dataclass
class Server:
    """A server that databases can be made on. ``url`` is that of a database that is there already."""

    url: URL
    _numbers: Iterator[int] = field(default_factory=count)
    _free: list[str] = field(default_factory=list)
    _things: int = 0

    @property
    def template(self) -> str:
        return f"newsmint_test_{os.getpid()}"

    def run(self, *statements: str, database: str | None = None) -> None:
        """Statements, each a transaction of its own."""
        url = self.url.set(database=database) if database else self.url
        with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)

    def make_template(self) -> None:
        """An empty store, which takes longer to make than to copy."""
        self.run(f"CREATE DATABASE {self.template} TEMPLATE template0 ENCODING 'UTF8'")
        with open_store(_text(self.url.set(database=self.template))) as store, store.connect() as conn:
            self._things = conn.exec_driver_sql(_THINGS).scalar_one()

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database with an empty store, or with nothing at all: one of the test's own."""
        name = self._free.pop() if self._free and not empty else self._made("template0" if empty else self.template)
        try:
            yield _text(self.url.set(database=name))
        finally:
            if empty or not self._cleaned(name):
                self.run(f"DROP DATABASE {name} WITH (FORCE)")
            else:
                self._free.append(name)

    def drop_all(self) -> None:
        """Drop what is left."""
        self.run(*(f"DROP DATABASE {name} WITH (FORCE)" for name in (*self._free, self.template)))

    def _made(self, template: str) -> str:
        name = f"{self.template}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _cleaned(self, name: str) -> bool:
        """Empty a store for the next test, which is twenty times as fast as a new one; not where a test made tables."""
        end = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        )
        try:
            self.run(f"{end} '{name}'")
            self.run(
                "SET session_replication_role = replica",
                _CLEAN % {"counted": _THINGS, "things": self._things},
                database=name,
            )
        except DBAPIError:
            return False
        return True


@contextmanager
def server() -> Iterator[Server]:
    """The session's server. Skips where there can be none, saying why."""
    pytest.importorskip("psycopg", reason="PostgreSQL is not tested: its driver is missing (the extra `postgres`)")
    with _given_or_own() as url:
        found = Server(url)
        found.make_template()
        try:
            yield found
        finally:
            found.drop_all()


@contextmanager
def _given_or_own() -> Iterator[URL]:
    if given := os.environ.get(VARIABLE):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    programs = _programs()
    if programs is None:
        pytest.skip(f"PostgreSQL is not tested: install Debian's package postgresql, or set {VARIABLE} to a URL")
    with own_server(programs) as url:
        yield url


@contextmanager
def own_server(programs: Path, settings: Mapping[str, str] | None = None) -> Iterator[URL]:
    """A server in a folder of its own, by the programs in a folder; ``settings`` are added to ours."""
    folder = Path(tempfile.mkdtemp(prefix="newsmint-pg-"))
    user = _user()
    try:
        if user:
            os.chown(folder, user["user"], user["group"])
        data = folder / "data"
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "newsmint",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, cwd=folder, **user)
        url = URL.create("postgresql+psycopg", "newsmint", database="postgres", query={"host": str(folder)})
        with _running(programs, folder, user, _SETTINGS | dict(settings or {})):
            _wait(url)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path, user: dict[str, Any], settings: Mapping[str, str]) -> Iterator[None]:
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder, *words]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **user)
    try:
        yield
    finally:
        process.send_signal(3)  # SIGQUIT: at once
        process.wait(30)


def _wait(url: URL) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + 30
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            engine.dispose()
            return


def _programs() -> Path | None:
    """The folder of the newest server programs."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [each.parent for each in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda each: float(each.parent.name), default=None)


def _user() -> dict[str, Any]:
    """How to start programs as somebody other than root, whom the server refuses."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
