"""What an export holds, as ``columns.toml`` says: columns of an article, and tables nested in it or beside it.

Two readings of the same columns: as a line of JSON that SQLite itself makes, which is several times faster than making
it in Python, and as plain values for a table of cells.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pipelines.errors import UsageError

Kind = Literal["text", "integer", "real", "texts", "records"]

_ARGUMENTS = 40
"""Columns in one ``json_object``: SQLite takes 100 arguments a function."""
_PICKED = "picked CROSS JOIN article ON article.number = picked.number"
_OLDER = (
    " LEFT JOIN article_version AS was ON was.article_id = article.id AND was.version = picked.version"
    " LEFT JOIN article_past AS past ON past.article_id = article.id AND past.version = picked.version"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``texts`` is a list of strings, ``records`` a list of objects with the ``fields`` (name → kind)."""

    name: str
    kind: Kind
    sql: str
    about: str
    groups: tuple[str, ...] = ()
    fields: Mapping[str, Kind] = field(default_factory=dict)
    rows: Rows | None = None
    then: str = ""
    """SQL for an older version, where it is not that of the latest."""

    @property
    def in_json(self) -> str:
        """As a value within ``json_object``: text that is JSON must be told to be, what is made of rows need not."""
        made_here = self.sql.startswith("(SELECT json_group_array")
        return self.sql if made_here or self.kind not in ("texts", "records") else f"json({self.sql})"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a database table that hang on an article, for a column that nests them."""

    table: str
    order: str
    sources: Mapping[str, str]
    beside: Mapping[str, Kind]
    unless_named: str
    nested: str
    unless_named_then: str
    further: str
    """A condition of its own; a table that has one knows itself what belongs to an older version."""

    def condition(self, nameless: bool) -> str:
        """Which rows are the article's."""
        named = f" AND {self.unless_named}" if nameless and self.unless_named else ""
        further = f" AND {self.further}" if self.further else ""
        return f"{self.table}.article_id = article.id{named}{further}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an export. ``source`` is what its columns are selected from, ``order`` how, after ``picked.place``."""

    name: str
    about: str
    columns: tuple[Column, ...]
    source: str
    order: str = ""

    def select(self, where: str, *, lines: bool) -> str:
        """The query for rows whose ``picked`` meets ``where``: the JSON line in parts, or a value for each column."""
        chosen = _line_parts(self.columns) if lines else [column.sql for column in self.columns]
        order = f"picked.place{f', {self.order}' if self.order else ''}"
        return f"SELECT {', '.join(chosen)} FROM {self.source} WHERE {where} ORDER BY {order}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Shape:
    """What a data set is to hold. ``authors``: ``keep``, ``drop`` or ``hash``; ``tables``: ``nested`` or ``side``.

    ``groups`` and ``columns`` add up; with ``only``, the ``columns`` are all. ``dated``: older versions may be
    exported, and ``picked.version`` says which.
    """

    groups: tuple[str, ...]
    columns: tuple[str, ...] = ()
    tables: str = "nested"
    authors: str = "keep"
    dated: bool = False

    def made(self) -> list[Table]:
        """The tables, that of the articles first. Raises UsageError for a column or group that there is not."""
        chosen = self._chosen()
        beside = [column for column in chosen if column.rows and self.tables == "side"]
        columns = tuple(self._made(column) for column in chosen if column not in beside)
        joins = [sql for group, sql in _data()["join"].items() if any(group in _joined(it) for it in columns)]
        source = " ".join([_PICKED + (_OLDER if self.dated else ""), *joins])
        return [Table("articles", "one row an article", columns, source), *map(self._beside, beside)]

    def _chosen(self) -> list[Column]:
        known = {*group_names(), *(column.name for column in _columns())}
        for name in (*self.groups, *self.columns):
            if name not in known:
                raise UsageError(f"there is no column or group {name!r}; there are {', '.join(sorted(known))}")
        wanted = [column for column in _columns() if self._wanted(column)]
        nested = {column.name for column in wanted if column.rows}
        return [column for column in wanted if column.rows or column.name not in nested]

    def _wanted(self, column: Column) -> bool:
        return column.name in self.columns if self.columns else not {*self.groups}.isdisjoint(column.groups)

    def _made(self, column: Column) -> Column:
        if column.rows:
            return replace(column, sql=self._nested(column, column.rows))
        sql = column.sql
        if "{v}" in sql:
            column = replace(column, then=sql.replace("{v}", "was"))
            sql = sql.replace("{v}", "article")
        if self.dated and column.then:
            sql = f"CASE WHEN picked.version IS NULL THEN {sql} ELSE {column.then} END"
        if column.name == "authors" and self.authors != "keep":
            sql = f"hashed({sql})" if self.authors == "hash" else "'[]'"
        return replace(column, sql=sql)

    def _nested(self, column: Column, rows: Rows) -> str:
        condition = rows.condition(self.authors != "keep")
        pairs = ", ".join(f"'{name}', {name}" for name in column.fields)
        inner = f"SELECT {', '.join(column.fields)} FROM {rows.table} WHERE {condition} ORDER BY {rows.order}"  # noqa: S608
        sql = rows.nested or f"(SELECT json_group_array(json_object({pairs})) FROM ({inner}))"  # noqa: S608
        if not self.dated or rows.further:
            return sql
        named = rows.unless_named_then if self.authors != "keep" and rows.unless_named_then else "1"
        then = column.then.replace("{unless_named}", named) or "'[]'"
        return f"CASE WHEN picked.version IS NULL THEN {sql} ELSE {then} END"

    def _beside(self, column: Column) -> Table:
        rows = column.rows
        assert rows
        kinds: dict[str, Kind] = {"article_id": "text", **column.fields, **rows.beside}
        columns = (
            Column(name, kind, rows.sources.get(name, f"{rows.table}.{name}"), "") for name, kind in kinds.items()
        )
        condition = rows.condition(self.authors != "keep")
        condition += " AND picked.version IS NULL" if self.dated and not rows.further else ""
        source = f"{_PICKED} CROSS JOIN {rows.table} ON {condition}"
        return Table(column.name, column.about, tuple(columns), source, f"{rows.table}.{rows.order}")


