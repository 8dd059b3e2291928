"""``newsmint restore`` and ``newsmint remove``, each in a process of its own, on a store with two pages of a site."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import extract_article, open_store
from pipelines.items import Article, RawPage
from pipelines.store.articles import load_article, save_article
from pipelines.store.lock import crawl_lock
from pipelines.store.pages import keep_page
from tests.crawler.conftest import NEWSMINT, ROOT
from tests.pipelines.extraction.test_site_chrome import NOTE, STORY, page

FOLLOW = "Follow us on Twitter and Facebook for the latest news from the harbour."
BERTHS = page(STORY[0], FOLLOW, *STORY[1:], NOTE)
SHEDS = RawPage(
    url="https://molle.example/sheds", body=page(*STORY, FOLLOW, NOTE.replace("yearly", "YEARLY")).body, source="molle"
)

Call = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """``newsmint`` with these words, in a folder whose store has two articles of ``molle`` and their pages."""
    with open_store(tmp_path / "data/news.sqlite3") as store, store.begin() as conn:
        for raw in (RawPage(url=BERTHS.url, body=BERTHS.body, source="molle"), SHEDS):
            page_id = keep_page(conn, store.archive, raw)
            save_article(conn, extract_article(raw), page_id=page_id)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSMINT_")}
        return subprocess.run(
            [*NEWSMINT, *words],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def article(folder: Path, url: str) -> Article:
    with open_store(folder / "data/news.sqlite3", readonly=True) as store, store.connect() as conn:
        found = load_article(conn, url)
    assert found
    return found


def body(folder: Path, raw: RawPage) -> list[str]:
    return article(folder, raw.url).body.split("\n\n")


def entries(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((folder / "data/my-rules.toml").read_text())["correction"]
    return found


def test_a_restored_block_is_back_on_all_pages_of_the_site(call: Call, tmp_path: Path) -> None:
    listing = call("show", BERTHS.url, "--removed").stdout
    [line] = [line for line in listing.splitlines() if FOLLOW in line]
    done = call("restore", BERTHS.url, line.split()[0], "--why", "the harbour's own words")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 pages of molle gave another article" in done.stdout
    assert "it is block 2 of the body of" in done.stdout
    assert body(tmp_path, BERTHS) == [STORY[0], FOLLOW, *STORY[1:], NOTE]
    assert FOLLOW in body(tmp_path, SHEDS)
    [entry] = entries(tmp_path)
    assert (entry["source"], entry["action"], entry["text"]) == ("molle", "keep", FOLLOW)
    assert (entry["why"], str(entry["added"])[:2]) == ("the harbour's own words", "20")


@pytest.mark.slow
def test_a_removed_block_leaves_all_pages_of_the_site_until_it_is_restored(call: Call, tmp_path: Path) -> None:
    [line] = [line for line in call("show", BERTHS.url, "--numbered").stdout.splitlines() if NOTE in line]
    done = call("remove", BERTHS.url, line.split()[0], "--reason", "sponsored")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 pages of molle gave another article" in done.stdout
    assert body(tmp_path, BERTHS) == body(tmp_path, SHEDS) == list(STORY)
    number, removed = next(it for it in enumerate(article(tmp_path, BERTHS.url).removed, 1) if it[1].text == NOTE)
    assert (removed.reason, removed.rule) == ("sponsored", "correction")
    assert f"it is removed block {number} of" in done.stdout

    assert call("restore", BERTHS.url, str(number)).returncode == 0
    assert body(tmp_path, BERTHS) == [*STORY, NOTE]
    assert [entry["action"] for entry in entries(tmp_path)] == ["remove", "keep"]


@pytest.mark.slow
def test_a_whole_rule_is_switched_off_in_the_file_that_is_named(call: Call, tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text("# kept by hand\n")
    number, block = next(it for it in enumerate(article(tmp_path, BERTHS.url).removed, 1) if it[1].text == FOLLOW)
    done = call("restore", BERTHS.url, str(number), "--whole-rule", "--rules", str(own))
    assert done.returncode == 0, done.stderr
    assert FOLLOW in body(tmp_path, SHEDS)
    text = own.read_text()
    assert text.startswith("# kept by hand\n\n[[correction]]\n")
    assert tomllib.loads(text)["correction"][0]["rule"] == block.rule
    assert call("reextract").returncode == 0
    assert FOLLOW not in body(tmp_path, SHEDS), "another file, another answer"


@pytest.mark.slow
def test_writing_alone_leaves_the_articles_and_says_a_thing_once(call: Call, tmp_path: Path) -> None:
    last = str(len(body(tmp_path, BERTHS)))
    for said in ("my-rules.toml: removed at molle", "my-rules.toml: already removed at molle"):
        done = call("remove", BERTHS.url, last, "--no-reextract")
        assert done.returncode == 0
        assert said in done.stderr
        assert "reextract --source molle` brings them up to date" in done.stderr
    assert len(entries(tmp_path)) == 1
    assert NOTE in body(tmp_path, BERTHS)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("restore", "ffff0000", "1"), 66, "no article ffff0000: `newsmint search` finds ids"),
        (("restore", BERTHS.url, "99"), 64, "no removed block 99, the last is"),
        (("remove", BERTHS.url, "99"), 64, "no body block 99, the last is 5: `newsmint show ID --numbered` prints"),
        (("remove", BERTHS.url, "0"), 2, "0 is not in the range"),
        (("remove", BERTHS.url, "1", "--reason", "silly"), 2, "'silly' is not one of"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(
    call: Call, tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = call(*words)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data/my-rules.toml").exists()


def test_a_rules_file_with_a_fault_stops_a_run_before_it_starts(call: Call, tmp_path: Path) -> None:
    (tmp_path / "data/my-rules.toml").write_text('[[correction]]\nsource = "molle"\naction = "keep"\n')
    for words in (("reextract",), ("restore", BERTHS.url, "1"), ("crawl", "--sample")):
        done = call(*words)
        assert done.returncode == 78
        assert "data/my-rules.toml, line 1: [[correction]] has no text: keep needs one" in done.stderr
    assert call("runs").returncode == 1


def test_during_a_crawl_the_correction_is_written_and_the_pages_wait(call: Call, tmp_path: Path) -> None:
    with crawl_lock(tmp_path / "data/news.sqlite3", "newsmint crawl molle"):
        done = call("remove", BERTHS.url, "1")
    assert done.returncode == 75
    assert "the correction is written: run `" in done.stderr
    assert entries(tmp_path)[0]["text"] == STORY[0]
