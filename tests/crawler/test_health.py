"""Alarms are told even where they cannot be written down: a disk that is full is what one wants to hear of."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.health import check_after, minimums
from crawler.sources import Source
from pipelines.store import open_store
from pipelines.store.runs import finish_run, record_fetch, start_run
from tests.crawler.webhook import webhook

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise looks for it


@contextmanager
def kept_from_writing(path: Path) -> Iterator[None]:
    """Another process is in the middle of a transaction that writes."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture
def ill(tmp_path: Path) -> Path:
    """A store with a source that is down."""
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        run = start_run(conn, "newsmint crawl", [], {})
        for number in range(6):
            record_fetch(conn, run, "daily", f"https://daily.example/{number}", None, None, None, 1, "failed", "dns")
        finish_run(conn, run, "done", {})
    return path


@pytest.mark.slow
def test_what_cannot_be_written_is_told(
    ill: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with webhook() as hook, kept_from_writing(ill), caplog.at_level(logging.WARNING):
        monkeypatch.setenv("NEWSMINT_NOTIFY", hook.url)
        check_after(ill, ())
    assert [message["title"] for message in hook.messages] == ["Newsmint: 1 new alarm"]
    assert "Alarms could not be written down" in caplog.text


def test_a_store_that_is_gone_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check_after(tmp_path / "gone.sqlite3", ())
    assert "Nobody was told of alarms" in caplog.text


def test_the_minimums_of_the_sources_file() -> None:
    daily = Source("daily", "Daily", "daily.example", healthy_minimum=5)
    assert minimums([daily, Source("weekly", "Weekly", "weekly.example")]) == {"daily": 5}
