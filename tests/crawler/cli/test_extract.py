"""``newsmint extract``: files, folders, addresses, standard input and manifests, as a person and a program call it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from crawler.sample.server import serve
from pipelines.errors import MissingInput
from tests.crawler.newsstand import story

Call = Callable[..., Result]

TRUCKS = "The miners of the harbor moved on Monday, and the town counted forty trucks on the coast road before noon. "
MAYOR = "Nobody had asked them to leave, said the mayor, but the price of power had asked them every month since May. "
PAGE = f"""<html lang="en"><head><title>Harbor Miners Move</title></head><body><article><h1>Harbor Miners Move</h1>
<p>{TRUCKS}{MAYOR}</p><h2>What Stays <em>Behind</em></h2><p>{MAYOR}{TRUCKS}</p><p>{TRUCKS}{MAYOR}</p></article>"""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``newsmint extract`` with these words, in a folder of its own; expected errors come out as they are."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: bytes | None = None) -> Result:
        result = CliRunner().invoke(cli, ["extract", *words], input=given, standalone_mode=False)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def code(result: Result) -> int:
    """The exit code: without click's standalone mode it is what the verb returns."""
    return int(result.return_value or result.exit_code)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_file_is_one_object_a_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    result = call("page.html", "--url", "https://news.example/harbor-miners-move?utm_source=x")
    [article] = rows(result)
    assert code(result) == 0
    assert (article["canonical_url"], article["title"]) == (
        "https://news.example/harbor-miners-move",
        "Harbor Miners Move",
    )
    assert article["headings"] == [{"level": 2, "text": "What Stays Behind", "position": 1}]
    assert list(article)[:4] == ["id", "url", "canonical_url", "source"]


