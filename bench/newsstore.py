"""A made-up store of any size, in the schema of real ones, to ask questions of: ``write_store(path, 100_000)``.

Rows are written in bulk, without triggers; what SQLite derives (search, roll-ups, views) is put up afterwards, as after
an upgrade. Seeded: two stores of one size differ in their times only, which end now.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.items import article_id
from pipelines.store import derived, open_store, schema
from pipelines.store.duplicates import body_hash
from pipelines.store.links import url_key

CHUNK = 5_000
SOURCES = 98
DAYS = 1_200
WORDS = 250
"""Of a body, on average."""
BANDS, SIGNATURE = 16, 256
"""Values and bytes of a sketch."""
STORY_SHARE = 0.12
"""Of the articles that tell what the one before them tells."""
TERMS = (
    "bitcoin ether solana etf sec exchange wallet ledger staking stablecoin miner airdrop halving regulator fund "
    "bridge validator treasury custody futures hack outage court lawsuit listing token protocol upgrade rollup"
).split()
ASSETS = ("bitcoin", "ethereum", "solana", "xrp", "tether", "binance", "coinbase", "cardano", "dogecoin", "avalanche")
REASONS = ("navigation", "related_block", "share", "newsletter", "site_chrome", "author_box", "ticker", "model")
LABELS = ("sponsored", "press_release", "opinion", "price_analysis")
HOSTS = ("x.com", "sec.gov", "github.com", "bloomberg.com", "reuters.com", "etherscan.io", "t.me", "medium.com")
OUTLETS = ("Bloomberg", "Reuters", "CoinDesk", "The Block", "Financial Times")


def write_store(path: Path, articles: int, *, progress: bool = False) -> None:
    """Make a store of so many articles at ``path``, which must not exist."""
    with open_store(path) as store, store.engine.begin() as conn:
        others = derived.take_down(conn)
        conn.exec_driver_sql("DROP TABLE article_fts")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY")
        _insert(connection, "source", _sources())
        _insert(connection, "crawl_run", [_run()])
        for first in range(0, articles, CHUNK):
            connection.execute("BEGIN")
            for table, rows in _chunk(first, min(CHUNK, articles - first), articles).items():
                _insert(connection, table, rows)
            connection.execute("COMMIT")
            if progress:
                print(f"\r{first + CHUNK:,} of {articles:,} articles", end="", file=sys.stderr, flush=True)
        _insert(connection, "alarm", _alarms())
    with open_store(path) as store, store.engine.begin() as conn:
        derived.put_up(conn, others)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("PRAGMA optimize = 0x10002")
    if progress:
        print(file=sys.stderr)


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        names = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(it.values()) for it in rows])


def _sources() -> list[dict[str, Any]]:
    return [
        {
            "key": f"outlet{n}",
            "name": f"Outlet {n}",
            "domain": f"outlet{n}.example",
            "language": "en",
            "added_at": at(0),
        }
        for n in range(SOURCES)
    ]


def _run() -> dict[str, Any]:
    summary = {f"outlet{n}": {"fetched": 40, "new": 30, "updated": 2, "failures": {}, "rejected": {}} for n in range(9)}
    done = {"state": "done", "started_at": at(3600), "finished_at": at(1800), "summary": json.dumps(summary)}
    return {"id": 1, "command": "crawl", "sources": "[]", "versions": "{}", "owner": "bench", **done}


def _alarms() -> list[dict[str, Any]]:
    same = {"detail": "nothing new for four days", "examples": "[]", "raised_at": at(9000), "seen_at": at(600)}
    return [{"source": f"outlet{n}", "kind": "silent", **same} for n in (3, 40, 77)]


@cache
def _end() -> int:
    return int(time.time())


def at(seconds_ago: int) -> str:
    """A moment before now, as the store writes it."""
    return datetime.fromtimestamp(_end() - seconds_ago, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _vocabulary() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Words, and their cumulated frequencies: Zipf's law, with the trade's own words among the frequent ones."""
    dice = np.random.default_rng(7)
    syllables = np.array("ba ce di fo gu ha ki lo mu na pe ri so tu va we xi yo za bre cro dra fle gri sto tre".split())
    made = ["".join(dice.choice(syllables, size)) for size in dice.integers(1, 5, 20_000)]
    made[20 : 20 + 9 * len(TERMS) : 9] = TERMS
    weights = 1.0 / (np.arange(len(made)) + 2.7)
    return np.array(made, dtype=object), np.cumsum(weights / weights.sum())


