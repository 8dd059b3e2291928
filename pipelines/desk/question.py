"""The saved questions, as ``newsmint ask`` has them: a form, the answer, and its plot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipelines.desk.days import DAY, last_days, midnight
from pipelines.desk.plot import DRAWN, Plot, bars, columns
from pipelines.desk.reading import Asked, Reader, Row
from pipelines.errors import UsageError
from pipelines.store.questions import Question, bound, questions

MOST_ROWS = 500
MOST_COLUMNS = 400
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?\Z")


@dataclass(frozen=True, slots=True)
class Questions:
    """All there are."""

    questions: list[Row]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of the form."""

    name: str
    kind: str
    help: str
    value: str
    choices: tuple[str, ...]
    needed: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question and its answer. ``asked`` links to the whole of it; ``error`` says what could not be asked."""

    name: str
    title: str
    about: str
    fields: list[Field]
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    more: bool = False
    plot: Plot | None = None
    shares: list[tuple[str, float, float]] = field(default_factory=list, metadata=DRAWN)
    asked: Asked | None = field(default=None, metadata=DRAWN)
    error: str | None = None


def all_questions(reader: Reader) -> Questions:
    """Every saved question."""
    return Questions([{"name": it.name, "title": it.title, "about": it.about} for it in questions().values()])


def question(reader: Reader, name: str, given: Mapping[str, str]) -> QuestionPage | None:
    """The answer to a saved question with what was ``given``; None where there is none of this name."""
    asked = questions().get(name)
    if asked is None:
        return None
    values = {it.name: given[it.name].strip()[:500] for it in asked.parameters if it.name in given}
    page = QuestionPage(name, asked.title, asked.about, _fields(asked, values, reader))
    if any(it.default is None and not values.get(it.name) for it in asked.parameters):
        return page
    try:
        params = bound(reader.connection, asked, values)
    except UsageError as error:
        return replace(page, error=str(error))
    rows = reader.rows(asked.title, asked.sql_for(reader.connection), MOST_ROWS + 1, **params)
    shown = rows[:MOST_ROWS]
    plot, shares = _drawn(asked, shown)
    return replace(
        page,
        columns=list(shown[0]) if shown else [],
        rows=shown,
        more=len(rows) > MOST_ROWS,
        plot=plot,
        shares=shares,
        asked=reader.asked[-1],
    )


def _fields(asked: Question, values: Mapping[str, str], reader: Reader) -> list[Field]:
    keys = tuple(row[0] for row in reader.connection.execute("SELECT key FROM source ORDER BY key LIMIT 1000"))
    return [
        Field(
            it.name,
            it.kind,
            it.help,
            values.get(it.name, "" if it.default is None else str(it.default)),
            it.choices or (keys if it.kind == "source" else ()),
            it.default is None,
        )
        for it in asked.parameters
    ]


def _drawn(asked: Question, rows: list[Row]) -> tuple[Plot | None, list[tuple[str, float, float]]]:
    """Columns over time, or bars beside their words."""
    how = asked.plot
    if how is None or not rows:
        return None, []
    places = [str(row[how.x]) for row in rows]
    if not all(_DAY.match(place) for place in places):
        return None, bars([(place, float(row[how.y] or 0)) for place, row in zip(places, rows, strict=True)][:40])
    counts: dict[str, dict[str, float]] = {}
    for place, row in zip(places, rows, strict=True):
        of = counts.setdefault(str(row[how.by]) if how.by else "", {})
        of[place] = of.get(place, 0) + (row[how.y] or 0)
    return columns(asked.title, _filled(sorted(set(places)))[-MOST_COLUMNS:], counts), []


def _filled(days: list[str]) -> list[str]:
    """The days with those between them, on which there was nothing; months as they are."""
    if len(days[0]) < len("2026-11-22"):
        return days
    between = (midnight(days[-1]) - midnight(days[0])) // DAY
    return last_days(midnight(days[-1]), min(between + 1, MOST_COLUMNS))