def test_text_and_markdown_are_for_people(call: Call, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    assert call("page.html", "--text").stdout.startswith(TRUCKS)
    assert "\n\n## What Stays *Behind*\n\n" in call("page.html", "--markdown").stdout


def test_standard_input(call: Call) -> None:
    assert rows(call("-", given=PAGE.encode()))[0]["title"] == "Harbor Miners Move"


def test_a_folder_is_read_through_in_order(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pages" / "deep").mkdir(parents=True)
    (tmp_path / "pages" / "b.html").write_text(PAGE)
    (tmp_path / "pages" / "deep" / "c.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "pages" / "a.txt").write_text(f"A Dump of It\n\n{TRUCKS}{MAYOR}\n")
    (tmp_path / "pages" / "picture.png").write_bytes(b"\x89PNG")
    articles = rows(call("pages"))
    assert [(a["url"], a["title"]) for a in articles] == [
        ("pages/a.txt", "A Dump of It"),
        ("pages/b.html", "Harbor Miners Move"),
        ("pages/deep/c.html.gz", "Harbor Miners Move"),
    ]


def test_a_manifest_keeps_ids_and_order_and_a_bad_file_is_one_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "set" / "html").mkdir(parents=True)
    (tmp_path / "set" / "html" / "1.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "set" / "html" / "2.html.gz").write_bytes(b"\x1f\x8bbroken")
    (tmp_path / "set" / "html" / "3.html").write_text(PAGE)
    lines: list[object] = [
        {"id": "one", "url": "https://news.example/one-two-three", "html_file": "html/1.html.gz"},
        {"id": "two", "url": None, "html_file": "html/2.html.gz"},
        {"id": 3, "html_file": "html/3.html"},
        {"id": "gone", "url": "https://news.example/gone", "html_file": "html/4.html"},
        {"id": "five"},
    ]
    (tmp_path / "set" / "pages.jsonl").write_text("\n".join(map(json.dumps, lines)))
    result = call("--manifest", "set/pages.jsonl")
    articles = rows(result)
    assert code(result) == 1
    assert [(a["id"], a["verdict"]) for a in articles[:4]] == [
        ("one", "article"), ("two", "error"), ("3", "article"), ("gone", "error"),
    ]  # fmt: skip
    assert articles[0]["url"] == "https://news.example/one-two-three"
    errors = result.stderr.splitlines()
    assert [error.split(": ")[1] for error in errors] == [
        "set/html/2.html.gz", "set/html/4.html", "set/pages.jsonl:5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b"\x00\x01\x02\x03" * 40, b"<p>" * 30_000], ids=["empty", "blank", "binary", "huge"]
)
def test_what_is_no_page_is_one_error_line(call: Call, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "page.html").write_bytes(body)
    result = call("page.html")
    assert code(result) == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("newsmint: page.html: ")


def test_a_missing_file_is_named_before_anything_is_read(call: Call, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    with pytest.raises(MissingInput, match=r"gone\.html: no such file or folder"):
        call("page.html", "gone.html")
    with pytest.raises(MissingInput, match=r"gone\.jsonl: no such manifest"):
        call("--manifest", "gone.jsonl")


@pytest.mark.parametrize(
    "words", [(), ("a.html", "--manifest", "b.jsonl"), ("a.html", "b.html", "--url", "https://x.example/")]
)
def test_words_that_do_not_go_together(call: Call, words: tuple[str, ...]) -> None:
    with pytest.raises(Exception, match=r"^(Give either|--url names)"):
        call(*words)


def test_an_address_is_fetched_with_care(call: Call) -> None:
    with serve() as newsroom:
        page = f"{newsroom.proxy}/coinharbor.example/what-is-erc-6551/"
        refused, fetched, missing = (
            call(page),
            call("--allow-private", page),
            call("--allow-private", f"{page}nothing/"),
        )
    assert tuple(map(code, (refused, fetched, missing))) == (1, 0, 1)
    assert "allow private addresses" in refused.stderr
    assert rows(fetched)[0]["title"] == "What Is ERC-6551? Token-Bound Accounts in Plain Words"
    assert "the server answers 404" in missing.stderr


NOTICE = "The quay accepts no payment for what it writes, and its clerks hold no more than pocket money in any coin."


def site_page(number: int, ending: str = NOTICE, site: str = "quay.example") -> str:
    """A page of a site that prints the same bare paragraph below every article."""
    address = f"https://{site}/2026/{'abcdefghij'[number]}-story-of-the-quay"
    head = f'<head><title>Story</title><link rel="canonical" href="{address}"></head>'
    return f"<html>{head}<body><article>{story(number, f'<p>{ending}</p>')}</article></body></html>"


def test_pages_of_one_site_show_each_other_what_it_repeats(call: Call, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.html").write_text(site_page(number))
    bodies = [article["body"] for article in rows(call("."))]
    assert len(bodies) == 6
    assert not any(NOTICE in body for body in bodies)
    assert all(NOTICE in article["body"] for article in rows(call(".", "--alone")))


@pytest.mark.parametrize(
    "pages",
    [
        [site_page(number) for number in range(4)],
        [site_page(2)] * 6,
        [site_page(number, site=f"quay{number}.example") for number in range(6)],
        [story(number, f"<p>{NOTICE}</p>") for number in range(6)],
    ],
    ids=["few", "copies", "other sites", "no address"],
)
def test_nothing_is_learned_from(call: Call, tmp_path: Path, pages: list[str]) -> None:
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.html").write_text(page)
    assert all(NOTICE in article["body"] for article in rows(call(".")))


def test_files_that_are_no_pages_are_skipped_and_named(call: Call, tmp_path: Path) -> None:
    files = {
        "page.html": PAGE.encode(),
        "robots.txt": b"User-agent: *\nDisallow: /wp-admin/\n",
        "rules.txt": b"# written by hand\nUser-agent: *\nAllow: /\n",
        "feed.html": b"<?xml version='1.0'?>\n<rss version='2.0'><channel></channel></rss>",
        "report.html": b"%PDF-1.7 ...",
        "style.css": b"p { color: red }",
        "\x1b[31mred.json": b"{}",
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    result = call(".")
    assert code(result) == 0
    assert [article["url"] for article in rows(result)] == ["page.html"]
    assert result.stderr.startswith("skipped 6 files that are no pages: ")
    assert "robots.txt" in result.stderr
    assert "\x1b" not in result.stderr
    assert code(call("robots.txt")) == 0, "a file that is named is read"
