"""What a bulk run reads: archives, bundles, folders and tables, all in one run; what is not wanted is only counted."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pipelines.bulk.engines import local
from pipelines.bulk.filters import Filters, read_hosts
from pipelines.bulk.plan import archives, plan
from pipelines.bulk.run import Outcome
from pipelines.errors import BadInput, CannotWrite, MissingInput
from pipelines.export.verify import verify
from pipelines.warc.reading import Capture
from tests.crawler.newsstand import story
from tests.pipelines.bulk.runs import bulk, pages, reasons, rows, slugs
from tests.pipelines.warc.archives import Made, archive, record

GERMAN = Made("https://ledger.example/news/de", story(90).replace("lang=en", "lang=de").encode())
FRONT = Made("https://ledger.example/", b"<title>News</title>" + b"<ul><li><a href=/news/1>One</a></li></ul>" * 30)


def made(folder: Path) -> list[Path]:
    """One input of each kind: stories 0 to 9, and what becomes no article."""
    moved = Made("https://ledger.example/old", b"", status="301 Moved", headers=(("Location", "/"),))
    none = Made("https://ledger.example/none", b"Not here", status="404 Not Found")
    picture = Made("https://ledger.example/a.png", b"\x89PNG", headers=(("Content-Type", "image/png"),))
    robots = Made("https://www.ledger.example/robots.txt", b"User-agent: CCBot\nDisallow: /news/1", headers=())
    elsewhere = pages([50], "elsewhere.example")
    kinds: list[Made | bytes] = [moved, none, picture, GERMAN, FRONT, *elsewhere, b"\x1f\x8b\x08 broken"]
    warc = archive(folder / "a.warc.gz", [robots, *pages(range(4)), *kinds])
    warc.write_bytes(warc.read_bytes() + record(pages([51])[0])[:-30])
    with zipfile.ZipFile(folder / "b.wacz", "w") as bundle:
        bundle.writestr("archive/data.warc.gz", b"".join(map(record, pages(range(4, 6)))))
    (folder / "site" / "deep").mkdir(parents=True)
    canonical = '<link rel="canonical" href="https://www.ledger.example/news/6"></head>'
    (folder / "site" / "6.html").write_text(story(6).replace("</head>", canonical))
    (folder / "site" / "deep" / "7.html.gz").write_bytes(gzip.compress(story(7).encode()))
    (folder / "site" / "style.css").write_text("p {}")
    urls = [f"https://www.ledger.example/news/{n}" for n in (8, 9)]
    days = [datetime(2026, 1, n, tzinfo=UTC) for n in (8, 9)]
    table = arrow.table({"url": urls, "html": [story(8), story(9)], "date": days})
    parquet.write_table(table, folder / "c.parquet", row_group_size=1)
    return [warc, folder / "b.wacz", folder / "site", folder / "c.parquet"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("inputs")
    filters = Filters(hosts=frozenset({"ledger.example"}), languages=("en",))
    return folder / "out", bulk(folder / "out", *made(folder), engine=local(1), part_bytes=2_000, filters=filters)


def test_all_kinds_of_inputs_give_their_articles(ran: tuple[Path, Outcome]) -> None:
    out, _ = ran
    assert slugs(out) == ["0", "1", "2", "3", "4", "5", "6.html", "8", "9"]  # 7 says of no host that it is its page
    known = {row["url"].rpartition("/")[2]: row for row in rows(out)}
    assert known["9"]["fetched_at"] == "2026-01-09T00:00:00Z"
    assert known["6.html"]["canonical_url"] == "https://www.ledger.example/news/6"
    assert known["8"]["source"] == "www.ledger.example"
    assert known["8"]["record"] == "c.parquet#0.0"
    assert known["4"]["record"].startswith("b.wacz/archive/data.warc.gz#")


def test_every_record_is_counted_by_what_came_of_it(ran: tuple[Path, Outcome]) -> None:
    _, outcome = ran
    assert outcome.counts == {
        "kept": 9,
        "robots_txt": 1,
        "redirect": 1,
        "http_404": 1,
        "other_mime": 1,
        "other_language": 1,
        "other_host": 2,
        "too_short": 1,
        "warc_broken": 1,
        "warc_truncated": 1,
    }
    assert outcome.failed == 2


def test_what_gave_no_article_can_be_found_again(ran: tuple[Path, Outcome]) -> None:
    out, _ = ran
    assert reasons(out) == {"too_short": 1, "warc_broken": 1, "warc_truncated": 1}
    front = next(row for row in rows(out, "rejected") if row["reason"] == "too_short")
    assert (front["url"], front["detail"]) == ("https://ledger.example/", "News")
    name, _, offset = front["record"].partition("#")
    data = (out.parent / name).read_bytes()[int(offset) :]
    found = zlib.decompressobj(31).decompress(data, 400)
    assert b"WARC-Target-URI: https://ledger.example/\r\n" in found


def test_robots_txt_of_the_archive_counts_for_rights(tmp_path: Path) -> None:
    robots = Made("https://www.ledger.example/robots.txt", b"User-agent: CCBot\nDisallow: /news/1", headers=())
    noai = replace(pages([2])[0], headers=(("Content-Type", "text/html"), ("X-Robots-Tag", "noai")))
    bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", [robots, *pages([0, 1]), noai]))
    assert [row["ai_reasons"] for row in rows(tmp_path / "out")] == [[], ["robots_txt: CCBot"], ["header: noai"]]


def test_the_result_is_a_data_set_that_verify_knows(ran: tuple[Path, Outcome]) -> None:
    out, _ = ran
    assert not verify(out).problems
    schema = parquet.read_schema(next((out / "data/articles").glob("*.parquet")))
    assert all(field.metadata[b"description"] for field in schema)


def test_a_file_that_cannot_be_read_is_a_failure_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "notes.warc.gz").write_text("no archive at all")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    good = archive(tmp_path / "good.warc.gz", pages([1]))
    outcome = bulk(tmp_path / "out", tmp_path / "a.parquet", tmp_path / "notes.warc.gz", good)
    assert slugs(tmp_path / "out") == ["1"]
    assert outcome.failed == 2
    assert [each.partition(": ")[0].rpartition("/")[2] for each in outcome.trouble] == ["a.parquet", "notes.warc.gz"]


@pytest.mark.parametrize(
    ("url", "date", "reason"),
    [
        ("https://ledger.example/a", "2026-01-02T00:00:00Z", None),
        ("https://news.ledger.example/a", "2026-01-02T00:00:00Z", None),
        ("https://notledger.example/a", "2026-01-02T00:00:00Z", "other_host"),
        ("https://ledger.example.org/a", "2026-01-02T00:00:00Z", "other_host"),
        ("https://[ledger", "2026-01-02T00:00:00Z", "other_host"),
        ("https://ledger.example/a", "2026-01-01T23:59:59Z", "other_date"),
        ("https://ledger.example/a", "2026-02-01T00:00:00Z", "other_date"),
        ("https://ledger.example/a", None, "other_date"),
    ],
)
def test_hosts_and_dates_are_looked_at_before_a_record_is_unpacked(
    url: str, date: str | None, reason: str | None
) -> None:
    filters = Filters(frozenset({"ledger.example"}), since="2026-01-02T00:00:00Z", until="2026-02-01T00:00:00Z")
    assert filters.of_record(url, date) == reason


@pytest.mark.parametrize(
    ("kind", "status", "page", "reason"),
    [
        ("text/html", 200, "<p>", None),
        (None, 200, "<p>", None),
        ("Text/HTML;charset=utf-8", 200, "<html lang='EN-us'>", None),
        ("text/html,text/html; charset=utf-8", 200, '<html class="a" lang=en>', None),  # the header came twice
        ("application/xhtml+xml", 200, '<html xml:lang="en">', None),
        ("application/json", 200, "<p>", "other_mime"),
        ("text/html", 200, "<html lang=de>", "other_language"),
        ("text/html", 302, "<p>", "redirect"),
        ("text/html", 503, "<p>", "http_503"),
    ],
)
def test_kind_status_and_declared_language_are_looked_at_before_a_page_is_parsed(
    kind: str | None, status: int, page: str, reason: str | None
) -> None:
    headers = {"content-type": kind} if kind else {}
    found = Capture("a#0", "https://ledger.example/a", status, headers, page.encode())
    assert Filters(languages=("en",)).of_capture(found) == reason


def test_a_list_of_hosts_is_read_and_what_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hosts.txt"
    path.write_text("\ufeff# ours\nLedger.example\n*.harbour.example # all of it\n\nwww.coin.example\nMünzen.example\n")
    assert read_hosts(path) == {"ledger.example", "harbour.example", "coin.example", "xn--mnzen-kva.example"}
    for text, words in (("ledger.example\nhttps://ledger.example/\n", "line 2"), ("# none yet\n", "no host in it")):
        path.write_text(text)
        with pytest.raises(BadInput, match=words):
            read_hosts(path)


def test_what_is_not_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no file matches"):
        plan([str(tmp_path / "*.warc.gz")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingInput, match="no WARC"):
        plan([str(tmp_path / "empty")])


def test_large_inputs_are_cut_and_the_same_each_time(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.warc.gz", pages(range(12)))
    tasks = plan([str(path)], 3_000)
    assert len(tasks) > 2
    assert sum(task.size for task in tasks) == path.stat().st_size
    assert plan([str(path)], 3_000) == plan([str(tmp_path / "*.gz")], 3_000) == tasks
    assert archives([str(tmp_path)]) == [path]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(CannotWrite, match="no bulk run"):
        bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", pages([1])))


ODD = [
    "https://[::1]:80/x",
    "https://ledger.example:port/x",
    "https://user:word@ledger.example/%00%ff%zz",
    "https:///x",
    "https://ledger..example./x y",
    "https://xn--/x",
    f"https://{'a' * 300}.example/{'p' * 9_000}",
]
DATA = '<script type="application/ld+json">{"@type": "NewsArticle", %s}</script></head>'
STRANGE = [
    '"datePublished": "99999-01-01T00:00:00Z", "author": [[["x"]]]',
    '"datePublished": "0001-01-01T00:00:00+14:00", "headline": "\\ud800 half a letter"',
    '"datePublished": "9999-12-31T23:59:59-14:00", "license": 1e999',
]


def test_odd_addresses_and_metadata_are_rows_like_others(tmp_path: Path) -> None:
    made = [Made(url, story(number).encode()) for number, url in enumerate(ODD)]
    for number, said in enumerate(STRANGE, len(ODD)):
        page = story(number).replace("</head>", DATA % said).replace("</p>", "&#0;&#xD800;\u202e\u2028</p>")
        made.append(Made(f"https://ledger.example/{number}", page.encode()))
    outcome = bulk(tmp_path / "out", archive(tmp_path / "a.warc.gz", made), passes=2)
    assert outcome.counts == {"kept": len(ODD) + len(STRANGE)}
    assert {row["url"] for row in rows(tmp_path / "out")} == {each.url for each in made}


@pytest.mark.slow
def test_a_table_that_unpacks_to_gigabytes_costs_its_row_groups(tmp_path: Path) -> None:
    kind = arrow.dictionary(arrow.int32(), arrow.string())
    huge = arrow.DictionaryArray.from_arrays(arrow.array([0] * 32, arrow.int32()), ["x" * 60_000_000])
    fine = arrow.array([story(1), story(2)]).cast(kind)
    with parquet.ParquetWriter(
        tmp_path / "a.parquet", arrow.schema([("url", arrow.string()), ("html", kind)]), compression="zstd"
    ) as writer:
        for column in (huge, fine):
            urls = [f"https://ledger.example/{n}" for n in range(len(column))]
            writer.write_table(arrow.table({"url": urls, "html": column}))
    outcome = bulk(tmp_path / "out", tmp_path / "a.parquet", memory_limit=700_000_000)
    assert outcome.counts == {"kept": 2, "row_group_broken": 1}
