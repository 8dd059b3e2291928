"""The verbs that ask the store, as a person and as a program call them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from pipelines.errors import MissingInput, NewsmintError, UsageError
from pipelines.items import Evidence, Heading, Link, RemovedBlock
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.pages import keep_page
from pipelines.store.runs import finish_run, record_fetch, record_rejection, start_run
from tests.pipelines.store.examples import BODY, a_page, an_article, url

Call = Callable[..., Result]

MAIN = an_article(
    headings=(Heading(2, "What changes for holders", 1),),
    links=(
        Link("inline", "https://ledger.example/report", "a report", None, 0),
        Link("related_block", url("earlier-story"), "An earlier story", "It began in May.", 3),
    ),
    removed=(RemovedBlock("plugin_notice", "notice.key", "Please enter a key [bold]now[/]"),),
    labels=("opinion",),
    evidence=(Evidence("opinion", "section: Our [bold]Opinion[/]"),),
)
HOSTILE = an_article(
    "hostile", title="\x1b[31mRed\u202e alert [red]x[/red]", body="Markup [link=x]y[/link] \x9b2J" + " word" * 30
)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``newsmint`` with these words, on a small store; expected errors come out as they are."""
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        run = start_run(conn, "newsmint crawl daily", ["daily"], {})
        page_id = keep_page(conn, store.archive, a_page())
        save_article(conn, MAIN, page_id=page_id)
        save_article(conn, an_article("earlier-story", title="ERC-6551 explained", links=(), published_at="2026-05-01"))
        save_article(conn, HOSTILE)
        save_article(conn, replace(MAIN, title="Token listed, then delayed"))
        record_fetch(conn, run, "daily", MAIN.url, "feed", 200, 900, 0.3, "new", None, page_id, "2026-11-20T10:00:00Z")
        record_fetch(
            conn,
            run,
            "daily",
            url("gone"),
            "feed",
            None,
            None,
            30,
            "failed",
            "timeout: 30 s [x]",
            None,
            "2026-11-20T10:00:01Z",
        )
        record_rejection(conn, run, "daily", url("tag/defi"), "listing", "41 links", None, "2026-11-20T10:00:02Z")
        finish_run(conn, run, "done", {})

    def run_cli(*words: str) -> Result:
        result = CliRunner().invoke(cli, [*words, "--db", str(path)], catch_exceptions=True)
        if isinstance(result.exception, NewsmintError):
            raise result.exception
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    monkeypatch.setenv("COLUMNS", "100")
    return run_cli


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search_for_people_and_programs(call: Call) -> None:
    shown = call("search", "token", "delayed")
    assert shown.exit_code == 0
    assert MAIN.id in shown.stdout
    assert "Token listed, then delayed" in shown.stdout
    (hit,) = rows(call("search", "token", "delayed", "--json"))
    assert (hit["id"], hit["url"]) == (MAIN.id, MAIN.url)


@pytest.mark.parametrize("query", ["ERC-6551", "erc6551", '"erc 6551"', "$ERC"])
def test_search_takes_what_a_person_types(call: Call, query: str) -> None:
    assert [hit["title"] for hit in rows(call("search", query, "--json"))] == ["ERC-6551 explained"]


def test_search_filters(call: Call) -> None:
    assert len(rows(call("search", "exchange", "--json"))) == 2
    assert len(rows(call("search", "exchange", "--json", "--since", "2026-11-01"))) == 1
    assert len(rows(call("search", "exchange", "--json", "--limit", "1"))) == 1
    assert call("search", "exchange", "--source", "weekly").exit_code == 1


