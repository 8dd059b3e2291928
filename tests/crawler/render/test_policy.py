"""Which of a page's requests are answered, and what of their headers goes on."""

from __future__ import annotations

import pytest

from crawler.render.policy import BODY_MOST, refusal, request_headers, response_headers

HOME, AWAY = "https://api.paper.example/stories/7", "https://cdn.example/app.js"


@pytest.mark.parametrize(
    ("kind", "method", "url", "size", "why"),
    [
        ("script", "GET", AWAY, 0, None),
        ("stylesheet", "GET", AWAY, 0, None),
        ("fetch", "GET", HOME, 0, None),
        ("xhr", "POST", HOME, 200, None),
        ("fetch", "POST", HOME, BODY_MOST + 1, "too_much_sent"),
        ("fetch", "POST", AWAY, 200, "method"),
        ("fetch", "DELETE", HOME, 0, "method"),
        ("script", "POST", HOME, 0, "method"),
        ("image", "GET", HOME, 0, "image"),
        ("font", "GET", HOME, 0, "font"),
        ("media", "GET", HOME, 0, "media"),
        ("ping", "POST", HOME, 0, "ping"),
        ("websocket", "GET", "wss://paper.example/", 0, "websocket"),
        ("fetch", "GET", "file:///etc/passwd", 0, "scheme"),
        ("fetch", "GET", "https://name:word@paper.example/", 0, "scheme"),
        ("script", "GET", "https://www.googletagmanager.com/gtm.js?id=1", 0, "tracker"),
        ("script", "GET", "https://notgoogletagmanager.com/gtm.js", 0, None),
    ],
)
def test_only_what_makes_text_is_answered(kind: str, method: str, url: str, size: int, why: str | None) -> None:
    assert refusal(kind, method, url, size, "paper.example") == why


SENT = {
    "accept": "*/*",
    "authorization": "Bearer public",
    "cookie": "id=1",
    "content-type": "application/json",
    "if-none-match": '"1"',
    "referer": "https://paper.example/",
    "sec-ch-ua": "Chromium",
    "user-agent": "Chromium",
    "x-api-key": "public",
}


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (HOME, ["accept", "authorization", "content-type", "referer", "x-api-key"]),
        (AWAY, ["accept", "referer"]),
    ],
)
def test_no_cookie_goes_out_and_keys_go_home_only(url: str, names: list[str]) -> None:
    assert sorted(request_headers(SENT, url, "paper.example")) == names


def test_the_browser_is_told_to_remember_nothing() -> None:
    came = {
        "content-type": "text/html",
        "set-cookie": "id=1",
        "content-encoding": "gzip",
        "refresh": "0",
        "x-a": "b",
        "x-c": "\0",
    }
    assert response_headers(came) == {"content-type": "text/html", "x-a": "b"}
