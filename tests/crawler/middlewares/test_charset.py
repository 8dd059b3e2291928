"""Compressed answers are handed on as bytes; all others as they came."""

from __future__ import annotations

import gzip

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.middlewares.charset import PlainWhileCompressed

REQUEST = Request("https://larkspur.example/")


def test_a_compressed_page_is_no_text_yet() -> None:
    body = gzip.compress(b"<p>Fees fall.</p>")
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    answer = HtmlResponse(REQUEST.url, 203, headers=headers, body=body, flags=["cached"])
    plain = PlainWhileCompressed().process_response(REQUEST, answer)
    assert type(plain) is Response
    assert (plain.url, plain.status, plain.body, plain.flags) == (answer.url, 203, body, ["cached"])
    assert plain.headers == answer.headers


def test_any_other_answer_is_left_alone() -> None:
    answer = HtmlResponse(REQUEST.url, body=b"<p>Fees fall.</p>")
    assert PlainWhileCompressed().process_response(REQUEST, answer) is answer
