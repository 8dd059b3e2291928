"""Opening a store: finding it, bringing its schema up to date, and saying in one line why it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from sqlalchemy import URL, Connection, Engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError

from pipelines import postgres
from pipelines.archive import FileArchive, PageArchive
from pipelines.errors import BadConfig, BadInput, MissingInput
from pipelines.items import Article
from pipelines.store import articles, asof, questions, search
from pipelines.store.bodies import TableArchive
from pipelines.store.committing import commit
from pipelines.store.engine import WRITE, Location, archive_path, explained, label, make_engine, reading
from pipelines.store.patience import patiently
from pipelines.store.reading import driver
from pipelines.store.schema import REVISION
from pipelines.store.sql import SECONDS, Result, read
from pipelines.store.times import epoch_asked_for

DEFAULT = Path("data/news.sqlite3")

ASIDE_MB = 8
"""Cache of a connection that reads a file beside the one that writes: each commit there empties it."""

COPYING = "copying"
"""What a store has for its schema's revision until all is copied into it (``pipelines.store.copying``)."""


class Store:
    """A database and its page archive. Use ``open_store``; close it, or use it as a context manager.

    ``moment`` is the one the store is looked at from: None for now, else it reads as it was known then.
    """

    def __init__(self, location: Location, *, readonly: bool = False, moment: datetime | None = None) -> None:
        self.location = location
        self.readonly = readonly or moment is not None
        self.moment = moment
        self.is_patient = False
        """Whether a server that does not answer is waited for: a crawl does, a question does not."""
        self.engine: Engine = make_engine(location, readonly=self.readonly)
        self._reader = self._reading_engine()
        self._writer = self.engine.execution_options(**{WRITE: True})
        if moment is not None:
            event.listen(self.engine, "connect", self._look_back)

    def _reading_engine(self) -> Engine:
        """Beside one that writes to a file another: a reader with its connection would have it fill a second cache."""
        if isinstance(self.location, URL) or self.readonly:
            return reading(self.engine)
        return make_engine(self.location, cache_mb=ASIDE_MB)

    @property
    def path(self) -> Path:
        """The store's file. Raises BadConfig for a store on a server, which has none."""
        return database_path(self.location)

    @property
    def label(self) -> str:
        """Where the store is, for people: without a password."""
        return label(self.location)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, rolled back on an exception.

        Raises StoreBusy when another process keeps writing, CannotWrite when the disk is full or read-only.
        """
        with explained(self.location), self._connected(self._writer) as conn, conn.begin() as transaction:
            yield conn
            commit(transaction, self.engine, self.location)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection to read from; it sees one state of the database from its first query to the block's end."""
        with explained(self.location), self._connected(self._reader) as conn:
            yield conn

    def _connected(self, engine: Engine) -> Connection:
        def connect() -> Connection:
            with explained(self.location):
                return engine.connect()

        return patiently(connect) if self.is_patient else connect()

    @cached_property
    def archive(self) -> PageArchive:
        """The raw bodies of the pages: in a file beside the database's, or in a table of a shared store."""
        if isinstance(self.location, URL):
            return TableArchive(self.engine, self.location)
        return FileArchive(archive_path(self.location), readonly=self.readonly)

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
        return Store(self.location, moment=asof.moment_asked_for(when))

    def _look_back(self, connection: Any, record: Any) -> None:
        assert self.moment is not None
        record.info[asof.MOMENT] = self.moment
        record.info[asof.HIDDEN] = asof.show_as_of(connection, self.moment)

    def close(self) -> None:
        """Write out what the archive holds back, and close the store."""
        if "archive" in self.__dict__:
            self.archive.close()
        self._reader.dispose()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    location: str | Location | None = None,
    *,
    create: bool = True,
    readonly: bool = False,
    as_of: str | datetime | None = None,
) -> Store:
    """Open the store at a path or URL (``sqlite:///…``, ``postgresql+psycopg://…``), brought up to date as needed.

    ``as_of`` opens it to read only, as it was known at that moment (a date is its first second, in UTC).

    Raises MissingInput (no such store and not to be created), BadInput (not a Newsmint database), BadConfig (of a
    newer Newsmint, or a database we do not speak), StoreBusy, CannotWrite.
    """
    moment = None if as_of is None else asof.moment_asked_for(as_of)
    readonly = readonly or moment is not None
    place = located(location)
    if isinstance(place, Path):
        _make_room(place, create=create and not readonly)
    if isinstance(place, URL) and moment is None and _is_up_to_date(store := Store(place, readonly=readonly)):
        return store
    with explained(place):
        _bring_up_to_date(place, readonly, create)
    return Store(place, readonly=readonly, moment=moment)


