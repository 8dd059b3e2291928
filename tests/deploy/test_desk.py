"""The desk of a fleet: copies of the store, and a desk that is begun anew for each. The scripts are run as they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pipelines.store import open_store
from tests.deploy.files import DEPLOY

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "news.sqlite3"
    open_store(path).close()
    return path


def refresh(store: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": PATH, "NEWSMINT_DATABASE_URL": str(store)}
    script = str(DEPLOY / "bin/newsmint-refresh")
    return subprocess.run([script, str(folder)], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.slow
def test_the_newest_copy_is_now_and_the_one_before_stays(store: Path, tmp_path: Path) -> None:
    folder, seen = tmp_path / "desk", []
    for _ in range(3):
        done = refresh(store, folder)
        assert done.returncode == 0, done.stderr
        seen.append((folder / "now").readlink())
        assert (folder / "now/desk.sqlite3").exists()
        time.sleep(1.1)  # a copy's name is its second
    assert {path.name for path in folder.iterdir()} == {"now", str(seen[-2]), str(seen[-1])}


@pytest.mark.slow
def test_a_store_that_is_not_there_leaves_the_copy_that_is(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    refresh(store, folder)
    before = (folder / "now").readlink()
    assert refresh(tmp_path / "nothing.sqlite3", folder).returncode == 66
    assert (folder / "now").readlink() == before


@pytest.mark.slow
def test_the_desk_waits_for_a_copy_and_takes_each_new_one(store: Path, tmp_path: Path, closed_port: int) -> None:
    folder = tmp_path / "desk"
    words = [str(DEPLOY / "bin/newsmint-desk"), str(folder), "--port", str(closed_port)]
    environment = os.environ | {"PATH": PATH, "DESK_LOOK_SECONDS": "0.2"}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as desk:
        try:
            for _ in range(2):
                assert refresh(store, folder).returncode == 0
                assert desk.stdout is not None
                assert desk.stdout.readline().startswith("The desk: http://127.0.0.1:")
                time.sleep(1.1)
            assert _answers(closed_port)
        finally:
            desk.send_signal(signal.SIGTERM)
            if desk.stdout is not None:
                desk.stdout.read()  # ends when the last server has ended
    assert desk.returncode == 0
    assert not _answers(closed_port, seconds=0.5)


def _answers(port: int, seconds: float = 10.0) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False
