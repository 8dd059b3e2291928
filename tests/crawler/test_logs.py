"""Log lines as JSON."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from crawler.logs import JsonLines, check_style
from pipelines.errors import BadConfig


def line(message: str, *args: object, level: int = logging.INFO, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord("crawler", level, "", 1, message, args, more.pop("exc_info", None))
    vars(record).update(more)
    text = JsonLines(lambda: 7, ["daily"]).format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_is_an_object() -> None:
    found = line("%s: feed: %s", "daily", "says\nnothing \x1b[31m“new”", level=logging.WARNING)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "warning",
        "run": 7,
        "source": "daily",
        "event": "daily: feed: says\nnothing \x1b[31m“new”",
    }


def test_what_is_about_no_source() -> None:
    assert line("%s: feed", "weekly")["source"] is None
    assert line("nothing")["source"] is None


def test_further_fields_and_errors() -> None:
    try:
        raise ValueError("no\nnumber")
    except ValueError:
        found = line("failed", exc_info=sys.exc_info(), fields={"pages": 3})
    assert (found["pages"], found["error"]) == (3, "ValueError: no\nnumber")


def test_a_style_that_is_none() -> None:
    with pytest.raises(BadConfig, match="NEWSMINT_LOG_FORMAT"):
        check_style("xml")
