"""Runs that follow each other in one session."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection

from pipelines.stages.session import Session
from pipelines.store import open_store
from pipelines.store.runs import record_fetch, runs
from pipelines.store.sources import SourceRow


def test_what_is_written_with_the_turn_of_runs_counts_for_the_run_it_belongs_to(tmp_path: Path) -> None:
    session = Session.open(tmp_path / "news.sqlite3", "test", [SourceRow("larkspur", "Larkspur")], {})

    def fetched(conn: Connection) -> int:
        record_fetch(conn, session.place.run_id, "larkspur", "https://larkspur.example/a", "feed", 200, 9, 0.1, "new")
        return session.place.run_id

    async def turn() -> tuple[int, int, None, int]:
        return await asyncio.gather(
            session.write(fetched), session.write(fetched), session.begin_next(), session.write(fetched)
        )

    assert tuple(asyncio.run(turn())) == (1, 1, None, 2)
    session.close("stopped")
    with open_store(session.store.path) as store, store.connect() as conn:
        done = [(run.id, run.state, run.summary["larkspur"]["new"]) for run in runs(conn)]
    assert done == [(2, "stopped", 1), (1, "done", 2)]


def test_a_turn_that_fails_leaves_the_run_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.open(tmp_path / "news.sqlite3", "test", [SourceRow("larkspur", "Larkspur")], {})

    def broken(*_: object) -> int:
        raise ValueError("no")

    with monkeypatch.context() as patch, pytest.raises(ValueError, match="no"):
        patch.setattr("pipelines.stages.session.start_run", broken)
        asyncio.run(session.begin_next())
    assert session.place.run_id == 1
    session.close("done")


@pytest.mark.postgres
def test_a_run_knows_when_a_shared_store_no_longer_answers(
    shared_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may have its sources by then."""
    monkeypatch.setattr("pipelines.stages.session.CUT_OFF_SECONDS", 0.1)
    session = Session.open(shared_database, "test", [SourceRow("larkspur", "Larkspur")], {})
    answers = threading.Event()

    async def written() -> list[bool]:
        write = asyncio.ensure_future(session.write(lambda conn: answers.wait(10), urgent=True))
        await asyncio.sleep(0.01)
        states = [session.is_cut_off]
        await asyncio.sleep(0.3)
        states.append(session.is_cut_off)
        answers.set()
        await write
        return [*states, session.is_cut_off]

    assert asyncio.run(written()) == [False, True, False]
    session.close("done")
