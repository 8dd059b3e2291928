"""One crawl at a time on a database, however the one before ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import StoreBusy
from pipelines.store.lock import crawl_holder, crawl_lock
from pipelines.store.process import is_alive, me

HOLD = """
import sys, time
from pathlib import Path
from pipelines.store.lock import crawl_lock
with crawl_lock(Path(sys.argv[1]), "newsmint crawl coindesk"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "news.sqlite3"


def test_the_second_crawl_hears_who_and_since_when(database: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "held\n"
    with pytest.raises(StoreBusy) as refusal, crawl_lock(database):
        pass
    assert refusal.value.exit_code == 75
    assert f"`newsmint crawl coindesk` (process {holder.pid})" in str(refusal.value)
    assert "since 20" in str(refusal.value)
    assert crawl_holder(database) in str(refusal.value)  # type: ignore[operator]
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert crawl_holder(database) is None
    with crawl_lock(database):
        assert f"process {os.getpid()}" in (crawl_holder(database) or "")


def test_the_lock_is_given_back(database: Path) -> None:
    for _ in range(2):
        with crawl_lock(database):
            pass
    with pytest.raises(ZeroDivisionError), crawl_lock(database):
        _ = 1 / 0
    with crawl_lock(database), pytest.raises(StoreBusy), crawl_lock(database):
        pass


def test_databases_have_locks_of_their_own(tmp_path: Path) -> None:
    with crawl_lock(tmp_path / "a.sqlite3"), crawl_lock(tmp_path / "b.sqlite3"):
        assert crawl_holder(tmp_path / "c.sqlite3") is None


def test_a_note_that_cannot_be_read(database: Path) -> None:
    with crawl_lock(database):
        database.with_name("news.sqlite3.lock").write_text("[]")
        assert crawl_holder(database) == "another crawl into it is running"


def test_whether_a_process_lives() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    mine, theirs = me(), me().replace(str(os.getpid()), str(done.pid), 1)
    done.wait()
    host, pid, start = mine.split(":")
    assert is_alive(mine)
    assert not is_alive(theirs)
    assert not is_alive(f"{host}:{pid}:{int(start or 1) + 1}") or not start
    assert is_alive(f"elsewhere:{pid}:1")
