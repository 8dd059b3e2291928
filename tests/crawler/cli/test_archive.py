"""``newsmint archive``: a store goes out as a web archive and comes back; others' archives come in like a crawl."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Newsstand, story
from tests.pipelines.warc.archives import Made, archive

SOURCES = """
[ledger]
name = "The Ledger"
domain = "ledger.example"
feeds = ["https://ledger.example/feed"]
exclude_patterns = ["^/tag/"]
"""
PNG = (("Content-Type", "image/png"),)
LATER = "2026-02-03T04:05:06Z"


def newsmint(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEWSMINT, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def here(tmp_path: Path) -> Crawl:
    (tmp_path / "sources.toml").write_text(SOURCES)
    return Crawl(tmp_path / "sources.toml", tmp_path / "news.sqlite3")


def bring_in(here: Crawl, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return newsmint("archive", "import", path, "--sources", here.sources, "--db", here.store, *options)


def pages(count: int, host: str = "www.ledger.example") -> list[Made]:
    return [
        Made(f"https://{host}/news/{number}", story(number).encode(), date=f"2026-01-02T03:04:{number:02}Z")
        for number in range(count)
    ]


def segment(path: Path) -> Path:
    """As CC-NEWS has them: many hosts, pictures, redirects, what is broken; robots.txt before the pages."""
    one, two, three, four = pages(4)
    robots = Made("https://www.ledger.example/robots.txt", b"User-agent: CCBot\nDisallow: /news/1", headers=())
    refused = Made(four.url, four.body, headers=(*four.headers, ("X-Robots-Tag", "noai")))
    moved = Made("https://ledger.example/old", b"", status="301 Moved", headers=(("Location", one.url),))
    others = [
        Made("https://ledger.example/a.png", b"\x89PNG", headers=PNG),
        Made("https://ledger.example/none", b"Not here", status="404 Not Found"),
        Made("https://ledger.example/tag/coins", b"<p>Coins</p>"),
        *pages(2, "elsewhere.example"),
        Made("https://[ledger.example/no-address"),
    ]
    return archive(path, [robots, one, moved, two, b"\x1f\x8b\x08 broken", three, *others, refused])


def test_a_segment_comes_in_like_a_crawl_and_only_once(here: Crawl, tmp_path: Path) -> None:
    path = segment(tmp_path / "CC-NEWS-20260102.warc.gz")
    done = bring_in(here, path)
    assert done.returncode == 1, done.stderr  # a broken record
    assert here.rows("SELECT source, count(*), min(fetched_at), max(first_seen_at) FROM article") == [
        ("ledger", 4, "2026-01-02T03:04:00Z", "2026-01-02T03:04:05Z")
    ]
    assert here.rows("SELECT name FROM source WHERE key = 'ledger'") == [("The Ledger",)]
    assert here.rows("SELECT outcome, route, count(*) FROM fetch GROUP BY 1, 2") == [
        ("failed", "archive", 1),
        ("new", "archive", 4),
    ]
    assert here.rows("SELECT count(*) FROM frontier") == [(0,)]
    assert here.rows("SELECT ai_allowed, ai_reasons FROM rights ORDER BY ai_reasons") == [
        (0, '["header: noai"]'),
        (0, '["robots_txt: CCBot"]'),
        (1, "[]"),
    ]
    assert "warc_broken" in newsmint("failures", "--db", here.store).stdout
    for words in ("3 of other hosts", "1 redirects", "1 no HTML", "1 http 404", "1 no articles by their address"):
        assert words in done.stderr

    again = bring_in(here, path)
    assert "4 stored already" in again.stderr
    assert here.rows("SELECT outcome, count(*) FROM fetch WHERE run_id = 2 GROUP BY 1") == [("failed", 1)]


@pytest.mark.slow
def test_a_later_capture_makes_a_version_and_an_older_one_none(here: Crawl, tmp_path: Path) -> None:
    (page,) = pages(1)
    edited = Made(page.url, story(0, "<p>The council added on Friday that fees stay.</p>").encode(), date=LATER)
    assert bring_in(here, archive(tmp_path / "a.warc.gz", [page, edited])).returncode == 0
    assert here.rows("SELECT version, fetched_at FROM article") == [(2, LATER)]
    older = Made(page.url, story(0, "<p>This was here once.</p>").encode(), date="2025-01-01T00:00:00Z")
    done = bring_in(here, archive(tmp_path / "b.warc.gz", [older]))
    assert "1 older than what is stored" in done.stderr
    assert here.rows("SELECT version, fetched_at FROM article") == [(2, LATER)]


@pytest.mark.slow
def test_all_hosts_are_read_where_that_is_asked_for(here: Crawl, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", pages(2, "news.example.co.uk"))
    nothing = bring_in(here, path)
    assert (nothing.returncode, "--all-hosts" in nothing.stderr) == (1, True)
    assert bring_in(here, path, "--all-hosts").returncode == 0
    assert here.rows("SELECT source, count(*) FROM article") == [("example.co.uk", 2)]


def test_a_file_that_is_no_archive_is_a_line_and_the_next_one_is_read(here: Crawl, tmp_path: Path) -> None:
    (tmp_path / "bad.warc").write_text("<html>")
    good = archive(tmp_path / "good.warc.gz", pages(1))
    done = newsmint("archive", "import", tmp_path / "bad.warc", good, "--sources", here.sources, "--db", here.store)
    assert done.returncode == 1
    assert here.rows("SELECT count(*) FROM article") == [(1,)]
    assert here.rows("SELECT error FROM fetch WHERE outcome = 'failed'") == [("warc_unreadable",)]
    missing = bring_in(here, tmp_path / "none.warc")
    assert (missing.returncode, "no such file" in missing.stderr) == (66, True)
    assert "Traceback" not in done.stderr + missing.stderr


@pytest.mark.slow
def test_a_store_goes_out_and_comes_back_the_same(stand: Newsstand, tmp_path: Path) -> None:
    crawl = Crawl(stand.sources(tmp_path, delay=0.0), tmp_path / "news.sqlite3")
    stand.publish(3)
    assert crawl.run().returncode == 0
    out = tmp_path / "pages.warc.gz"
    assert newsmint("archive", "export", "-o", out, "--db", crawl.store).returncode == 0
    first = out.read_bytes()
    assert newsmint("archive", "export", "-o", out, "--db", crawl.store).returncode == 0
    assert out.read_bytes() == first
    lines = (tmp_path / "pages.cdxj").read_text().splitlines()
    assert [json.loads(line.split(" ", 2)[2])["status"] for line in lines] == ["200"] * 3

    other = Crawl(crawl.sources, tmp_path / "other.sqlite3")
    assert bring_in(other, out).returncode == 0
    what = "SELECT id, title, body, fetched_at FROM article ORDER BY id"
    assert other.rows(what) == crawl.rows(what)
    which = "SELECT url, content_hash, content_type, fetched_at, source, hint FROM page ORDER BY url"
    assert other.rows(which) == crawl.rows(which)


def test_what_can_not_be_exported_is_said_in_a_line(here: Crawl, tmp_path: Path) -> None:
    assert newsmint("archive", "export", "-o", tmp_path / "a.zip", "--db", here.store).returncode == 64
    assert newsmint("archive", "export", "-o", tmp_path / "a.warc.gz", "--db", here.store).returncode == 66