@pytest.mark.parametrize("words", [("search", "dogwifhat"), ("show", "0000"), ("show", "https://daily.example/no")])
def test_nothing_found_is_exit_1_with_a_friendly_line(call: Call, words: tuple[str, ...]) -> None:
    result = call(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


def test_show_has_everything_in_its_place(call: Call) -> None:
    shown = call("show", MAIN.url).stdout
    body, _, after = shown.partition("inline")
    assert "Token listed, then delayed" in body
    assert all(block in " ".join(body.split()) for block in BODY.split("\n\n"))
    assert "a report  https://ledger.example/report" in after
    related = after.partition("related block")[2]
    assert "An earlier story" in related
    assert "It began in May." in related
    assert "plugin_notice" not in shown
    assert "opinion, by its section: Our [bold]Opinion[/]" in shown


def test_show_removed_and_versions(call: Call) -> None:
    shown = call("show", MAIN.id, "--removed", "--versions").stdout
    assert "plugin_notice" in shown
    assert "Please enter a key [bold]now[/]" in shown
    assert "Exchange lists token" in shown
    (data,) = rows(call("show", MAIN.id, "--json", "--versions"))
    assert [it["title"] for it in data.pop("versions")] == ["Exchange lists token", "Token listed, then delayed"]
    assert list(data) == list(MAIN.as_dict())


def test_show_diff(call: Call) -> None:
    shown = call("show", MAIN.id, "--diff").stdout
    assert "version 1 → 2" in shown
    assert "[-Exchange lists token-] {+Token listed, then delayed+}" in shown
    assert "the text is the same" in shown
    (data,) = rows(call("show", MAIN.id, "--json", "--between", "2", "1"))
    assert data["diff"]["title"] == [
        {"op": "removed", "text": "Token listed, then delayed "},
        {"op": "added", "text": "Exchange lists token "},
    ]
    assert "there is one version" in call("show", HOSTILE.id, "--diff").stdout
    with pytest.raises(UsageError, match="no version 7; there are 1, 2"):
        call("show", MAIN.id, "--between", "1", "7")


def test_show_diff_is_safe_to_print(tmp_path: Path) -> None:
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        save_article(conn, HOSTILE)
        save_article(conn, an_article("hostile", title="Calm", body=f"{HOSTILE.body} \x1b[31m[bold]more[/bold]"))
    shown = CliRunner().invoke(cli, ["show", HOSTILE.id, "--diff", "--db", str(path)]).stdout
    assert "{+[31m[bold]more[/bold]+}" in shown
    assert not any(character in shown for character in "\x1b\x9b\u202e")


def test_show_story(call: Call, tmp_path: Path) -> None:
    with open_store(tmp_path / "news.sqlite3") as store, store.begin() as conn:
        text = f"{BODY} [red]Fees[/red] stay as they are."
        save_article(conn, an_article("again", "weekly.example", body=text, published_at="2026-11-21", links=()))
    shown = call("show", MAIN.id, "--story").stdout
    assert "story 1: 3 articles of 2 sources" in shown
    (data,) = rows(call("show", MAIN.id, "--story", "--json"))
    assert data["story"]["first_article_id"] == an_article("earlier-story").id
    assert [each["source"] for each in data["story"]["members"]] == ["daily", "daily", "weekly"]
    assert data["story"]["members"][2]["added_words"] == 7
    assert "no other article tells this story" in call("show", HOSTILE.id, "--story").stdout


def test_enrich_reads_again_what_another_version_read(call: Call, tmp_path: Path) -> None:
    assert "newsmint enrich" not in call("stats").stdout
    with open_store(tmp_path / "news.sqlite3") as store, store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM story")
        conn.exec_driver_sql("DELETE FROM sketch_band")
        conn.exec_driver_sql("UPDATE article SET enricher = 'newsmint 0.0.1' WHERE title LIKE 'ERC%'")
        conn.exec_driver_sql("UPDATE article SET enricher = NULL WHERE title LIKE 'Token%'")
    assert "2 articles were enriched by another version, or not yet: `newsmint enrich`" in call("stats").stdout
    assert "2 articles enriched" in call("enrich").stdout
    assert "story 1: 2 articles" in call("show", MAIN.id, "--story").stdout
    assert "all articles are as the present version reads them" in call("enrich").stdout
    with pytest.raises(MissingInput, match="no store there"):
        CliRunner().invoke(cli, ["enrich", "--db", str(tmp_path / "none.sqlite3")], catch_exceptions=False)


def test_show_says_what_became_of_the_page(tmp_path: Path) -> None:
    from dataclasses import replace

    from pipelines.store.gone import mark_gone

    story = an_article("story", modified_at="2026-11-22T10:00:00Z")
    with open_store(tmp_path / "news.sqlite3") as store, store.begin() as conn:
        save_article(conn, story)
        save_article(conn, replace(story, body=f"{story.body} Fees stay."))
        mark_gone(conn, story.id, "http_404", "2026-11-23T08:00:00Z")
    words = ["show", story.id, "--db", str(tmp_path / "news.sqlite3")]
    shown = CliRunner().invoke(cli, words).stdout
    assert "gone from its site since 2026-11-23 08:00: http_404" in shown
    assert "changed without a new date: version 2" in shown
    (data,) = rows(CliRunner().invoke(cli, [*words, "--json"]))
    assert data["gone"] == {"at": "2026-11-23T08:00:00Z", "reason": "http_404"}


def test_show_takes_the_beginning_of_an_id(call: Call) -> None:
    assert rows(call("show", MAIN.id[:4], "--json"))[0]["id"] == MAIN.id
    assert call("show", MAIN.id[:3]).exit_code == 1


def test_the_beginning_of_two_ids_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    with open_store(tmp_path / "news.sqlite3") as store, store.begin() as conn:
        for end in "12":
            save_article(conn, replace(an_article(f"story-{end}"), id="abcdabcdabcdabc" + end))
    result = CliRunner().invoke(cli, ["show", "abcd", "--db", str(tmp_path / "news.sqlite3")])
    assert isinstance(result.exception, UsageError)
    assert "abcdabcdabcdabc1, abcdabcdabcdabc2" in str(result.exception)


@pytest.mark.parametrize("words", [("search", "markup"), ("show", HOSTILE.id)])
def test_text_of_pages_cannot_command_the_terminal(call: Call, words: tuple[str, ...]) -> None:
    shown = call(*words).stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    assert "[red]x[/red]" in shown
    assert "Markup [link=x]y[/link]" in shown


def test_stats(call: Call) -> None:
    source, sizes = rows(call("stats", "--json"))
    assert (source["source"], source["articles"], source["versions"], source["links"]) == ("daily", 3, 4, 3)
    assert source["resolved_links"] == 2
    assert sizes["pages"] == 1
    assert int(str(sizes["database_bytes"])) > 0
    assert "2026-05  " in call("stats").stdout


def test_runs(call: Call) -> None:
    (run,) = rows(call("runs", "--json"))
    assert (run["id"], run["state"], run["sources"]) == (1, "done", ["daily"])
    (detail,) = rows(call("runs", "1", "--json"))
    source = detail["by_source"][0]
    assert (source["new"], source["rejected"], source["failures"]) == (1, {"listing": 1}, {"timeout": 1})
    shown = call("runs", "1").stdout
    assert "1 listing" in shown
    assert "1 timeout" in shown
    assert "crawl daily" in call("runs").stdout


def test_a_run_that_is_not_there(call: Call) -> None:
    with pytest.raises(MissingInput, match="no run 7"):
        call("runs", "7")


def test_failures(call: Call) -> None:
    found = rows(call("failures", "--json"))
    assert [(it["kind"], it["reason"], it["url"]) for it in found] == [
        ("rejection", "listing", url("tag/defi")),
        ("fetch", "timeout", url("gone")),
    ]
    shown = call("failures", "--source", "daily", "--run", "1").stdout
    assert "timeout: 30 s [x]  daily" in shown
    assert url("gone") in shown
    assert call("failures", "--source", "weekly").exit_code == 1


def test_export_to_a_file_by_its_ending(call: Call, tmp_path: Path) -> None:
    result = call("export", "-o", str(tmp_path / "out.csv"))
    assert "3 articles" in result.stderr
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        assert {row["title"] for row in csv.DictReader(file)} >= {"Token listed, then delayed", "ERC-6551 explained"}


def test_export_to_standard_output(call: Call) -> None:
    exported = rows(call("export", "--format", "jsonl", "--since", "2026-11-01", "--until", "2026-11-30"))
    assert [it["title"] for it in exported] == ["Token listed, then delayed", HOSTILE.title]
    assert list(exported[0]) == list(MAIN.as_dict())


def test_export_of_nothing(call: Call, tmp_path: Path) -> None:
    result = call("export", "--source", "weekly", "-o", str(tmp_path / "out.jsonl"))
    assert (result.exit_code, (tmp_path / "out.jsonl").read_bytes()) == (1, b"")


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_export_with_a_date_that_is_none(call: Call, option: str) -> None:
    with pytest.raises(UsageError, match="is not a date"):
        call("export", option, "monday")


@pytest.mark.parametrize(
    "words", [("search", "x"), ("show", "abcd"), ("stats",), ("runs",), ("failures",), ("export",)]
)
def test_no_store_yet(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*words, "--db", str(tmp_path / "none.sqlite3")])
    assert isinstance(result.exception, MissingInput)
    assert "`newsmint crawl` makes one" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("stats",), ("runs",), ("failures",), ("export",), ("search", "x")])
def test_an_empty_store(tmp_path: Path, words: tuple[str, ...]) -> None:
    open_store(tmp_path / "news.sqlite3").close()
    result = CliRunner().invoke(cli, [*words, "--db", str(tmp_path / "news.sqlite3")])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
