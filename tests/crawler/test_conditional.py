"""What is kept of an answer to ask by, and the questions that servers of several habits understand."""

from __future__ import annotations

import pytest

from crawler.conditional import conditions, fresh_seconds, validators_of
from crawler.sample.answers import _unchanged
from pipelines.items import Validators

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"etag": '"a1"', "last-modified": DATE}, Validators('"a1"', DATE)),
        ({"etag": 'W/"a1"'}, Validators('W/"a1"')),
        ({"etag": ' "a1" '}, Validators('"a1"')),
        ({"etag": "a1"}, Validators()),
        ({"etag": '"a\nSet-Cookie: x"'}, Validators()),
        ({"etag": f'"{"x" * 400}"'}, Validators()),
        ({"etag": '"é"', "last-modified": "yesterday"}, Validators()),
        ({}, Validators()),
    ],
)
def test_validators_of_an_answer(headers: dict[str, str], kept: Validators) -> None:
    assert validators_of(headers) == kept


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (Validators('"a1"', DATE), {"If-None-Match": '"a1"', "If-Modified-Since": DATE}),
        (Validators('"a1"'), {"If-None-Match": '"a1"'}),
        (Validators(None, DATE), {"If-Modified-Since": DATE}),
        (Validators('W/"a1"', DATE), {"If-Modified-Since": DATE}),
        (Validators('W/"a1"'), {"If-None-Match": '"a1", W/"a1"'}),
        (Validators(), {}),
    ],
)
def test_conditions(known: Validators, asked: dict[str, str]) -> None:
    assert conditions(known) == asked


@pytest.mark.parametrize("etag", ['"a1"', 'W/"a1"'], ids=["plain", "weakened by compression"])
@pytest.mark.parametrize("wordpress", [True, False])
def test_wordpress_and_others_recognise_what_they_gave(etag: str, wordpress: bool) -> None:
    asked = {name.lower(): value for name, value in conditions(Validators(etag, DATE)).items()}
    assert _unchanged({"wordpress_etag": wordpress, "last_modified": DATE}, '"a1"', asked)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "s-maxage=900, max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=60", "age": "100"}, 0),
        ({"cache-control": "s-maxage=900"}, 0),
        ({"cache-control": "no-cache, max-age=0"}, 0),
        ({"cache-control": "MAX-AGE = 30"}, 30),
        ({}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: float) -> None:
    assert fresh_seconds(headers) == seconds
