"""Retry-After as servers write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.http import Response

from crawler.headers import headers_of, retry_after

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 13:01:00 +0100", 60.0),
        ("Sun, 22 Nov 2020 12:00:00 GMT", 0.0),
        ("99999999999999999999", 999999999.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, AT) == seconds


def test_names_are_lower_case_and_values_joined() -> None:
    headers = {"X-One": ["a", "b"], "Content-Type": "text/html"}
    assert headers_of(Response("https://larkspur.example/", headers=headers)) == {
        "x-one": "a,b",
        "content-type": "text/html",
    }
