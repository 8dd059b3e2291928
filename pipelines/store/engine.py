"""SQLAlchemy engines for a store's file."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from pipelines.sqlite import connect

WRITE = "newsmint_write"
"""Execution option: begin with ``BEGIN IMMEDIATE``, so that a transaction that will write waits at its start."""


def make_engine(path: str | Path, *, readonly: bool = False, foreign_keys: bool = True) -> Engine:
    """An engine on the file. The write-ahead log keeps readers and the writer out of each other's way.

    The connection used last is used next: whoever writes finds its pages still cached, which another's commit would
    have emptied, and no further connection fills a cache of its own.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=partial(connect, path, readonly=readonly, foreign_keys=foreign_keys),
        json_serializer=_json,
        pool_use_lifo=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(conn: Connection) -> None:
    options: Any = conn.get_execution_options()
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


def _json(value: Any) -> str:
    """JSON that people can read in the database; ``?`` for lone surrogates, which UTF-8 cannot hold."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
