from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.discovery import Candidate, UnusableListing, wordpress
from pipelines.items import Hint

BASE = "https://harbor.example/wp-json"
URL = wordpress.posts_url(BASE)


def post(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date_gmt": "2026-03-02T10:00:00",
        "modified_gmt": "2026-03-03T11:30:00",
        "link": f"https://harbor.example/story-{number}/",
        "title": {"rendered": "Miners&#8217; &amp; traders&#8217; day"},
        "content": {"rendered": "<p>All of it.</p>\n", "protected": False},
        "excerpt": {"rendered": "<p>Some of it [&hellip;]</p>\n", "protected": False},
        "_embedded": {
            "author": [{"id": 3, "name": "Ann Example"}],
            "wp:term": [
                [
                    {"taxonomy": "category", "name": "Markets &amp; Prices", "slug": "markets"},
                    {"taxonomy": "category", "name": "Bitcoin", "slug": "bitcoin"},
                ],
                [{"taxonomy": "post_tag", "name": "ETF", "slug": "etf"}],
            ],
        },
    } | fields


def answer(*posts: Any) -> bytes:
    return json.dumps(posts).encode()


def test_the_request() -> None:
    parts = urlsplit(
        wordpress.posts_url(BASE, page=2, since=datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    )
    assert (parts.netloc, parts.path) == ("harbor.example", "/wp-json/wp/v2/posts")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert query["per_page"] == "100" and query["page"] == "2" and query["_embed"] == "author,wp:term"
    assert query["modified_after"] == "2026-03-01T00:00:00Z"


def test_the_request_to_a_site_with_plain_permalinks() -> None:
    url = wordpress.posts_url("https://harbor.example/index.php?rest_route=/")
    assert url.startswith("https://harbor.example/index.php?rest_route=/wp/v2/posts&per_page=100&")


def test_all_that_a_post_says() -> None:
    (candidate,) = wordpress.discover(URL, answer(post()), {}).candidates
    assert candidate == Candidate(
        "https://harbor.example/story-1/",
        Hint(
            route="wordpress",
            title="Miners’ & traders’ day",
            authors=("Ann Example",),
            published_at="2026-03-02T10:00:00+00:00",
            modified_at="2026-03-03T11:30:00+00:00",
            section="Markets & Prices",
            tags=("Bitcoin", "ETF"),
            summary="Some of it […]",
            content_html="<p>All of it.</p>\n",
        ),
    )


def test_what_is_not_public_is_left_out() -> None:
    hidden = post(2, content={"rendered": "", "protected": True})
    draft = post(3, status="draft")
    found = wordpress.discover(URL, answer(hidden, draft, post(4, status="publish")), {}).candidates
    assert [each.url for each in found] == ["https://harbor.example/story-4/"]


def test_uncategorized_is_no_section() -> None:
    terms = [[{"taxonomy": "category", "name": "Uncategorized", "slug": "uncategorized"}]]
    (candidate,) = wordpress.discover(URL, answer(post(_embedded={"wp:term": terms})), {}).candidates
    assert (candidate.hint.section, candidate.hint.tags, candidate.hint.authors) == (None, (), ())


@pytest.mark.parametrize(
    ("page", "headers", "posts", "following"),
    [
        (1, {"X-WP-TotalPages": "3"}, 100, 2),
        (2, {"x-wp-totalpages": "3"}, 100, 3),
        (3, {"X-WP-TotalPages": "3"}, 40, None),
        (1, {"X-WP-TotalPages": "1"}, 100, None),
        (1, {}, 100, 2),
        (1, {}, 99, None),
        (1, {"X-WP-TotalPages": "many"}, 100, 2),
        (1, {"X-WP-TotalPages": "3"}, 0, None),
    ],
)
def test_paging(page: int, headers: dict[str, str], posts: int, following: int | None) -> None:
    body = answer(*[post(number) for number in range(posts)])
    found = wordpress.discover(wordpress.posts_url(BASE, page=page), body, headers)
    assert len(found.candidates) == posts
    assert found.follow == ((wordpress.posts_url(BASE, page=following),) if following else ())


def test_since_ends_the_paging() -> None:
    """WordPress before 5.7 does not know modified_after and would page through the whole archive."""
    old = post(2, date_gmt="2025-01-01T00:00:00", modified_gmt="2025-01-01T00:00:00")
    since = datetime(2026, 3, 1, tzinfo=UTC)
    pages = {"X-WP-TotalPages": "9"}
    found = wordpress.discover(URL, answer(post(), old), pages, since=since)
    assert [each.url for each in found.candidates] == ["https://harbor.example/story-1/"] and found.follow
    assert wordpress.discover(URL, answer(old), pages, since=since).follow == ()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, b'{"code":"rest_not_logged_in","message":"No."}', "wants a login (401)"),
        (403, b"<html>Forbidden</html>", "forbids it (403)"),
        (404, b"<html>Not found</html>", "has none (404)"),
        (200, b'{"code":"rest_cannot_access","message":"No."}', "answers rest_cannot_access"),
    ],
)
def test_a_closed_api_is_a_reason_not_an_error(status: int, body: bytes, reason: str) -> None:
    found = wordpress.discover(URL, body, {}, status=status)
    assert found.candidates == () and reason in str(found.reason)


def test_past_the_last_page_there_is_nothing() -> None:
    found = wordpress.discover(URL, b'{"code":"rest_post_invalid_page_number"}', {}, status=400)
    assert (found.candidates, found.follow, found.reason) == ((), (), None)


@pytest.mark.parametrize(
    "noise", [b"\xef\xbb\xbf", b"\n", b"<br />\n<b>Notice</b>: a plugin [x] talks in <b>a.php</b>\n"]
)
def test_what_php_prints_before_the_answer_is_skipped(noise: bytes) -> None:
    assert len(wordpress.discover(URL, noise + answer(post()), {}).candidates) == 1
    assert wordpress.discover(URL, noise + b"[]", {}).candidates == ()


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html><html></html>", b'"text"', b"{}", b'{"code": 7}', b"[" * 200_000]
)
def test_what_is_no_answer_is_named(body: bytes) -> None:
    with pytest.raises(UnusableListing) as caught:
        wordpress.discover(URL, body, {})
    assert str(caught.value).startswith(f"{BASE}/wp/v2/posts: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[None]], {"rendered": None}, {"rendered": 7}, True])
@pytest.mark.parametrize("field", ["link", "title", "content", "excerpt", "date_gmt", "modified_gmt", "_embedded"])
def test_nonsense_in_a_post_is_passed_over(field: str, value: object) -> None:
    found = wordpress.discover(URL, answer(value, post(1, **{field: value}), post(2)), {}).candidates
    assert "https://harbor.example/story-2/" in [each.url for each in found]