def located(location: str | Location | None) -> Location:
    """What a path, a URL or ``None`` (the file of old) names. Raises BadConfig for a database that we do not speak."""
    if location is None or isinstance(location, Path):
        return location or DEFAULT
    if isinstance(location, str) and "://" not in location:
        return Path(location).expanduser()
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise BadConfig("the database URL cannot be read; write sqlite:///path/to/news.sqlite3") from error
    if url.get_backend_name() != "sqlite":
        return postgres.checked(url)
    if not url.database or url.database == ":memory:":
        raise BadConfig(f"{url.render_as_string()}: names no file; write sqlite:///path/to/news.sqlite3")
    return Path(url.database).expanduser()


def database_path(location: str | Location | None) -> Path:
    """The file that a path or URL names. Raises BadConfig for a store on a server, which has none."""
    place = located(location)
    if isinstance(place, URL):
        raise BadConfig(
            f"{label(place)}: a shared store; this works on a store in a file, as `newsmint copy` makes one"
        )
    return place


def is_there(location: str | Location | None) -> bool:
    """Whether there is a store already, of whatever version. Raises what ``open_store`` raises but MissingInput."""
    place = located(location)
    if isinstance(place, Path):
        return place.exists()
    with explained(place):
        return revision_at(place, readonly=True) is not None


def _make_room(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise BadInput(f"{path}: a folder, not a database; give the name of a file in it")
    if not path.exists() or path.stat().st_size == 0:
        if not create:
            raise MissingInput(f"{path}: no store there yet; `newsmint crawl` makes one, --db names another")
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)


def _is_up_to_date(store: Store) -> bool:
    """Whether a store on a server is of our schema, over a connection that it goes on with. Closed where it is not."""
    try:
        with explained(store.location), store.engine.connect() as conn:
            if _revision_of(conn, store.location) == REVISION:
                return True
    except BaseException:
        store.close()
        raise
    store.close()
    return False


def _bring_up_to_date(place: Location, readonly: bool, create: bool) -> None:
    if (found := revision_at(place, readonly)) == REVISION:
        return
    if found is None and (readonly or not create):
        raise MissingInput(f"{label(place)}: no store there yet; `newsmint crawl` makes one, --db names another")
    from pipelines.store import migrate  # Alembic takes long to load, and is needed once a version

    engine = make_engine(place, foreign_keys=False)
    try:
        with engine.execution_options(**{WRITE: True}).begin() as conn:
            found = _revision_of(conn, place)
            if found == COPYING:
                raise BadConfig(f"{label(place)}: a copy that is not finished; start the same `newsmint copy` again")
            if found is not None and not migrate.is_known(found):
                raise BadConfig(
                    f"{label(place)}: written by a newer Newsmint (schema {found}); upgrade newsmint to open it"
                )
            if found != REVISION:
                migrate.upgrade(conn)
    finally:
        engine.dispose()


def revision_at(place: Location, readonly: bool) -> str | None:
    """The revision of the schema that is there; None for no store. Raises BadInput for a database of something else."""
    is_there = isinstance(place, Path) and place.exists() and place.stat().st_size > 0
    engine = make_engine(place, readonly=readonly or is_there)
    try:
        with engine.connect() as conn:
            return _revision_of(conn, place)
    finally:
        engine.dispose()


def _revision_of(conn: Connection, place: Location) -> str | None:
    """The schema's revision; None for an empty database. BadInput for a database of something else."""
    names = set(inspect(conn).get_table_names())
    if not names:
        return None
    if not {"alembic_version", "crawl_run"} <= names:
        raise BadInput(f"{label(place)}: a database, but not a Newsmint store; choose another --db")
    revision = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(revision)
