"""Which articles an export is of: conditions that become one WHERE, a person's own SQL among them.

SQL of a person's own is first run once by ``pipelines.store.sql.read``, which lets through nothing but reading, and
only then made part of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.errors import UsageError
from pipelines.store.questions import bound, question
from pipelines.store.reading import Reading, written
from pipelines.store.sql import read


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions, all of which hold; an empty one selects all. Times are seconds since 1970, ``until`` excluded.

    Several sources, languages, … are alternatives; ``quality`` names rule sets that pass, all of them. ``as_of`` (ISO
    8601 in UTC) is the moment the store is looked at from. ``rights`` leaves out what reserves itself against the
    training of models, as far as that is known. ``where`` is a condition on ``article``; ``sql`` a statement with a
    column ``id`` or ``article_id``; ``query`` the name of a saved question with such a column, ``values`` its
    parameters.
    """

    sources: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    languages: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    without_labels: tuple[str, ...] = ()
    min_words: int | None = None
    quality: tuple[str, ...] = ()
    rights: bool = False
    as_of: str | None = None
    gone: str | None = None
    where: str | None = None
    sql: str | None = None
    query: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """What was asked for, for a manifest: conditions that are not set are left out."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value not in (None, (), {}, False)
        }


def where_clause(conn: Reading, selection: Selection) -> tuple[str, dict[str, Any]]:
    """The condition as SQL and the values it binds. Raises UsageError for SQL that is wrong or would write."""
    values: dict[str, Any] = {}
    parts = [*_lists(selection, values), *_bounds(selection, values), *_own(conn, selection, values)]
    return " AND ".join(parts) or "1 = 1", values


RULE_SETS = ("gopher", "repetition", "fineweb", "c4")
RESERVED = (
    "{} (SELECT 1 FROM article_rights JOIN rights ON rights.id = article_rights.rights_id "
    "WHERE article_rights.article_id = article.id AND rights.ai_allowed = 0)"
)
_LISTS = {
    "sources": "article.source IN ({})",
    "languages": "article.language IN ({})",
    "verdicts": "article.verdict IN ({})",
    "assets": "article.id IN (SELECT article_id FROM article_asset WHERE asset IN ({}))",
    "labels": "EXISTS (SELECT 1 FROM json_each(article.labels) WHERE value IN ({}))",
    "without_labels": "NOT EXISTS (SELECT 1 FROM json_each(article.labels) WHERE value IN ({}))",
}
_BOUNDS = {
    "since": "article.published_ts >= :pick_since",
    "until": "article.published_ts < :pick_until",
    "min_words": "article.word_count >= :pick_min_words",
}


def _lists(selection: Selection, values: dict[str, Any]) -> Iterator[str]:
    for name, condition in _LISTS.items():
        wanted = getattr(selection, name)
        if wanted:
            bindings = {f"pick_{name}_{place}": value for place, value in enumerate(wanted)}
            values |= bindings
            yield condition.format(", ".join(f":{each}" for each in bindings))


def _bounds(selection: Selection, values: dict[str, Any]) -> Iterator[str]:
    for name, condition in _BOUNDS.items():
        if (value := getattr(selection, name)) is not None:
            values[f"pick_{name}"] = value
            yield condition
    if selection.gone == "drop":
        yield "article.gone_at IS NULL"
    if selection.rights:
        yield RESERVED.format("NOT EXISTS")
    for name in selection.quality:
        if name not in RULE_SETS:
            raise UsageError(f"--quality: {name!r} is none of {', '.join(RULE_SETS)}")
        yield f"EXISTS (SELECT 1 FROM quality WHERE article_id = article.id AND {name} = 1)"  # noqa: S608


def _own(conn: Reading, selection: Selection, values: dict[str, Any]) -> Iterator[str]:
    if selection.where:
        for tried in ("SELECT ({}\n) AS met FROM article LIMIT 1", "SELECT 1 FROM article WHERE ({}\n) LIMIT 1"):
            read(conn, tried.format(selection.where))
        yield f"({selection.where}\n)"
    if selection.sql:
        yield _among(conn, selection.sql.strip().rstrip(";"), {}, "--sql")
    if selection.query:
        asked = question(selection.query)
        asked_values = bound(conn, asked, selection.values)
        values |= asked_values
        statement = asked.sql_for(conn).strip().rstrip(";")
        yield _among(conn, written(conn, statement), asked_values, selection.query)


def _among(conn: Reading, statement: str, values: Mapping[str, Any], name: str) -> str:
    columns = read(conn, f"SELECT * FROM ({statement}\n) AS chosen", values, limit=1).columns  # noqa: S608
    found = next((each for each in ("article_id", "id") if each in columns), None)
    if found is None:
        raise UsageError(f"{name}: its result has no column id or article_id, so it selects no articles")
    return f"article.id IN (SELECT {found} FROM ({statement}\n) AS chosen)"  # noqa: S608
