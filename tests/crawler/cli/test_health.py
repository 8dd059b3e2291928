"""``newsmint health`` and ``newsmint notify``, on a store with one source that is well and one that is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from pipelines.errors import MissingInput, NewsmintError, Unreachable, UsageError
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.runs import finish_run, record_fetch, start_run
from pipelines.store.times import now, utc_text
from tests.crawler.webhook import webhook
from tests.pipelines.store.examples import an_article, url

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise looks for it

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The verb with these words; ``daily`` is well, ``weekly`` down."""
    monkeypatch.delenv("NEWSMINT_NOTIFY", raising=False)
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        run = start_run(conn, "newsmint crawl all", ["daily", "weekly"], {})
        save_article(conn, an_article(published_at=utc_text(now() - timedelta(hours=1))))
        record_fetch(conn, run, "daily", url("token-listed"), "feed", 200, 9, 0.1, "new")
        for number in range(4):
            address = f"https://weekly.example/\x1b[31m{number}"
            record_fetch(conn, run, "weekly", address, "feed", None, None, 1, "failed", "timeout: 30 s")
        finish_run(conn, run, "done", {})

    def run_cli(*words: str) -> Result:
        result = CliRunner().invoke(cli, [*words, *([] if "--test" in words else ["--db", str(path)])])
        if isinstance(result.exception, NewsmintError):
            raise result.exception
        return result

    return run_cli


def test_problems_come_first_with_what_to_do_and_the_exit_code_says_so(call: Call) -> None:
    result = call("health")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "weekly: unreachable: nothing but failures: timeout 4"
    assert "\x1b" not in lines[1]
    assert "newsmint sources check weekly" in result.stdout
    table = [line.split() for line in lines if line.startswith((" daily ", " weekly "))]
    assert [row[0] for row in table] == ["weekly", "daily"]
    assert lines[-1] == "1 of 2 sources well"


def test_a_source_that_is_well(call: Call) -> None:
    result = call("health", "daily")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 of 1 sources well")


def test_as_json_with_all_figures(call: Call) -> None:
    daily, weekly = (json.loads(line) for line in call("health", "--json").stdout.splitlines())
    assert (daily["source"], daily["stored"], daily["troubles"]) == ("daily", 1.0, [])
    assert (weekly["failures"], weekly["troubles"][0]["kind"]) == ({"timeout": 4}, "unreachable")
    assert weekly["troubles"][0]["todo"]
    assert daily["last_new"] == daily["looked_at"]
    assert datetime.fromisoformat(daily["last_published"]) < now()


def test_a_source_that_is_not_stored(call: Call) -> None:
    with pytest.raises(MissingInput, match="monthly"):
        call("health", "monthly")


def test_a_store_without_a_crawl(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    open_store(path).close()
    result = CliRunner().invoke(cli, ["health", "--db", str(path)])
    assert result.exit_code == 1
    assert "no source was crawled yet" in result.stderr


def test_an_alarm_is_told_once_and_health_says_since_when(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as hook:
        monkeypatch.setenv("NEWSMINT_NOTIFY", hook.url)
        assert call("notify").stdout == "1 alarm to tell\n"
        assert call("notify").stdout == "nothing new to tell\n"
    assert [it["title"] for it in hook.messages] == ["Newsmint: 1 new alarm"]
    assert "(since 20" in call("health").stdout


def test_an_alarm_that_nobody_took_is_told_at_the_next_look(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as hook:
        monkeypatch.setenv("NEWSMINT_NOTIFY", hook.url)
        hook.status = 500
        call("notify")
        hook.status = 200
        call("notify")
        call("notify")
    assert len(hook.messages) == 2


def test_a_test_message(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="NEWSMINT_NOTIFY is not set"):
        call("notify", "--test")
    with webhook() as hook:
        monkeypatch.setenv("NEWSMINT_NOTIFY", hook.url)
        assert call("notify", "--test").stdout == "sent to 1 address\n"
        hook.status = 404
        with pytest.raises(Unreachable):
            call("notify", "--test")
