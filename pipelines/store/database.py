"""Opening a store: finding it, bringing its schema up to date, and saying in one line why it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from pipelines.archive import PageArchive
from pipelines.errors import BadConfig, BadInput, MissingInput
from pipelines.items import Article
from pipelines.sqlite import explained
from pipelines.store import articles, search
from pipelines.store.engine import WRITE, make_engine
from pipelines.store.schema import REVISION

DEFAULT = Path("data/news.sqlite3")


class Store:
    """A database and its page archive. Use ``open_store``; close it, or use it as a context manager."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self.readonly = readonly
        self.engine: Engine = make_engine(path, readonly=readonly)
        self._writer = self.engine.execution_options(**{WRITE: True})

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

    def search(self, query: str, **filters: Any) -> list[search.Hit]:
        """Articles that match, best first; ``filters`` as in ``pipelines.store.search.search``."""
        with self.connect() as conn:
            return search.search(conn, query, **filters)

    def article(self, id_or_url: str) -> Article | None:
        """The article with this id or URL."""
        with self.connect() as conn:
            return articles.load_article(conn, id_or_url)

    def articles(self, **selection: Any) -> Iterator[Article]:
        """All articles in order of publication, a few at a time; ``selection`` as in ``articles.iter_articles``."""
        with self.connect() as conn:
            yield from articles.iter_articles(conn, **selection)

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


def open_store(location: str | Path | None = None, *, create: bool = True, readonly: bool = False) -> Store:
    """Open the store at a path or ``sqlite:///`` URL, made or brought up to date as needed.

    Raises MissingInput (no such store and not to be created), BadInput (not a Newsmint database), BadConfig (of a
    newer Newsmint, or a database we do not speak), StoreBusy, CannotWrite.
    """
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
    return Store(path, readonly=readonly)


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
