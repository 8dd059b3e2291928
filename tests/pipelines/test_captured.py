"""Captures of archives as pages, and what their archive knows of their rights."""

from __future__ import annotations

import pytest

from pipelines import captured
from pipelines.captured import Robots, page_of, source_of
from pipelines.items import Hint
from pipelines.warc.reading import Capture

HTML = {"content-type": "text/html"}
PAGE = Capture("a.warc.gz#0", "https://www.ledger.example/news/1", 200, HTML, b"<p>Text</p>", "2026-01-02T03:04:05Z")
RULES = b"User-agent: CCBot\nDisallow: /news/1\n"


def capture(url: str, body: bytes = b"", status: int = 200, source: str | None = None, **headers: str) -> Capture:
    return Capture("a.warc.gz#0", url, status, headers, body, source=source)


@pytest.mark.parametrize(
    ("url", "named", "source"),
    [
        ("https://news.example.co.uk/a", None, "example.co.uk"),
        ("https://news.example.co.uk/a", "the-ledger", "the-ledger"),
        ("https://news.example.co.uk/a", "../The Ledger", "example.co.uk"),
        ("http://127.0.0.1:8000/a", None, "127.0.0.1"),
        ("https://[ledger", None, None),
        ("/srv/pages/a.html", None, None),
    ],
)
def test_the_source_is_what_our_own_archives_name_else_the_domain(
    url: str, named: str | None, source: str | None
) -> None:
    assert source_of(capture(url, source=named)) == source


def test_a_page_has_all_that_the_capture_has() -> None:
    page = page_of(PAGE, "ledger")
    assert (page.url, page.body, page.source, page.status) == (PAGE.url, PAGE.body, "ledger", 200)
    assert (page.content_type, page.fetched_at, page.hint) == ("text/html", PAGE.fetched_at, Hint("archive"))


@pytest.mark.parametrize("date", ["2026-02-31T00:00:00Z", None])
def test_a_time_that_is_none_is_left_out(date: str | None) -> None:
    assert page_of(Capture("", PAGE.url, 200, {}, b"", date), None).fetched_at is None


def test_a_file_has_no_listing_that_said_anything_of_it() -> None:
    assert page_of(capture("/srv/pages/a.html"), None).hint is None


def said(robots: Robots, of: Capture) -> list[str]:
    return [f"{each.origin} {each.term} {each.value}" for each in robots.notices(of)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], []),
        ([("https://www.ledger.example/robots.txt", 200)], ["robots_txt status 200", "robots_txt disallow CCBot"]),
        ([("https://WWW.Ledger.example/robots.txt", 200)], ["robots_txt status 200", "robots_txt disallow CCBot"]),
        ([("https://www.ledger.example/robots.txt", 404)], ["robots_txt status 404"]),
        ([("https://www.ledger.example/robots.txt", n) for n in (200, 410)], ["robots_txt status 410"]),
        ([("https://www.ledger.example/robots.txt", 503)], []),
        ([("https://ledger.example/robots.txt", 200)], []),
        ([("http://www.ledger.example/robots.txt", 200)], []),
    ],
)
def test_robots_txt_is_for_the_pages_of_its_origin(files: list[tuple[str, int]], expected: list[str]) -> None:
    robots = Robots()
    for url, status in files:
        assert robots.is_one(capture(url, RULES, status))
    assert said(robots, PAGE) == expected


@pytest.mark.parametrize(
    "url", [PAGE.url, "https://a.example/robots.txt?q=1", "https://a.example/x/robots.txt", "https://[a/robots.txt", ""]
)
def test_other_addresses_are_no_robots_txt(url: str) -> None:
    assert not Robots().is_one(capture(url, RULES))


def test_headers_are_notices_with_and_without_robots_txt() -> None:
    robots = Robots()
    page = Capture("", "https://a.example/1", 200, {"x-robots-tag": "noai"}, b"")
    assert said(robots, page) == ["header x-robots-tag noai"]
    robots.is_one(capture("https://a.example/robots.txt", b"User-agent: *\nAllow: /"))
    assert said(robots, page) == ["header x-robots-tag noai", "robots_txt status 200"]


def test_no_archive_fills_memory_with_robots_txt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured, "MOST_ROBOTS", 3)
    monkeypatch.setattr(captured, "MOST_BYTES", 3 * len(RULES))
    for rules, expected in ((RULES, 3), (RULES * 2, 1)):
        robots, hosts = Robots(), [f"https://{n}.example" for n in range(9)]
        for host in hosts:
            assert robots.is_one(capture(f"{host}/robots.txt", rules))
        assert sum(1 for host in hosts if said(robots, capture(f"{host}/news/1"))) == expected
