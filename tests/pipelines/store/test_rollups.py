"""The sums that triggers keep are those that their queries compute, whatever happened to the articles."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pipelines.enrich import Credit, Enrichment, Label, Mention
from pipelines.items import Article, Link, RemovedBlock
from pipelines.store import Store
from pipelines.store.articles import save_article
from pipelines.store.derived import ROLLUPS
from pipelines.store.gone import lift, mark_gone
from pipelines.store.reading import driver
from pipelines.store.schema import metadata
from pipelines.store.sources import ensure_sources
from tests.pipelines.store.examples import an_article, url

SLUGS = [f"story-{number}" for number in range(6)]


def differences(conn: Connection) -> dict[str, tuple[Any, Any]]:
    """Roll-up → what it says beyond its query, and the query beyond it; empty where all are right."""
    found = {}
    for name, query in ROLLUPS.items():
        columns = ", ".join(column.name for column in metadata.tables[name].columns)
        kept = set(driver(conn).execute(f"SELECT {columns} FROM {name}"))
        computed = set(driver(conn).execute(f"SELECT {columns} FROM ({query}) AS computed"))
        if kept != computed:
            found[name] = (kept - computed, computed - kept)
    return found


def random_article(chance: random.Random) -> tuple[Article, Enrichment]:
    kinds = ("inline", "inline", "related_block", "embed")
    to = [url(slug, chance.choice(("daily.example", "weekly.example"))) for slug in SLUGS] + [
        "https://ledger.example/a"
    ]
    links = tuple(Link(chance.choice(kinds), chance.choice(to), "a", None, 0) for _ in range(chance.randrange(6)))
    reasons = chance.choices(("newsletter", "share", "ticker"), k=chance.randrange(4))
    article = an_article(
        chance.choice(SLUGS),
        host=chance.choice(("daily.example", "weekly.example")),
        body=chance.choice(("One body that several articles have in common, word for word. " * 3, "Another. " * 9)),
        title=f"Title {chance.randrange(3)}",
        authors=tuple(chance.choices(("Ada Field", "Bo Reed", "Cy"), k=chance.randrange(3))),
        published_at=chance.choice((None, "2026-10-31T23:30:00Z", "2026-11-01T00:10:00Z", "2026-11-20")),
        source=chance.choice(("daily", "weekly", None)),
        links=links,
        removed=tuple(RemovedBlock(reason, "rule", "text" * chance.randrange(1, 4)) for reason in reasons),
    )
    spoken = chance.choices((("bitcoin", "coin"), ("binance", "exchange")), k=chance.randrange(4))
    return article, Enrichment(
        "1",
        mentions=tuple(
            Mention(asset, kind, chance.choice(("title", "body")), 0, 3, "One", 0.9) for asset, kind in spoken
        ),
        credits=tuple(
            Credit(chance.choice(("Reuters", "Wire")), None, None, 0, 3, "x") for _ in range(chance.randrange(2))
        ),
        labels=tuple(Label(label, "it says so") for label in {chance.choice(("opinion", "sponsored"))}),
    )


def happen(conn: Connection, chance: random.Random) -> None:
    """One thing that happens to a store."""
    ids = conn.execute(text("SELECT id FROM article ORDER BY id")).scalars().all()
    what = chance.random()
    if what < 0.75 or not ids:
        article, enrichment = random_article(chance)
        save_article(conn, article, enrichment=enrichment)
    elif what < 0.85:
        mark_gone(conn, chance.choice(ids), "http_404", "2026-11-21T00:00:00Z")
    elif what < 0.9:
        lift(conn, chance.choice(ids))
    else:
        conn.execute(text("DELETE FROM article WHERE id = :id"), {"id": chance.choice(ids)})


@pytest.mark.parametrize("seed", range(6))
def test_sums_are_right_whatever_happens(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    with store.begin() as conn:
        ensure_sources(conn, ["daily", "weekly"])
        for _ in range(40):
            happen(conn, chance)
            assert differences(conn) == {}


def test_the_random_stores_have_something_in_every_sum(store: Store) -> None:
    chance = random.Random(1)
    with store.begin() as conn:
        ensure_sources(conn, ["daily", "weekly"])
        for _ in range(60):
            happen(conn, chance)
        assert [name for name in ROLLUPS if not conn.execute(text(f"SELECT count(*) FROM {name}")).scalar()] == []


def test_an_article_that_cites_another_twice_counts_once(store: Store) -> None:
    first = an_article("first", links=())
    twice = tuple(Link("inline", first.url, words, None, 0) for words in ("here", "there"))
    related = Link("related_block", first.url, "First", None, 3)
    cited = text("SELECT cited_by, related_by FROM times_cited WHERE article_id = :id").bindparams(id=first.id)
    with store.begin() as conn:
        save_article(conn, an_article("second", links=(*twice, related)))
        save_article(conn, first)
        assert conn.execute(cited).one() == (1, 1)
        save_article(conn, an_article("third", links=twice[:1]))
        assert conn.execute(cited).one() == (2, 1)
        save_article(conn, an_article("second", links=(related,), title="No longer says so"))
        assert conn.execute(cited).one() == (1, 1)


def test_a_date_corrected_into_another_month_takes_all_counts_along(store: Store) -> None:
    article = an_article(published_at="2026-10-31")
    with store.begin() as conn:
        save_article(conn, article)
        save_article(conn, replace(article, title="Corrected", published_at="2026-11-01"))
        assert conn.execute(text("SELECT DISTINCT month FROM removed_month")).scalars().all() == ["2026-11"]
        assert conn.execute(text("SELECT day, edits FROM article_day")).all() == [("2026-11-01", 1)]
        conn.execute(text("UPDATE article SET published_ts = 0"))
        assert differences(conn) == {}
