"""An export of a shared store is, to the byte, that of a store in a file that holds the same."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipelines.enrich import Credit, Enrichment, Label, Mention
from pipelines.errors import UsageError
from pipelines.export import Request, Selection, export, export_since_last
from pipelines.export.picking import Splits
from pipelines.export.shards import silent
from pipelines.items import Heading, Link
from pipelines.store import Store, open_store
from pipelines.store.articles import save_article
from pipelines.store.gone import mark_gone
from tests.pipelines.export.conftest import json_lines
from tests.pipelines.store.examples import an_article

pytestmark = pytest.mark.postgres

WORDS = "token bridge hack ether “quoted” back\\slash tab\there 比特币 \x7f market <b> fell & rose".split(" ")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, postgres: Any) -> Iterator[tuple[Store, Store]]:
    """The same articles in a file and in a shared store: some edited, some copies, one gone."""
    with (
        postgres.database() as url,
        open_store(tmp_path_factory.mktemp("file") / "news.sqlite3") as one,
        open_store(url) as other,
    ):
        for store in (one, other):
            fill(store)
        yield one, other


def fill(store: Store) -> None:
    chance = random.Random(7)
    with store.begin() as conn:
        for number in range(40):
            body = "\n\n".join(" ".join(chance.choices(WORDS, k=30)) for _ in range(3))
            article = an_article(
                f"story-{number % 31}",
                host=chance.choice(("daily.example", "weekly.example")),
                title=" ".join(chance.choices(WORDS, k=5)),
                body="One text that outlets have in common. " * 9 if number % 5 == 0 else body,
                body_markdown=body,
                authors=tuple(chance.sample(("Ada Field", 'Bo "the pen" Reed', "Cy"), k=number % 3)),
                published_at=f"2026-11-{number % 27 + 1:02}T08:00:00Z",
                fetched_at=f"2026-11-{number % 27 + 2:02}T08:00:00Z",
                headings=(Heading(2, "What changes\nfor holders", 1),),
                links=(
                    Link("inline", "https://a.example/?q=é", "Ä", None, 0),
                    Link("author", "https://b.example/", "c", "", 1),
                ),
                language=chance.choice(("en", "de", None)),
            )
            certainty = chance.choice((0.9, 0.1 + 0.2, 1.0, 0.00001, 1 / 3))
            mentions = (Mention("bitcoin", "coin", "body", 0, 3, "BTC", certainty),)
            labels = (Label("opinion", "it says so"),) if number % 2 else ()
            save_article(
                conn, article, enrichment=Enrichment("1", mentions, (Credit("Wire", None, None, 0, 4, "wire"),), labels)
            )
        mark_gone(conn, an_article("story-7").id, "http_404", "2026-11-28T00:00:00Z")


PLAIN = Request("jsonl", Selection())
RICH = replace(
    PLAIN,
    include=("record", "assets", "mentions", "credits", "versions", "rights", "quality", "measures", "cluster", "path"),
    body=("text", "markdown", "blocks"),
)
REQUESTS = {
    "plain": PLAIN,
    "rich": RICH,
    "parquet": replace(RICH, format="parquet"),
    "csv": replace(PLAIN, format="csv"),
    "hashed": replace(PLAIN, authors="hash", author_key="k"),
    "near": replace(RICH, dedupe="near"),
    "as of": replace(RICH, selection=Selection(as_of="2026-11-20T00:00:00Z")),
    "selected": replace(
        PLAIN, selection=Selection(languages=("en",), assets=("bitcoin",), min_words=3, gone="drop", rights=True)
    ),
    "where": replace(PLAIN, selection=Selection(where="word_count > 50 AND title LIKE '%TOKEN%'")),
    "sql": replace(PLAIN, selection=Selection(sql="SELECT article_id FROM article_asset WHERE certainty > 0.5;")),
    "query": replace(PLAIN, selection=Selection(query="latest-on", values={"asset": "BTC", "limit": "9"})),
}  # fmt: skip


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_file(stores: tuple[Store, Store], tmp_path: Path, request_: Request) -> None:
    one, other = (
        export(store.location, request_, tmp_path / name) for store, name in zip(stores, ("one", "other"), strict=True)
    )
    assert (one.articles, one.left_out) == (other.articles, other.left_out)
    assert one.articles > 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


FOLDERS = {
    "huggingface": replace(PLAIN, format="huggingface"),
    "split": replace(RICH, splits=Splits(("2026-11-10T00:00:00Z", "2026-11-20T00:00:00Z")), dedupe="exact"),
    "side": replace(RICH, tables="side"),
}


@pytest.mark.parametrize("request_", FOLDERS.values(), ids=FOLDERS)
def test_a_folder(stores: tuple[Store, Store], tmp_path: Path, request_: Request) -> None:
    for store, name in zip(stores, ("a", "b"), strict=True):
        (tmp_path / name).mkdir()
        export(store.location, request_, tmp_path / name / "set", as_folder=True)
    one, other = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "a", tmp_path / "b")
    )
    assert len(one) > 1
    assert one == other


def test_mistakes_in_sql_of_ones_own(stores: tuple[Store, Store], tmp_path: Path) -> None:
    for where in ("nosuch > 1", "1 = 1; DELETE FROM article", "pg_advisory_lock(1) IS NULL"):
        with pytest.raises(UsageError):
            export(stores[1].location, replace(PLAIN, selection=Selection(where=where)), tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_data_set_kept_up_to_date(shared_database: str, tmp_path: Path) -> None:
    with open_store(shared_database) as store:
        fill(store)
        target = tmp_path / "set"
        first = export_since_last(store.location, PLAIN, target, silent)
        assert (first.new, first.changed, first.withdrawn) == (len(_some(store)), 0, 0)
        with store.begin() as conn:
            conn.execute(text("UPDATE article SET section = 'Law' WHERE id = :id"), {"id": _some(store)[0]})
            conn.execute(text("DELETE FROM article WHERE id = :id"), {"id": _some(store)[1]})
            save_article(conn, an_article("brand-new"))
        second = export_since_last(store.location, PLAIN, target, silent)
        assert (second.new, second.changed, second.withdrawn) == (1, 1, 1)
        third = export_since_last(store.location, PLAIN, target, silent)
        assert third.rows == 0


def _some(store: Store) -> list[str]:
    return [row[0] for row in store.sql("SELECT id FROM article ORDER BY id").rows]


def test_a_writer_that_commits_late_is_waited_for(shared_database: str, tmp_path: Path) -> None:
    """It has a lower number of change than one that committed before it: an export between them would miss it."""
    with open_store(shared_database) as store:
        with store.begin() as conn:
            save_article(conn, an_article("slow", links=()))
            save_article(conn, an_article("fast", body="Another text.", links=()))
        export_since_last(store.location, PLAIN, tmp_path / "set", silent)
        slow, fast = (an_article(slug).id for slug in ("slow", "fast"))
        asked = text("UPDATE article SET section = 'Law' WHERE id = :id")
        with store.engine.connect() as late, store.engine.connect() as early:
            late.execute(asked, {"id": slow})
            early.execute(asked, {"id": fast})
            early.commit()
            done: list[Any] = []
            exporting = threading.Thread(
                target=lambda: done.append(export_since_last(store.location, PLAIN, tmp_path / "set", silent))
            )
            exporting.start()
            exporting.join(1)
            assert exporting.is_alive()
            late.commit()
            exporting.join(30)
        told = [row["id"] for row in json_lines(max((tmp_path / "set/data/articles").iterdir()))]
        assert done[0].changed == 2
        assert sorted(told) == sorted((slow, fast))
        assert export_since_last(store.location, PLAIN, tmp_path / "set", silent).rows == 0
