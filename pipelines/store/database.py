"""Opening a store: finding it, bringing its schema up to date, and saying in one line why it cannot be had."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError

from pipelines.archive import PageArchive
from pipelines.errors import BadConfig, BadInput, MissingInput
from pipelines.items import Article
from pipelines.sqlite import explained
from pipelines.store import articles, asof, questions, search
from pipelines.store.engine import WRITE, make_engine
from pipelines.store.schema import REVISION
from pipelines.store.sql import SECONDS, Result, read
from pipelines.store.times import epoch_asked_for

DEFAULT = Path("data/news.sqlite3")


class Store:
    """A database and its page archive. Use ``open_store``; close it, or use it as a context manager.

    ``moment`` is the one the store is looked at from: None for now, else it reads as it was known then.
    """

    def __init__(self, path: Path, *, readonly: bool = False, moment: datetime | None = None) -> None:
        self.path = path
        self.readonly = readonly or moment is not None
        self.moment = moment
        self.engine: Engine = make_engine(path, readonly=self.readonly)
        self._writer = self.engine.execution_options(**{WRITE: True})
        if moment is not None:
            event.listen(self.engine, "connect", self._look_back)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, rolled back on an exception.

        Raises StoreBusy when another process keeps writing, CannotWrite when the disk is full or read-only.
        """
        with explained(self.path), self._writer.begin() as conn:
            yield conn

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection to read from; it sees one state of the database from its first query to the block's end."""
        with explained(self.path), self.engine.connect() as conn:
            yield conn

    @cached_property
    def archive(self) -> PageArchive:
        """The raw bodies of the pages, in a file of their own beside the database."""
        return PageArchive(archive_path(self.path), readonly=self.readonly)

    def search(self, query: str, **filters: Unpack[search.Filters]) -> list[search.Hit]:
        """Articles that match, best first; ``filters`` as in ``pipelines.store.search.search``."""
        with self.connect() as conn:
            return search.search(conn, query, **filters)

    def article(self, id_or_url: str) -> Article | None:
        """The article with this id or URL."""
        with self.connect() as conn:
            return articles.load_article(conn, id_or_url)

    def articles(
        self, *, source: str | None = None, since: str | int | None = None, until: str | int | None = None
    ) -> Iterator[Article]:
        """All articles in order of publication, a few at a time, from ``since`` up to, not including, ``until``.

        Both are ISO 8601 or seconds since 1970. Raises UsageError for what is no date.
        """
        began, ended = (
            epoch_asked_for(when, name) if isinstance(when, str) else when
            for when, name in ((since, "since"), (until, "until"))
        )
        with self.connect() as conn:
            yield from articles.iter_articles(conn, source=source, since=began, until=ended)

    def ask(self, question: str, *, limit: int | None = None, seconds: float = SECONDS, **values: Any) -> Result:
        """The answer to a saved question (``pipelines.store.questions``), at most ``limit`` rows of it.

        Raises UsageError for a question or value that there is not, and when it takes longer than ``seconds``.
        """
        asked = questions.question(question)
        with self.connect() as conn:
            return questions.run(driver(conn), asked, values, limit=limit, now=self.moment, seconds=seconds)

    def sql(
        self,
        statement: str,
        values: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        seconds: float = SECONDS,
    ) -> Result:
        """The rows of one statement that reads; ``values`` are bound to its ``:names``.

        Raises UsageError for one that is wrong, that would change something, or that takes longer than ``seconds``.
        """
        with self.connect() as conn:
            hidden = conn.info.get(asof.HIDDEN)
            return read(driver(conn), statement, values, limit=limit, seconds=seconds, is_hidden=hidden)

    def as_of(self, when: str | datetime) -> Store:
        """This store as it was known at a moment, to read only: a store of its own, to be closed like one.

        A date is its first second, in UTC. Raises UsageError for what is no date.
        """
        return Store(self.path, moment=asof.moment_asked_for(when))

    def _look_back(self, connection: sqlite3.Connection, record: Any) -> None:
        assert self.moment is not None
        record.info[asof.MOMENT] = self.moment
        record.info[asof.HIDDEN] = asof.show_as_of(connection, self.moment)

    def close(self) -> None:
        """Write out what the archive holds back, and close both files."""
        if "archive" in self.__dict__:
            self.archive.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def driver(conn: Connection) -> sqlite3.Connection:
    """The standard library's connection below one of SQLAlchemy's."""
    connection = conn.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def open_store(
    location: str | Path | None = None,
    *,
    create: bool = True,
    readonly: bool = False,
    as_of: str | datetime | None = None,
) -> Store:
    """Open the store at a path or ``sqlite:///`` URL, made or brought up to date as needed.

    ``as_of`` opens it to read only, as it was known at that moment (a date is its first second, in UTC).

    Raises MissingInput (no such store and not to be created), BadInput (not a Newsmint database), BadConfig (of a
    newer Newsmint, or a database we do not speak), StoreBusy, CannotWrite.
    """
    moment = None if as_of is None else asof.moment_asked_for(as_of)
    readonly = readonly or moment is not None
    path = database_path(location)
    if path.is_dir():
        raise BadInput(f"{path}: a folder, not a database; give the name of a file in it")
    if not path.exists() or path.stat().st_size == 0:
        if readonly or not create:
            raise MissingInput(f"{path}: no store there yet; `newsmint crawl` makes one, --db names another")
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
    with explained(path):
        _bring_up_to_date(path, readonly)
    return Store(path, readonly=readonly, moment=moment)


def database_path(location: str | Path | None) -> Path:
    """The file that a path or URL names."""
    if location is None or isinstance(location, Path):
        return location or DEFAULT
    if "://" not in location:
        return Path(location).expanduser()
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise BadConfig(f"{location}: not a database URL; write sqlite:///path/to/news.sqlite3") from error
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise BadConfig(f"{url.render_as_string()}: only SQLite files can be a store; write sqlite:///news.sqlite3")
    return Path(url.database).expanduser()


def archive_path(database: Path) -> Path:
    """``news.sqlite3`` keeps its pages in ``news.pages.sqlite3``."""
    return database.with_name(f"{database.stem}.pages.sqlite3")


def _bring_up_to_date(path: Path, readonly: bool) -> None:
    if _revision(path, readonly) == REVISION:
        return
    from pipelines.store import migrate  # Alembic takes long to load, and is needed once a version

    engine = make_engine(path, foreign_keys=False)
    try:
        with engine.execution_options(**{WRITE: True}).begin() as conn:
            found = _revision_of(conn, path)
            if found is not None and not migrate.is_known(found):
                raise BadConfig(f"{path}: written by a newer Newsmint (schema {found}); upgrade newsmint to open it")
            if found != REVISION:
                migrate.upgrade(conn)
    finally:
        engine.dispose()


def _revision(path: Path, readonly: bool) -> str | None:
    engine = make_engine(path, readonly=readonly or (path.exists() and path.stat().st_size > 0))
    try:
        with engine.connect() as conn:
            return _revision_of(conn, path)
    finally:
        engine.dispose()


def _revision_of(conn: Connection, path: Path) -> str | None:
    """The schema's revision; None for an empty database. BadInput for a database of something else."""
    names = set(conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    if not names:
        return None
    if not {"alembic_version", "crawl_run"} <= names:
        raise BadInput(f"{path}: a database, but not a Newsmint store; choose another --db")
    revision = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(revision)
