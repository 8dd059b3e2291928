"""``newsmint ask`` and ``newsmint sql`` as a person and as a program call them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from crawler.cli.answers import fitting
from pipelines.enrich import Enrichment, Label, Mention
from pipelines.errors import NewsmintError, UsageError
from pipelines.store import open_store
from pipelines.store.articles import save_article
from pipelines.store.questions import questions
from tests.pipelines.store.examples import an_article

Call = Callable[..., Result]

SPOKEN = Enrichment(
    "1", mentions=(Mention("bitcoin", "coin", "title", 0, 3, "BTC", 0.9),), labels=(Label("opinion", "says so"),)
)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``newsmint`` with these words, on a small store; expected errors come out as they are."""
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        for day in (18, 19, 20):
            article = an_article(f"day-{day}", title=f"=HYPERLINK({day})", published_at=f"2026-11-{day}")
            save_article(conn, article, enrichment=SPOKEN)
        hostile = "\x1b[31mRed\u202e [red]x[/red] " + "long " * 90
        save_article(conn, an_article("hostile", host="weekly.example", title=hostile, published_at="2026-11-20"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [*words, "--db", str(path)], input=stdin)
        if isinstance(result.exception, NewsmintError):
            raise result.exception
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_a_name_it_lists_the_questions(call: Call) -> None:
    listed = call("ask").stdout
    assert all(name in listed for name in questions())


def test_about_a_question(call: Call) -> None:
    told = call("ask", "latest-on", "--about").stdout
    assert "--asset" in told
    assert "[default: 20]" in told
    assert "SELECT" in told


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2026-11-19"),
        ("--since=2026-11-19",),
        ("-p", "since=2026-11-19"),
        ("--since", "-1d"),
        ("-p", "since=-1d"),
    ],
    ids=" ".join,
)
def test_parameters_as_people_write_them(call: Call, words: tuple[str, ...]) -> None:
    found = rows(call("ask", "articles-per-day", *words, "--json", "--source", "daily"))
    assert [row["day"] for row in found] == ["2026-11-20", "2026-11-19"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("latest-on",), "latest-on needs asset"),
        (("latest-on", "BTC"), "'BTC': write --PARAMETER VALUE; latest-on has --asset, --source, --limit"),
        (("latest-on", "--asset"), "--asset needs a value"),
        (("latest-on", "-p", "asset"), "-p asset: write -p PARAMETER=VALUE"),
        (("latest-on", "--coin", "BTC"), "has no parameter 'coin'"),
        (("latest",), "no question 'latest'"),
        (("latest-on", "--asset", "BTC", "--as-of", "soon"), "as of 'soon': not a date"),
    ],
)
def test_what_will_not_do_is_said(call: Call, words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        call("ask", *words)
    assert complaint in str(raised.value)


def test_a_limit_and_what_is_beyond_it(call: Call) -> None:
    cut = call("ask", "latest-on", "--asset", "BTC", "--limit", "2", "--json")
    assert len(rows(cut)) == 2
    assert cut.stderr == "the first 2 rows; --limit shows more\n"
    assert call("ask", "latest-on", "--asset", "BTC", "--limit", "3", "--json").stderr == ""


def test_no_rows_is_exit_1(call: Call) -> None:
    result = call("ask", "latest-on", "--asset", "Solana")
    assert (result.exit_code, result.stdout) == (1, "")
    assert call("sql", "SELECT 1 WHERE 0").exit_code == 1


def test_as_of(call: Call) -> None:
    asked = ("ask", "latest-on", "--asset", "BTC", "--as-of")
    assert call(*asked, "2026-11-20").exit_code == 1
    assert len(rows(call(*asked, "2026-11-20T10:00:00Z", "--json"))) == 3
    assert call("search", "exchange", "--as-of", "2026-11-20").exit_code == 1
    assert call("search", "exchange", "--as-of", "2026-11-21").exit_code == 0
    assert call("show", an_article("day-18").id, "--as-of", "2026-11-20").exit_code == 1
    assert call("show", an_article("day-18").id, "--as-of", "2026-11-21").exit_code == 0
    assert "0" in call("sql", "SELECT count(*) AS n FROM article", "--as-of", "2026-11-20").stdout


def test_csv_has_no_formula_and_reads_back(call: Call) -> None:
    text = call("sql", "SELECT title, -1 AS less, NULL AS none FROM article WHERE source = 'daily'", "--csv").stdout
    head, *found = csv.reader(io.StringIO(text))
    assert head == ["title", "less", "none"]
    assert [row[0] for row in found] == ["'=HYPERLINK(18)", "'=HYPERLINK(19)", "'=HYPERLINK(20)"]
    assert found[0][1:] == ["-1", ""]


def test_json_keeps_text_as_it_is(call: Call) -> None:
    found = rows(call("sql", "SELECT title, x'00ff' AS bytes FROM article WHERE source = 'weekly'", "--json"))
    assert found[0]["title"].startswith("\x1b[31mRed\u202e [red]")
    assert found[0]["bytes"] == "00ff"


@pytest.mark.parametrize("form", [(), ("--plot",)])
def test_text_of_pages_cannot_touch_the_terminal(call: Call, form: tuple[str, ...]) -> None:
    shown = call("sql", "SELECT title, 3 AS n FROM article WHERE source = 'weekly'", *form).stdout
    assert not set(shown) & {"\x1b", "\u202e"}
    assert "[31mRed [red]x" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_a_table_too_wide_is_shown_as_records(call: Call) -> None:
    columns = ", ".join(f"'a text of some length' AS column_{number}" for number in range(9))
    lines = call("sql", f"SELECT {columns}").stdout.splitlines()
    assert lines[0] == "column_0  a text of some length"
    assert len([line for line in lines if line]) == 9


@pytest.mark.parametrize(
    ("natural", "room", "widths"),
    [
        ([5, 5], 20, [5, 5]),
        ([5, 50], 40, [5, 35]),
        ([40, 60, 8], 68, [30, 30, 8]),
        ([60, 60], 20, None),
        ([], 10, []),
    ],
)
def test_the_widest_columns_give_way(natural: list[int], room: int, widths: list[int] | None) -> None:
    assert fitting(natural, room) == widths


def test_bars(call: Call) -> None:
    shown = call("ask", "articles-per-day", "--plot", "--since", "2026-11-01").stdout.splitlines()
    assert [line.split()[:2] for line in shown[:3]] == [["2026-11-18", "1"], ["2026-11-19", "1"], ["2026-11-20", "2"]]
    assert abs(shown[2].count("█") - 2 * shown[0].count("█")) <= 1
    assert "daily" in shown[3]
    assert "weekly" in shown[3]
    plain = call("sql", "SELECT source, count(*) AS n FROM article GROUP BY source", "--plot").stdout
    assert [line.split()[:2] for line in plain.splitlines()] == [["daily", "3"], ["weekly", "1"]]
    with pytest.raises(UsageError, match="a plot needs"):
        call("sql", "SELECT title FROM article", "--plot")


def test_sql_from_standard_input_and_with_values(call: Call) -> None:
    asked = "SELECT count(*) AS n FROM article WHERE source = :key"
    assert rows(call("sql", "-", "-p", "key=daily", "--json", stdin=asked)) == [{"n": 3}]
    with pytest.raises(UsageError, match="no statement"):
        call("sql")
    with pytest.raises(UsageError, match="no statement"):
        call("sql", "-", stdin="  ")
    with pytest.raises(UsageError, match="-p key: write -p NAME=VALUE"):
        call("sql", asked, "-p", "key")


def test_tables_are_listed_with_their_columns(call: Call) -> None:
    listed = call("sql", "--tables").stdout
    assert "article_version" in listed
    assert "news" in listed
    assert "article_fts_data" not in listed


def test_search_filters_of_the_command_line(call: Call) -> None:
    found = rows(call("search", "exchange -hyperlink", "--json"))
    assert [hit["source"] for hit in found] == ["weekly"]
    assert len(rows(call("search", "exchange", "--asset", "BTC", "--label", "opinion", "--json"))) == 3
    folded = call("search", "exchange", "--fold")
    assert "more of story" in folded.stdout
