"""Column types that mean the same in both databases. The models and the migrations are made of them.

Integers have 64 bits, as SQLite's have. PostgreSQL keeps JSON as ``jsonb``, which can be compared and indexed, and
sorts text by code points, as SQLite does, whatever the server's language is.
"""

from __future__ import annotations

from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

Value = TypeVar("Value")


_BY_CODE_POINTS = sa.Text(collation="C")


class Text(sa.TypeDecorator[str]):
    """Text that any database takes: without NUL, and with ``?`` for lone surrogates, which JSON in pages may spell."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _BY_CODE_POINTS if dialect.name == "postgresql" else self.impl_instance

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return storable(value)


Integer: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

JSON: TypeEngine[Any] = sa.JSON().with_variant(JSONB(), "postgresql")

NULLABLE_JSON: TypeEngine[Any] = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""``None`` is the database's NULL, not JSON's."""


def storable(value: Value) -> Value:
    """A value of a row; text without what databases refuse."""
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.replace("\0", "").encode(errors="replace").decode()  # type: ignore[return-value]


def storable_all(values: list[Any]) -> list[Any]:
    """``storable`` for each of the values of a text column, which are looked at as one where that is enough."""
    together = "".join(filter(None, values))
    return values if together.isascii() and "\0" not in together else [storable(each) for each in values]


def partial(condition: str) -> dict[str, Any]:
    """The arguments of an ``Index`` over only the rows that meet a condition."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