@cache
def group_names() -> tuple[str, ...]:
    """What ``--include`` takes."""
    return tuple(dict.fromkeys(group for column in _columns() for group in column.groups))


@cache
def _data() -> Any:
    return tomllib.loads((files("pipelines.export") / "columns.toml").read_text(encoding="utf-8"))


@cache
def _columns() -> tuple[Column, ...]:
    return tuple(column for entry in _data()["column"] for column in _read(entry))


def _read(entry: Mapping[str, Any]) -> Iterator[Column]:
    names = entry.get("names") or [entry["name"]]
    abouts = entry["about"].strip().splitlines()
    for place, name in enumerate(names):
        about = abouts[place] if len(abouts) > 1 else abouts[0]
        kind: Kind = "records" if "rows" in entry else entry.get("type", "text")
        sql = entry.get("sql", "").replace("{name}", name)
        groups = tuple(entry.get("in", [name]))
        rows, then = _rows(entry), entry.get("then", "")
        yield Column(entry.get("prefix", "") + name, kind, sql, about, groups, entry.get("fields", {}), rows, then)


def _rows(entry: Mapping[str, Any]) -> Rows | None:
    if "rows" not in entry:
        return None
    given = (entry.get(name, usual) for name, usual in _USUAL.items())
    return Rows(entry["rows"], *given)


_USUAL: dict[str, Any] = {
    "order": "ordinal",
    "from": {},
    "beside": {},
    "unless_named": "",
    "nested": "",
    "unless_named_then": "",
    "condition": "",
}


def _joined(column: Column) -> tuple[str, ...]:
    """Groups whose join the column reads."""
    return tuple(group for group in ("rights", "quality") if f"{group}." in column.sql)


def _line_parts(columns: tuple[Column, ...]) -> list[str]:
    """The columns as JSON objects of so few that SQLite takes them."""
    pairs = [f"'{column.name}', {column.in_json}" for column in columns]
    return [
        f"json_object({', '.join(pairs[start : start + _ARGUMENTS])})" for start in range(0, len(pairs), _ARGUMENTS)
    ]
