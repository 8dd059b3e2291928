"""Reading a shared store as one reads SQLite: the same text of a statement, the same values in its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from pipelines.errors import UsageError
from pipelines.postgres import need_driver, number_loader
from pipelines.store.dialect import quoted
from pipelines.store.postgres.spelling import spelled, with_names

_SCHEMA = (
    "SELECT name, current_setting('search_path') LIKE 'sqlite, %' "
    "FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place) "
    "WHERE name NOT IN ('sqlite', 'pg_catalog') ORDER BY place LIMIT 1"
)
_PATH = "SELECT set_config('search_path', 'sqlite, pg_catalog, ' || quote_ident(%s), true)"
_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'p') AND relpersistence <> 't' "
    "AND relnamespace = to_regnamespace(%(schema)s) ORDER BY relname"
)
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped "
    "ORDER BY attnum"
)


class Shared:
    """psycopg's connection, within a transaction, in the manner of ``sqlite3.Connection``."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.schema, is_set = connection.execute(_SCHEMA).fetchone()
        if not is_set:
            connection.execute(_PATH, (self.schema,))

    def execute(self, sql: str, values: Any = (), /) -> Any:
        """Run a statement that is written for SQLite, with its values by name."""
        cursor = adapted(self._connection.cursor())
        return cursor.execute(with_names(spelled(sql)), dict(values))

    def executemany(self, sql: str, values: Any, /) -> Any:
        """Run a statement once for each of the values, which are mappings."""
        cursor = adapted(self._connection.cursor())
        cursor.executemany(with_names(spelled(sql)), values)
        return cursor

    @contextmanager
    def declared(self, sql: str, values: Mapping[str, Any], most: int | None) -> Iterator[Any]:
        """A cursor of the server's on one statement of PostgreSQL's own, of which ``most`` rows are wanted."""
        name = "newsmint_asked"  # so that the server keeps the rows that nobody asks for
        self._connection.execute(f"SET LOCAL cursor_tuple_fraction = {1.0 if most is None else 0.1}")
        with adapted(self._connection.cursor(name)) as cursor:
            cursor.execute(with_names(sql), dict(values))
            yield cursor

    @contextmanager
    def told(self, sql: str, values: Mapping[str, Any]) -> Iterator[Any]:
        """A cursor on one statement that is no query, as EXPLAIN."""
        with adapted(self._connection.cursor()) as cursor:
            yield cursor.execute(with_names(sql), dict(values), prepare=True)  # what is prepared is one statement

    @contextmanager
    def apart(self, *, keep: bool = False) -> Iterator[None]:
        """Within it, an error leaves the transaction whole; its settings end with it, and unless ``keep`` its work."""
        with self._connection.transaction(force_rollback=not keep):
            yield

    @contextmanager
    def timed(self, seconds: float) -> Iterator[None]:
        """Within it, a statement that runs past so many seconds ends with a UsageError."""
        psycopg = need_driver()
        try:
            with self.apart():
                self._connection.execute(f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}")
                yield
        except psycopg.errors.QueryCanceled as error:
            raise UsageError(
                f"took longer than {seconds:g} s and was stopped; narrow it, or allow it more time"
            ) from error

    @contextmanager
    def looking_only(self, *, hidden: bool) -> Iterator[None]:
        """Within it, nothing can be changed; with ``hidden``, the store's own tables are not found either."""
        self._connection.execute("SET LOCAL transaction_read_only = on")
        if hidden:
            self._connection.execute("SET LOCAL search_path = sqlite, pg_catalog, pg_temp")
        yield

    def table_names(self) -> list[str]:
        """The store's tables and views."""
        return [row[0] for row in self._connection.execute(_TABLES, {"schema": quoted(self.schema)})]

    def column_names(self, table: str) -> list[str]:
        """The columns of one of them, in their order."""
        named = f"{quoted(self.schema)}.{quoted(table)}"
        return [row[0] for row in self._connection.execute(_COLUMNS, {"table": named})]

    def schemas(self) -> set[str]:
        """The names of all schemas."""
        return {row[0] for row in self._connection.execute("SELECT nspname FROM pg_namespace")}


def adapted(cursor: Any) -> Any:
    """The cursor with values as SQLite gives and takes them."""
    for name, loader in _loaders():
        cursor.adapters.register_loader(name, loader)
    cursor.adapters.register_dumper(str, _dumper())
    return cursor


@cache
def _loaders() -> tuple[tuple[str, Any], ...]:
    need_driver()
    from psycopg.adapt import Loader
    from psycopg.types.string import TextLoader

    class Truth(Loader):
        """0 or 1."""

        def load(self, data: Any) -> int:
            return int(bytes(data) == b"t")

    texts = ("json", "jsonb", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "tsvector", "name")
    return (("numeric", number_loader()), ("bool", Truth), *((name, TextLoader) for name in texts))


@cache
def _dumper() -> Any:
    from psycopg.types.string import StrDumper

    return StrDumper
