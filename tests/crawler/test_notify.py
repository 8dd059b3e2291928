"""What people are told, and how it reaches them: a real webhook on loopback."""

from __future__ import annotations

import logging

import pytest

from crawler.notify import MOST_ALARMS, message, send, tell
from pipelines.errors import BadConfig
from pipelines.store.alarms import Alarm
from tests.crawler.webhook import webhook

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise looks for it

SILENT = Alarm("daily", "silent", "nothing new for 3 days", (), "2026-11-22T12:00:00Z")
LAYOUT = Alarm("daily", "layout", "6 of 6 …", ("https://daily.example/a",), "2026-11-22T12:00:00Z")
OVER = Alarm("weekly", "blocked", "8 of 30 …", (), "2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z")


def test_a_message_says_what_is_new_what_to_do_and_what_is_over() -> None:
    title, body = message([SILENT, OVER, LAYOUT])
    assert title == "Newsmint: 2 new alarms, 1 over"
    assert body.splitlines() == [
        "daily: silent: nothing new for 3 days",
        "  → open the site: does it still publish? If it does, `newsmint sources check daily`",
        "daily: layout: 6 of 6 …",
        "  https://daily.example/a",
        "  → read an example with `newsmint show URL --removed`; if the text is whole, nothing is to be done",
        "over: weekly: blocked",
    ]


def test_what_a_page_wrote_does_nothing_in_a_chat_or_a_terminal() -> None:
    hostile = Alarm("daily", "layout", "<!channel> @everyone\x1b[2J\u202e\n`rm`", ("https://a.example/\x07<b>",), "")
    body = message([hostile])[1]
    assert not set(body) & set("<>@\x1b\x07\u202e")
    assert len(body.splitlines()) == 3


def test_a_long_list_is_cut() -> None:
    body = message([SILENT] * (MOST_ALARMS + 5))[1]
    assert body.splitlines()[-1] == "… and 5 more: newsmint health"


def test_it_arrives() -> None:
    with webhook() as hook:
        assert tell([SILENT], [hook.url])
    assert [(it["title"], it["message"].splitlines()[0]) for it in hook.messages] == [
        ("Newsmint: 1 new alarm", "daily: silent: nothing new for 3 days")
    ]


def test_one_address_that_takes_it_is_enough_and_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), webhook() as broken, webhook() as hook:
        broken.status = 500
        assert send("t", "b", [broken.url, hook.url])
        assert not send("t", "b", [broken.url])
    assert "Nobody could be told by json://…" in caplog.text
    assert "s3cret" not in caplog.text


def test_an_address_of_no_service_is_named_by_its_place_alone() -> None:
    with pytest.raises(BadConfig, match="address 2") as raised, webhook() as hook:
        send("t", "b", [hook.url, "nonsense://user:s3cret@host"])
    assert "s3cret" not in str(raised.value)
    assert hook.messages == []


def test_nothing_to_tell_sends_nothing() -> None:
    with webhook() as hook:
        assert not tell([], [hook.url])
    assert hook.messages == []
