"""``newsmint assets``: the file as a list, and what a store speaks of most."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from pipelines.errors import UsageError
from pipelines.store import open_store
from pipelines.store.articles import save_article
from tests.pipelines.store.examples import an_article

Call = Callable[..., Result]

FIRST = an_article("first", title="Solana slips", body="Solana fell, and so did bitcoin. Bitcoin lost 2%.")
SECOND = an_article("second", title="Bitcoin slips too", body="The price of BTC fell to a low of the year.")


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """``newsmint`` with these words, on a store of two articles."""
    path = tmp_path / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        for article in (FIRST, SECOND):
            save_article(conn, article)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, [*words, "--db", str(path)], catch_exceptions=False, standalone_mode=False)

    return run


def _rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.output.splitlines()]


def test_one_asset_by_its_symbol(call: Call) -> None:
    [row] = _rows(call("assets", "$BTC", "--json"))
    assert (row["key"], row["kind"], row["name"], row["symbols"]) == ("bitcoin", "coin", "Bitcoin", ["BTC", "XBT"])
    assert "比特币" in row["aliases"]
    assert "Bitcoin" in call("assets", "btc").output


def test_all_of_a_kind(call: Call) -> None:
    rows = _rows(call("assets", "--kind", "exchange", "--json"))
    assert {row["kind"] for row in rows} == {"exchange"}
    assert {"binance", "kraken"} <= {row["key"] for row in rows}


def test_what_is_not_known_is_an_error(call: Call) -> None:
    with pytest.raises(UsageError, match="no asset is called 'bitcion'; near to it: bitcoin"):
        call("assets", "bitcion")


def test_what_the_store_speaks_of_most(call: Call) -> None:
    rows = _rows(call("assets", "--top", "--json"))
    assert rows == [
        {"asset": "bitcoin", "kind": "coin", "articles": 2, "titles": 1, "mentions": 4},
        {"asset": "solana", "kind": "coin", "articles": 1, "titles": 1, "mentions": 2},
    ]
    assert "bitcoin" in call("assets", "--top").output


def test_of_one_source_one_asset_and_from_a_day_on(call: Call) -> None:
    source = FIRST.source or ""
    assert len(_rows(call("assets", "--top", "--json", "--source", source))) == 2
    assert [row["asset"] for row in _rows(call("assets", "SOL", "--top", "--json"))] == ["solana"]
    assert call("assets", "--top", "--source", "another").return_value == 1
    assert call("assets", "--top", "--since", "2099-01-01").return_value == 1


def test_counting_options_need_top(call: Call) -> None:
    with pytest.raises(UsageError, match="add --top"):
        call("assets", "--since", "2026-11-01")
