"""A crawl judges its sources at its end and tells of it: a real crawl, a real webhook."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.crawler.conftest import ROOT, Crawl
from tests.crawler.newsstand import Answer, Newsstand
from tests.crawler.webhook import Webhook, webhook


def run(crawl: Crawl, hook: Webhook) -> str:
    env = os.environ | {"NEWSMINT_NOTIFY": hook.url}
    done = subprocess.run(crawl.command(), cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout + done.stderr


@pytest.mark.slow
def test_an_alarm_is_told_when_a_crawl_ends_and_when_it_is_over(stand: Newsstand, tmp_path: Path) -> None:
    crawl = Crawl(stand.sources(tmp_path), tmp_path / "news.sqlite3")
    for path in stand.publish(12):
        stand.answers[path] = Answer(b"<html><body><p>Too short.</p></body></html>")
    with webhook() as hook:
        said = run(crawl, hook)
        stand.publish(12, first=100)
        run(crawl, hook)
    assert [message["title"] for message in hook.messages] == ["Newsmint: 1 new alarm", "Newsmint: 1 over"]
    assert hook.messages[0]["message"].startswith("stand: low_yield: of the last 12 pages 0% became articles: ")
    assert crawl.rows("SELECT kind, cleared_at IS NULL, notified_at IS NULL FROM alarm") == [("low_yield", 0, 0)]
    assert "s3cret" not in said


@pytest.mark.slow
def test_an_address_that_is_none_does_not_fail_the_crawl(stand: Newsstand, tmp_path: Path) -> None:
    crawl = Crawl(stand.sources(tmp_path), tmp_path / "news.sqlite3")
    for path in stand.publish(12):
        stand.answers[path] = Answer(b"<html><body><p>Too short.</p></body></html>")
    env = os.environ | {"NEWSMINT_NOTIFY": "nonsense://s3cret"}
    done = subprocess.run(crawl.command(), cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert "NEWSMINT_NOTIFY: address 1" in done.stderr
    assert "s3cret" not in done.stderr
    assert crawl.rows("SELECT notified_at FROM alarm") == [(None,)]
