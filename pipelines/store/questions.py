"""The questions analysts ask, saved as SQL with parameters in ``questions.toml``: one file for ``newsmint ask``, the
desk in the browser and ``docs/cookbook.md``.
"""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from pipelines.errors import UsageError
from pipelines.store.reading import Reading
from pipelines.store.sql import SECONDS, Result, fetch, nearest, timed
from pipelines.store.times import now as this_moment
from pipelines.store.times import parsed

Kind = Literal["text", "integer", "date", "source", "asset", "article"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a question asks for, bound in its SQL as ``:name``.

    ``default`` None: it must be given; an empty text stands for all. A ``date`` binds as ``2026-11-22`` and may be
    given, and has its default, as days back from the newest article: ``-30d``. ``article`` takes an id, the beginning
    of one or a URL and binds the id; ``asset`` takes a name or ticker and binds its key.
    """

    name: str
    kind: Kind
    help: str
    default: str | int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """How to draw a result: bars (or a line over time) of column ``y`` along column ``x``, one series a ``by``."""

    kind: Literal["bar", "line"]
    x: str
    y: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query. ``title`` is a line, ``about`` says what the answer tells and how to read it.

    ``postgresql`` is what a shared store is asked, where that is not the text of ``sql``.
    """

    name: str
    title: str
    about: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    plot: Plot | None = None
    postgresql: str = ""

    def sql_for(self, conn: Reading) -> str:
        """Its text for the database that the connection is to."""
        return self.sql if isinstance(conn, sqlite3.Connection) else self.postgresql or self.sql


@cache
def questions() -> Mapping[str, Question]:
    """All saved questions by name, in the file's order."""
    found = tomllib.loads((files("pipelines.store") / "questions.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: _question(name, fields) for name, fields in found.items()})


def question(name: str) -> Question:
    """The question of this name; UsageError, with the nearest names, where there is none."""
    if name not in questions():
        near = nearest(name, list(questions())) or "`newsmint ask` lists them"
        raise UsageError(f"there is no question {name!r}; {near}")
    return questions()[name]


def run(
    conn: Reading,
    question: Question,
    values: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    now: datetime | None = None,
    seconds: float = SECONDS,
) -> Result:
    """The answer, at most ``limit`` rows of it, or as many as its own ``limit`` says.

    ``now`` is the moment asked from: this one, or that of an ``--as-of``. Raises UsageError for a value that is
    missing, unknown or of the wrong kind, and when it takes too long.
    """
    with timed(conn, seconds):
        told = bound(conn, question, values or {}, now=now)
        if "limit" in told:
            limit = told["limit"] if limit is None else limit
            told["limit"] = limit + 1  # one more, to know whether there are more
        return fetch(conn, question.sql_for(conn), told, limit)


def bound(
    conn: Reading, question: Question, values: Mapping[str, Any], *, now: datetime | None = None
) -> dict[str, Any]:
    """What the parameters of the question's SQL are bound to, defaults and relative dates worked out."""
    known = {each.name: each for each in question.parameters}
    for name in values:
        if name not in known:
            near = nearest(name, list(known)) or f"it has {', '.join(known) or 'none'}"
            raise UsageError(f"{question.name} has no parameter {name!r}; {near}")
    moment = now or this_moment()
    return {"now": int(moment.timestamp())} | {
        each.name: _value(conn, question, each, values.get(each.name), moment) for each in question.parameters
    }


def _value(conn: Reading, question: Question, asked: Parameter, given: Any, now: datetime) -> Any:
    value = asked.default if given is None else given
    if value is None or (asked.default is None and value == ""):
        raise UsageError(f"{question.name} needs {asked.name}: {asked.help}")
    if value == "":
        return ""
    if asked.choices and value not in asked.choices:
        raise UsageError(f"{asked.name}: {value!r} is not one of {', '.join(asked.choices)}")
    return _CONVERT[asked.kind](conn, asked.name, value, now)


def _text(conn: Reading, name: str, value: Any, now: datetime) -> str:
    return str(value).replace("\0", " ")


def _integer(conn: Reading, name: str, value: Any, now: datetime) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: {value!r} is not a whole number") from None


def _date(conn: Reading, name: str, value: Any, now: datetime) -> str:
    text = str(value).strip()
    if text.startswith("-") and text.endswith("d") and text[1:-1].isdigit():
        return (_newest(conn, now) - timedelta(days=min(int(text[1:-1]), 700_000))).date().isoformat()
    moment = parsed(f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text)
    if moment is None:
        raise UsageError(f"{name}: {value!r} is not a date; write 2026-11-22, or -30d for 30 days back")
    return moment.date().isoformat()


def _newest(conn: Reading, now: datetime) -> datetime:
    """When the newest article was published, so that a store that rests for a month still has "the last days"."""
    query = "SELECT max(published_ts) FROM article WHERE published_ts <= :now"
    seconds = conn.execute(query, {"now": int(now.timestamp())}).fetchone()[0]
    return now if seconds is None else datetime.fromtimestamp(seconds, now.tzinfo)


def _source(conn: Reading, name: str, value: Any, now: datetime) -> str:
    keys = [row[0] for row in conn.execute("SELECT key FROM source ORDER BY key")]
    if value not in keys:
        near = nearest(str(value), keys) or "`newsmint stats` lists those that have articles"
        raise UsageError(f"{name}: no source {value!r} in this store; {near}")
    return str(value)


def _asset(conn: Reading, name: str, value: Any, now: datetime) -> str:
    from pipelines.enrich.assets import asset_key  # its tables of names take long to load, and few questions need them

    return asset_key(str(value))


def _article(conn: Reading, name: str, value: Any, now: datetime) -> str:
    text = str(value).strip()
    if "/" in text:
        from pipelines.store.links import url_key

        query, asked = "SELECT article_id FROM article_url WHERE key = :key", url_key(text)
    else:
        query, asked = "SELECT id FROM article WHERE id >= :key AND id < :key || 'g' ORDER BY id LIMIT 2", text.lower()
    ids = [row[0] for row in conn.execute(query, {"key": asked})]
    if len(ids) > 1:
        raise UsageError(f"{name}: {text} begins more than one id: {', '.join(ids)} …")
    if not ids:
        raise UsageError(f"{name}: no article {text!r} in this store; `newsmint search` finds ids")
    return str(ids[0])


_CONVERT = {
    "text": _text, "integer": _integer, "date": _date, "source": _source, "asset": _asset, "article": _article,
}  # fmt: skip


def _question(name: str, fields: dict[str, Any]) -> Question:
    parameters = tuple(_parameter(key, value) for key, value in fields.pop("parameters", {}).items())
    plot = Plot(**fields.pop("plot")) if "plot" in fields else None
    texts = {key: " ".join(fields.pop(key).split()) for key in ("title", "about")}
    return Question(name, **texts, sql=fields.pop("sql").strip(), parameters=parameters, plot=plot, **fields)


def _parameter(name: str, fields: dict[str, Any]) -> Parameter:
    choices = tuple(fields.pop("choices", ()))
    return Parameter(name, kind=fields.pop("type", "text"), choices=choices, **fields)
