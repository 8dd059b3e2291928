"""The health of one source, judged now as ``newsmint health`` judges it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine

from pipelines.health import ADVICE, Health
from pipelines.health.pace import spoken
from pipelines.sqlite import connect
from pipelines.store.health import report

CACHE_KIB = 2_048


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure beside its usual value, in words."""

    name: str
    value: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say of a source. ``troubles``: kind, detail and what to do."""

    figures: list[Figure]
    troubles: list[tuple[str, str, str]]


def verdict(place: Path | Engine, key: str, at: datetime) -> Verdict | None:
    """The health of a source; None for one that is not crawled any more, or was never."""
    with (place if isinstance(place, Engine) else _engine(place)).connect() as conn:
        found = report(conn, at, keys=[key]).sources
    return _said(found[0]) if found else None


def _said(health: Health) -> Verdict:
    silent = None if health.silent_seconds is None else spoken(health.silent_seconds)
    allowed = "" if health.allowed_seconds is None else f"{spoken(health.allowed_seconds)} would be unusual"
    failed = sum(health.failures.values())
    lost = ", ".join(f"{name} {share:.0%}" for name, share in health.fields.items() if share < 0.9)
    figures = (
        ("Articles a day", None if health.articles_a_day is None else f"{health.articles_a_day:.1f}", ""),
        ("Since the last new one", silent, allowed),
        ("Pages that became articles", _percent(health.stored), _usually(_percent(health.usually_stored))),
        ("Words of a body", _whole(health.words), _usually(_whole(health.usual_words))),
        ("Failed of the latest visits", str(failed), ", ".join(health.failures)),
        ("Fields that articles lack", lost or "none", ""),
    )
    troubles = [(str(it.kind), it.detail, ADVICE[it.kind].replace("KEY", health.source)) for it in health.troubles]
    return Verdict([Figure(name, value, usual) for name, value, usual in figures if value is not None], troubles)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _whole(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"


def _usually(value: str | None) -> str:
    return f"{value} usually" if value else ""


@lru_cache(maxsize=4)
def _engine(file: Path) -> Engine:
    """One whose connections are closed after use: each has a cache of its own."""
    return create_engine("sqlite://", creator=partial(_connection, file), poolclass=NullPool)


def _connection(file: Path) -> sqlite3.Connection:
    connection = connect(file, readonly=True)
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}").close()
    return connection
