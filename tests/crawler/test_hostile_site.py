"""One crawl of a site on which much goes wrong at once: what becomes of each URL afterwards, and of all the others.

What a server may do is in ``tests/crawler/hostile``; this is how a crawl settles it.
"""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, newsstand, story

pytestmark = pytest.mark.slow

GOOD = ["/news/1-brook-opens-exchange", "/news/2-colby-opens-exchange"]


@dataclass(frozen=True)
class Visit:
    stand: Newsstand
    crawl: Crawl
    exit_code: int
    said: str

    def outcome(self, path: str) -> str:
        """How the fetch of a path ended, as ``outcome`` or ``failed: kind``."""
        rows = self.crawl.rows(
            f"SELECT outcome, error FROM fetch WHERE url = '{self.stand.url}{path}' ORDER BY id DESC LIMIT 1"
        )
        return "never" if not rows else f"{rows[0][0]}: {rows[0][1]}" if rows[0][1] else rows[0][0]


def _redirect(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"Location": to})


def _answers(stand: Newsstand) -> dict[str, Answer]:
    port = stand.port
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    refused = closed.getsockname()[1]
    closed.close()
    return {
        "/news/gone-for-good-here": Answer(b"gone", 410),
        "/news/not-found-at-all": Answer(b"no", 404),
        "/news/broken-inside-today": Answer(b"oops", 500),
        "/news/forbidden-by-the-guard": Answer(b"no", 403),
        "/news/leads-to-localhost": _redirect(f"http://localhost:{port}{GOOD[0]}"),
        "/news/leads-to-closed-port": _redirect(f"http://127.0.0.1:{refused}/x"),
        "/news/leads-home-the-long-way": _redirect(GOOD[1], 301),
        "/news/has-many-many-tags": Answer(b"<i>" * 30_000),
        "/news/is-deflated-no-charset": Answer(
            zlib.compress(story(4).encode()), headers={"Content-Type": "text/html", "Content-Encoding": "deflate"}
        ),
        "/news/is-password-protected": Answer(
            b"<html><title>Protected</title><body><form class=post-password-form method=post>"
            b"<p>This content is password protected.</p><input type=password name=post_password></form></body></html>"
        ),
        "/private/not-for-robots-at-all": Answer(story(5).encode()),
    }


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("hostile")
    with newsstand() as stand:
        stand.publish(3)
        stand.answers |= _answers(stand)
        paths = [*GOOD, *_answers(stand), "/news/tracked?utm_source=feed&utm_medium=rss"]
        stand.answers["/news/tracked"] = Answer(story(6).encode())
        stand.answers["/sitemap.xml"] = Answer(stand.sitemap([p.replace("&", "&amp;") for p in paths]).encode())
        stand.answers["/robots.txt"] = Answer(
            b"User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"}
        )
        sources = stand.sources(folder, delay=0.0)
        sources.write_text(
            sources.read_text()
            + '\n[nowhere]\ndomain = "nowhere.invalid"\nfeeds = ["http://nowhere.invalid/feed/"]\n'
            + f'[inside]\ndomain = "localhost"\nfeeds = ["http://localhost:{stand.port}/sitemap.xml"]\n'
        )
        crawl = Crawl(sources, folder / "news.sqlite3")
        finished = crawl.run()
        yield Visit(stand, crawl, finished.returncode, finished.stdout + finished.stderr)


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        (GOOD[0], "new"),
        ("/news/tracked", "new"),
        ("/news/gone-for-good-here", "failed: http_410"),
        ("/news/not-found-at-all", "failed: http_404"),
        ("/news/broken-inside-today", "failed: http_500"),
        ("/news/forbidden-by-the-guard", "failed: http_403"),
        ("/news/leads-to-localhost", "failed: private_address"),
        ("/news/leads-to-closed-port", "failed: refused"),
        ("/news/has-many-many-tags", "rejected"),
        ("/news/is-password-protected", "rejected"),
        ("/news/is-deflated-no-charset", "new"),
        ("/private/not-for-robots-at-all", "failed: robots"),
    ],
)
def test_each_trouble_has_its_name(visit: Visit, path: str, outcome: str) -> None:
    assert visit.outcome(path) == outcome


def test_a_refused_page_was_not_asked_for(visit: Visit) -> None:
    assert visit.stand.times("/private/not-for-robots-at-all") == []


def test_a_redirected_page_is_stored_where_it_landed_and_found_by_both_addresses(visit: Visit) -> None:
    landed = f"{visit.stand.url}{GOOD[1]}"
    assert visit.crawl.rows(f"SELECT count(*) FROM article WHERE url = '{landed}'") == [(1,)]
    assert visit.crawl.rows("SELECT state FROM frontier WHERE url LIKE '%leads-home%'") == [("done",)]
    urls = {url for (url,) in visit.crawl.rows("SELECT url FROM article_url")}
    assert {landed, f"{visit.stand.url}/news/leads-home-the-long-way"} <= urls


def test_passing_troubles_are_tried_again_and_final_ones_are_not(visit: Visit) -> None:
    again = dict(visit.crawl.rows("SELECT replace(url, rtrim(url, replace(url, '/', '')), ''), due_at FROM frontier"))
    assert again["broken-inside-today"] is not None
    assert again["not-found-at-all"] is None
    assert again["leads-to-localhost"] is None
    assert len(visit.stand.times("/news/broken-inside-today")) == 3


def test_rejected_pages_are_kept_with_their_reason(visit: Visit) -> None:
    reasons = dict(visit.crawl.rows("SELECT reason, page_id FROM rejection"))
    assert {"too_many_tags", "password"} <= set(reasons)
    assert all(page_id is not None for page_id in reasons.values())


def test_every_url_is_settled(visit: Visit) -> None:
    assert visit.crawl.rows("SELECT count(*) FROM frontier WHERE state IN ('pending', 'leased')") == [(0,)]


def test_sources_out_of_reach_do_not_stop_the_others_and_are_named_at_the_end(visit: Visit) -> None:
    assert visit.exit_code == 1
    assert "nowhere was not reached: dns" in visit.said
    assert "inside was not reached: private_address" in visit.said
    assert "Traceback" not in visit.said
