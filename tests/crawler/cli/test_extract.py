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
