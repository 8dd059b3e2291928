"""``newsmint export`` and ``verify`` as people and programs call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from pipelines.errors import MissingInput, UsageError
from pipelines.export.presets import presets
from pipelines.store import open_store
from pipelines.store.articles import save_article
from tests.pipelines.store.examples import an_article

Call = Callable[..., Result]
LONG = "The exchange said on Monday that bitcoin deposits would open once its review of four weeks was through. " * 8


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """``newsmint`` with these words, on a store of three articles; expected errors come out as they are."""
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        save_article(conn, an_article("one", title="One", body=LONG, headings=(), published_at="2026-01-01"))
        save_article(conn, an_article("two", title="Two", body=LONG, headings=(), published_at="2026-02-01"))
        save_article(conn, an_article("three", title="Three", language="de", published_at="2026-03-01"))

    def invoke(*words: str) -> Result:
        words = words if words[0] == "verify" else (*words, "--db", str(path))
        result = CliRunner().invoke(cli, list(words))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ([], ["One", "Two", "Three"]),
        (["--language", "de", "--language", "fr"], ["Three"]),
        (["--asset", "BTC", "--dedupe", "exact"], ["One"]),
        (["--query", "latest-on", "-p", "asset=bitcoin", "-p", "limit=1"], ["Two"]),
        (["--sql", "SELECT id FROM article WHERE title > 'P'"], ["Two", "Three"]),
        (["--where", "word_count > 50", "--until", "2026-01-15"], ["One"]),
        (["--columns", "title", "--min-words", "50"], ["One", "Two"]),
    ],
)
def test_selections(call: Call, options: list[str], titles: list[str]) -> None:
    lines = call("export", *options).stdout.splitlines()
    assert [json.loads(line)["title"] for line in lines] == titles


@pytest.mark.parametrize("name", presets())
def test_presets_write_data_sets_that_verify(call: Call, tmp_path: Path, name: str) -> None:
    target = tmp_path / "out"
    done = call("export", "--preset", name, "-o", str(target))
    assert (done.exit_code, "articles" in done.stderr) == (0, True)
    checked = call("verify", str(target))
    assert (checked.exit_code, "all as written" in checked.stderr) == (0, True)


def test_what_is_given_beside_a_preset_holds(call: Call) -> None:
    lines = call("export", "--preset", "rss", "--dedupe", "none", "--columns", "id,body").stdout.splitlines()
    assert [list(json.loads(line)) for line in lines] == [["id", "body"]] * 3


def test_authors_as_marks(call: Call) -> None:
    names = {
        key: {name for line in call("export", "--authors", "hash", *key).stdout.splitlines()
              for name in json.loads(line)["authors"]}
        for key in ((), ("--author-key", "a"), ("--author-key", "b"))
    }  # fmt: skip
    assert [len(each) for each in names.values()] == [1, 1, 1]
    assert len(set.union(*names.values())) == 3
    assert "Ada Field" not in call("export", "--authors", "drop").stdout


def test_a_folder_that_is_kept_up_to_date(call: Call, tmp_path: Path) -> None:
    target = str(tmp_path / "daily")
    first, second = (call("export", "--since-last", "--format", "jsonl", "-o", target) for _ in range(2))
    assert "3 new, 0 changed, 0 withdrawn" in first.stderr
    assert (second.exit_code, "nothing new" in second.stderr) == (0, True)


def test_verify_says_what_is_wrong(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "set"
    call("export", "--format", "jsonl", "-o", f"{target}/")
    (target / "data/articles/train-00000.jsonl").write_text("other")
    done = call("verify", str(target))
    assert (done.exit_code, "data/articles/train-00000.jsonl: 5 bytes" in done.stderr) == (1, True)
    (row,) = map(json.loads, call("verify", str(target), "--json").stdout.splitlines())
    assert row["path"] == "data/articles/train-00000.jsonl"
    with pytest.raises(MissingInput, match="no manifest"):
        call("verify", str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since-last"], "needs a folder"),
        (["--include", "recrod"], "no column or group 'recrod'"),
        (["--body", "html"], "'html' is none of text"),
        (["--split", "random"], "write time:"),
        (["--query", "latest-on", "-p", "asset"], "write NAME=VALUE"),
        (["--asset", "no such coin"], "no asset is called"),
        (["--as-of", "monday"], "--as-of"),
        (["--format", "huggingface"], "give a folder"),
    ],
)
def test_what_is_refused_in_one_line(call: Call, options: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call("export", *options)