def _bodies(dice: np.random.Generator, count: int) -> Iterator[list[str]]:
    """The words of one body after the other."""
    words, frequencies = _vocabulary()
    lengths = dice.integers(WORDS // 3, 2 * WORDS - WORDS // 3, count)
    drawn = words[np.searchsorted(frequencies, dice.random(int(lengths.sum())))].tolist()
    place = 0
    for length in lengths.tolist():
        yield drawn[place : place + length]
        place += length


def _text(words: Sequence[str]) -> str:
    """Paragraphs of 45 words."""
    parts = (words[place : place + 45] for place in range(0, len(words), 45))
    return "\n\n".join(f"{' '.join(part).capitalize()}." for part in parts)


def _chunk(first: int, count: int, total: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of the articles ``first``, …, by table, parents before their children."""
    dice = np.random.default_rng(first + 1)
    names = ("page article article_url article_version heading link removed_block fetch frontier asset_mention "
             "article_asset credit article_label sketch sketch_band story story_article").split()  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    telling: list[tuple[str, int, str]] = []
    body: list[str] = []
    for place, drawn in enumerate(_bodies(dice, count)):
        retold = bool(place) and dice.random() < STORY_SHARE
        body = [*body[: len(body) - 9], *drawn[:9]] if retold else drawn
        number = first + place + 1
        made = _article(dice, number, total, body)
        _add(rows, dice, made, body)
        if not retold:
            _close_story(rows, first, telling)
            telling = []
        telling.append((made["id"], made["published_ts"], made["source"]))
    _close_story(rows, first, telling)
    return rows


def _source(number: int) -> int:
    """The number of an article's source: a few have many articles, most have few."""
    return int(SOURCES * ((number * 2_654_435_761 % 2**32) / 2**32) ** 2.5)


def _url(number: int) -> str:
    return f"https://outlet{_source(number)}.example/news/{number}"


def _article(dice: np.random.Generator, number: int, total: int, words: Sequence[str]) -> dict[str, Any]:
    ago = int(DAYS * 86_400 * (1 - (number / total) ** 0.7)) + int(dice.integers(0, 7_200))
    source, url = _source(number), _url(number)
    body = _text(words)
    labels = [LABELS[number % 4]] if number % 12 == 0 else []
    return {
        "number": number,
        "id": article_id(url),
        "url": url,
        "canonical_url": url,
        "source": f"outlet{source}",
        "title": " ".join(words[:9]).capitalize(),
        "description": " ".join(words[9:30]).capitalize(),
        "authors": json.dumps([f"Writer {source}-{int(dice.integers(0, 6))}"]),
        "published_at": at(ago),
        "published_ts": _end() - ago,
        "modified_at": at(ago),
        "language": ("en", "en", "en", "en", "de", "es", "en", "tr")[number % 8],
        "section": words[3],
        "tags": json.dumps(words[4:7]),
        "image_url": None,
        "body": body,
        "body_markdown": body,
        "word_count": len(words),
        "verdict": "article",
        "labels": json.dumps(labels),
        "version": 1 + (number % 6 == 0),
        "content_hash": f"{number:064x}",
        "body_hash": body_hash(body),
        "duplicate_of": None,
        "first_seen_at": at(max(ago - 600, 0)),
        "fetched_at": at(max(ago - 600, 0)),
        "body_path": "html/body/main/article",
        "extractor": "bench",
        "enricher": "bench",
    }


def _add(
    rows: dict[str, list[dict[str, Any]]], dice: np.random.Generator, made: dict[str, Any], words: list[str]
) -> None:
    """An article's rows in all tables."""
    number, owner = made["number"], {"article_id": made["id"]}
    rows["article"].append(made)
    rows["article_url"].append({"key": url_key(made["url"]), "url": made["url"], "kind": "own", **owner})
    page = {"id": number, "url": made["url"], "source": made["source"], "status": 200, "content_hash": f"{number:064x}"}
    rows["page"].append(
        page | {"part_hashes": "[]", "size": 90_000, "fetched_at": made["fetched_at"], "version": 1} | owner
    )
    same = {name: made[name] for name in ("title", "description", "body", "body_markdown", "word_count", "modified_at")}
    for version in range(1, made["version"] + 1):
        seen = {"version": version, "seen_at": made["first_seen_at"], "page_id": number, "extractor": "bench"}
        rows["article_version"].append(owner | seen | same | {"content_hash": f"{number + version:064x}"})
    for place, words_of in enumerate((words[30:34], words[60:65], words[90:93], words[120:126])[: number % 5]):
        rows["heading"].append(
            owner | {"ordinal": place, "level": 2, "text": " ".join(words_of), "position": 2 * place}
        )
    _add_links(rows, dice, number, owner)
    for place in range(11):
        block = {"ordinal": place, "reason": REASONS[(number + place) % 8], "rule": "model", "path": "html/body/aside"}
        rows["removed_block"].append(owner | block | {"text": " ".join(words[5 * place : 5 * place + 12])})
    fetch = {"run_id": 1, "source": made["source"], "url": made["url"], "route": "feed", "status": 200, "size": 90_000}
    rows["fetch"].append(
        fetch | {"seconds": 0.2, "outcome": "new", "page_id": number, "fetched_at": made["fetched_at"]}
    )
    entry = {
        "key": url_key(made["url"]),
        "url": made["url"],
        "source": made["source"],
        "state": "done",
        "priority": 0.0,
    }
    entry |= {"host": f"{made['source']}.example", "tries": 0, "added_at": made["first_seen_at"], "checks": 1}
    rows["frontier"].append(entry | owner)
    _add_found(rows, dice, made, owner)


def _add_links(
    rows: dict[str, list[dict[str, Any]]], dice: np.random.Generator, number: int, owner: dict[str, Any]
) -> None:
    """Seventeen links, every sixth to a stored article, older ones and a few famous ones above all."""
    targets = (number * dice.random(17) ** 3).astype(int).tolist()
    for place, target in enumerate(targets):
        is_stored = place % 6 == 0 and target > 0
        url = _url(target) if is_stored else f"https://{HOSTS[(number * place) % 8]}/page/{target}"
        host = url.split("/")[2]
        link = {"ordinal": place, "kind": ("inline", "related_block", "tag")[place % 3], "url": url, "text": "a story"}
        link |= {"position": place, "host": host, "target_key": f"{target:016x}"}
        rows["link"].append(owner | link | {"target_article_id": article_id(url) if is_stored else None})


def _add_found(
    rows: dict[str, list[dict[str, Any]]], dice: np.random.Generator, made: dict[str, Any], owner: dict[str, Any]
) -> None:
    """What the enrichment finds."""
    number = made["number"]
    assets = {ASSETS[int(10 * it**3)] for it in dice.random(3)}
    for place, asset in enumerate(sorted(assets)):
        mention = {
            "ordinal": place,
            "asset": asset,
            "kind": "coin",
            "part": "body",
            "start": 9 * place,
            "stop": 9 * place + 7,
        }
        rows["asset_mention"].append(owner | mention | {"text": asset, "certainty": 0.9})
        summed = {"asset": asset, "published_ts": made["published_ts"], "kind": "coin", "mentions": 1, "in_title": 0}
        rows["article_asset"].append(summed | {"certainty": 0.9} | owner)
    if number % 3 == 0:
        outlet = OUTLETS[number % 5]
        credit = {"ordinal": 0, "outlet": outlet, "domain": f"{outlet.split()[-1].lower()}.com", "start": 0, "stop": 20}
        rows["credit"].append(owner | credit | {"text": f"according to {outlet}"})
    rows["article_label"] += [owner | {"label": it, "evidence": "a mark"} for it in json.loads(made["labels"])]
    rows["sketch"].append({"number": number, "signature": dice.bytes(SIGNATURE)})
    values = dice.integers(0, 2**63 - 1, BANDS).tolist()
    rows["sketch_band"] += [{"value": value, "number": number} for value in values]


def _close_story(rows: dict[str, list[dict[str, Any]]], first: int, telling: list[tuple[str, int, str]]) -> None:
    if len(telling) < 2:
        return
    number = first + len(rows["story"]) + 1
    times = [moment for _, moment, _ in telling]
    story = {"id": number, "first_article_id": telling[0][0], "articles": len(telling)}
    story |= {"sources": len({source for *_, source in telling}), "first_ts": min(times), "last_ts": max(times)}
    rows["story"].append(story)
    member = {"story_id": number, "similarity": 0.97, "added_words": 9}
    rows["story_article"] += [{"article_id": each, **member} for each, *_ in telling]


def sizes(path: Path) -> Iterable[tuple[str, int]]:
    """Tables and their rows."""
    with closing(sqlite3.connect(path)) as connection:
        for table in schema.metadata.sorted_tables:
            yield table.name, connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]


def main() -> None:
    """Write a store from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    options = parser.parse_args()
    began = time.perf_counter()
    write_store(options.path, options.articles, progress=True)
    print(f"{options.path}: {options.path.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - began:.0f} s")
    for table, rows in sizes(options.path):
        print(f"  {table:16} {rows:>12,}")


if __name__ == "__main__":
    main()
