"""docs/schema.md names every table, view and column there is, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import inspect

from pipelines.store import Store
from pipelines.store.derived import VIEWS
from pipelines.store.schema import metadata

PAGE = Path(__file__).parents[3] / "docs" / "schema.md"


def documented() -> dict[str, set[str]]:
    """Table or view → the names in the first column of its list."""
    sections = re.split(r"^## `(\w+)`$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    rows = {
        name: re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
        for name, text in zip(*[iter(sections)] * 2, strict=True)
    }
    return {name: {column for row in found for column in re.findall(r"`(\w+)`", row)} for name, found in rows.items()}


def test_the_page_and_the_database_agree(store: Store) -> None:
    names = [*metadata.tables, *VIEWS]
    with store.connect() as conn:
        columns = {name: {each["name"] for each in inspect(conn).get_columns(name)} for name in names}
    assert documented() == columns


def test_all_constraints_are_named() -> None:
    assert [str(each) for table in metadata.tables.values() for each in table.constraints if not each.name] == []
