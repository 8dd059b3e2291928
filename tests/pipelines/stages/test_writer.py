"""Works share transactions, fail alone, and are safe once their future resolves."""

from __future__ import annotations

import sqlite3
import threading
from functools import partial

import pytest
from sqlalchemy import Connection, text

from pipelines.errors import StoreBusy
from pipelines.stages import writer as writing
from pipelines.stages.writer import NothingWritten, Writer
from pipelines.store import Store
from pipelines.store.dialect import run
from pipelines.store.sources import ensure_sources


def keys(store: Store) -> list[str]:
    with store.connect() as conn:
        return list(conn.execute(text("SELECT key FROM source ORDER BY key")).scalars())


def test_a_work_is_committed_when_its_future_resolves(store: Store) -> None:
    writer = Writer(store)
    writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]), urgent=True).result(timeout=10)
    assert keys(store) == ["larkspur"]
    writer.close()


def test_works_share_a_transaction_and_keep_their_order(store: Store) -> None:
    writer, began = Writer(store), []

    def work(conn: Connection) -> int:
        began.append(conn.connection.dbapi_connection)
        return len(began)

    answers = [writer.submit(work) for _ in range(10)]
    assert [answer.result(timeout=10) for answer in answers] == list(range(1, 11))
    writer.close()
    assert len(set(map(id, began))) == 1


def test_a_work_that_raises_undoes_itself_alone(store: Store) -> None:
    writer = Writer(store)

    def broken(conn: Connection) -> None:
        ensure_sources(conn, ["half-done"])
        raise ValueError("no")

    good = writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]))
    bad = writer.submit(broken)
    more = writer.submit(lambda conn: ensure_sources(conn, ["meadow"]))
    with pytest.raises(ValueError, match="no"):
        bad.result(timeout=10)
    good.result(timeout=10)
    more.result(timeout=10)
    writer.close()
    assert keys(store) == ["larkspur", "meadow"]


def test_what_the_database_refuses_at_the_very_end_of_a_work_is_told_of_that_work(store: Store) -> None:
    writer = Writer(store)
    unknown = "INSERT INTO learned_source (source, articles) VALUES ('nobody', 1)"
    works = [lambda conn: ensure_sources(conn, ["larkspur"]), lambda conn: run(conn, unknown), lambda conn: 7]
    good, bad, more = [writer.submit(work) for work in works]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        bad.result(timeout=10)
    assert (good.result(timeout=10), more.result(timeout=10)) == (None, 7)
    writer.close()
    assert keys(store) == ["larkspur"]


def test_what_was_sent_after_a_refused_statement_is_sent_again_without_harm(store: Store) -> None:
    """A driver that prepares statements may take one for prepared that the server passed over."""
    rename = "UPDATE source SET name = ? WHERE key = 'larkspur'"

    def refused(conn: Connection) -> None:
        run(conn, "INSERT INTO learned_source (source, articles) VALUES ('nobody', 1)")
        run(conn, rename, ("no",))

    writer = Writer(store)
    writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]))
    for _ in range(3):
        bad = [writer.submit(refused) for _ in range(12)]
        good = writer.submit(lambda conn: run(conn, rename, ("yes",)), urgent=True)
        good.result(timeout=10)
        assert ["foreign key" in str(each.exception()).lower() for each in bad] == [True] * 12
    writer.close()
    with store.connect() as conn:
        assert conn.execute(text("SELECT name FROM source")).scalar() == "yes"


def test_a_work_that_has_written_nothing_undoes_nothing(store: Store) -> None:
    writer, begun = Writer(store), []

    def refusing(conn: Connection) -> None:
        raise NothingWritten("no")

    def counted(conn: Connection) -> None:
        begun.append(1)
        ensure_sources(conn, ["larkspur"])

    good, bad = writer.submit(counted), writer.submit(refusing)
    with pytest.raises(NothingWritten):
        bad.result(timeout=10)
    good.result(timeout=10)
    writer.close()
    assert (keys(store), len(begun)) == (["larkspur"], 1)


def test_a_source_that_was_undone_is_not_taken_for_known(store: Store) -> None:
    writer = Writer(store)

    def undone(conn: Connection) -> None:
        ensure_sources(conn, ["larkspur"])
        raise ValueError("no")

    bad, good = writer.submit(undone), writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]))
    with pytest.raises(ValueError, match="no"):
        bad.result(timeout=10)
    good.result(timeout=10)
    writer.close()
    assert keys(store) == ["larkspur"]


def test_closing_commits_what_is_waiting(store: Store) -> None:
    writer = Writer(store)
    for number in range(120):
        writer.submit(partial(ensure_sources, keys=[f"source-{number:03}"]))
    writer.close()
    assert len(keys(store)) == 120


@pytest.mark.slow
def test_another_writer_is_waited_for(file_store: Store) -> None:
    other = sqlite3.connect(file_store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(6, other.rollback).start()  # longer than one try waits
    writer = Writer(file_store)
    writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]), urgent=True).result(timeout=30)
    writer.close()
    other.close()
    assert keys(file_store) == ["larkspur"]


def test_trouble_that_lasts_is_told_once_for_each_batch(file_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BUSY_TRIES", 1)
    told: list[BaseException] = []
    other = sqlite3.connect(file_store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(file_store, told.append)
    answer = writer.submit(lambda conn: ensure_sources(conn, ["larkspur"]), urgent=True)
    with pytest.raises(StoreBusy):
        answer.result(timeout=30)
    other.rollback()
    other.close()
    writer.close()
    assert [type(error) for error in told] == [StoreBusy]
