"""Near-duplicates: how often they are found and how often wrongly, and what finding them costs among a million.

``python -m bench.duplicates`` judges the labelled pairs of ``duplicates.toml``. ``--sketches 1000000`` also makes a
store with so many sketches, one band of which a tenth of all articles share, and measures a look-up and the placing of
an article in it, beside a floor of the same run: single look-ups of the same number of keys, and bare inserts of the
same number of rows, in the same file.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, select

from pipelines.enrich import ENRICHER, Enrichment
from pipelines.enrich.duplicates import Reading, estimate, likeness, sketch
from pipelines.enrich.values import Sketch
from pipelines.items import Article, article_id
from pipelines.store import open_store, schema
from pipelines.store.articles import save_article
from pipelines.store.sketches import LEAST_ESTIMATE, candidates
from pipelines.store.stories import place

PAIRS = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str

    @property
    def article(self) -> Article:
        return Article(id="", url="", canonical_url="", title=self.title, body=self.body)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, and whether they are one story. ``set`` is ``seen`` or ``held``: nothing was tuned on the held."""

    name: str
    kind: str
    set: str
    same: bool
    one: Text
    other: Text


def texts() -> dict[str, Text]:
    """The texts as they are written, by key."""
    return {it["key"]: Text(it["title"], it["body"].strip()) for it in tomllib.loads(PAIRS.read_text())["text"]}


def pairs() -> Iterator[Pair]:
    """All labelled pairs."""
    known = texts()
    for it in tomllib.loads(PAIRS.read_text())["pair"]:
        one = known[it["of"]]
        other = known[it["to"]] if "to" in it else changed(one, it)
        yield Pair(f"{it['of']}: {it['kind']}", it["kind"], it.get("set", "seen"), it["same"], one, other)


def changed(text: Text, how: dict[str, Any]) -> Text:
    """A text with paragraphs dropped, put in, and words replaced; every replacement must find its words."""
    blocks = [block for at, block in enumerate(text.body.split("\n\n")) if at not in how.get("drop", ())]
    if "insert" in how:
        blocks.insert(*how["insert"])
    body = "\n\n".join(block for block in (how.get("before"), *blocks, how.get("after")) if block)
    for old, new in how.get("replace", ()):
        if old not in body:
            raise ValueError(f"{old!r} is not in the text")
        body = body.replace(old, new)
    return Text(how.get("title", text.title), body)


def is_found(one: Text, other: Text) -> bool:
    """Whether the store would put both into one story: a band or the body in common, and alike by their texts."""
    if " ".join(one.body.split()) == " ".join(other.body.split()):
        return True
    sketches = sketch(one.article), sketch(other.article)
    if sketches[0] is None or sketches[1] is None:
        return False
    shared = len(set(sketches[0].bands) & set(sketches[1].bands))
    alike = estimate(sketches[0].signature, sketches[1].signature)
    if not shared or (shared == 1 and alike < LEAST_ESTIMATE):
        return False
    return likeness(Reading.of(one.title, one.body), Reading.of(other.title, other.body)) is not None


def judged() -> list[tuple[Pair, bool]]:
    """Each labelled pair, and whether it is found."""
    return [(pair, is_found(pair.one, pair.other)) for pair in pairs()]


def precision_and_recall(found: Iterable[tuple[Pair, bool]]) -> tuple[float, float]:
    """Of what is found, how much is right; of what is right, how much is found."""
    hits = [(pair.same, is_found) for pair, is_found in found]
    right = hits.count((True, True))
    return right / max(right + hits.count((False, True)), 1), right / max(right + hits.count((True, False)), 1)


def print_pairs() -> None:
    """Precision and recall, each mistake by name, and pairs of texts that nobody labelled."""
    found = judged()
    for name in ("seen", "held"):
        some = [each for each in found if each[0].set == name]
        same = sum(pair.same for pair, _ in some)
        precision, recall = precision_and_recall(some)
        print(f"{name}: {same} duplicates, {len(some) - same} others: precision {precision:.3f}, recall {recall:.3f}")
    for pair, is_hit in found:
        if pair.same != is_hit:
            print(f"  {'missed' if pair.same else 'wrong'}: {pair.name}")
    all_texts = texts().values()
    wrong = sum(is_found(one, other) for one, other in combinations(all_texts, 2))
    print(f"any two of the {len(all_texts)} texts themselves: {wrong} found alike")


WORDS = 600
"""Of a made-up body."""
SHARED = 0.1
"""Of the articles that share one value of one band: a template, or malice."""
T = TypeVar("T")


def made_up(number: int) -> Article:
    """An article that is like no other."""
    dice = random.Random(number)
    words = [f"{dice.choice(_HEADS)}{dice.choice(_TAILS)}" for _ in range(WORDS)]
    words[::50] = [f"{dice.randrange(10, 10_000):,}" for _ in words[::50]]
    url = f"https://daily.example/{number}"
    body = " ".join(words)
    return Article(article_id(url), url, url, source="daily", title=f"Story {number}", body=body, extractor="bench")


_HEADS = [first + second for first in "bcdfghklmnprstvw" for second in "aeiou"]
_TAILS = [first + second + third for first in "bdgklmnrst" for second in "aeiou" for third in "lnrst"]


def fill(path: Path, count: int, bands: int, common: int) -> None:
    """So many sketches, numbered from 1,000 on; ``common`` is the value that a tenth of them share."""
    chance = np.random.default_rng(7)
    values = chance.integers(0, 2**63, (count, bands), dtype=np.int64)
    values[: int(SHARED * count), 0] = common
    numbers = np.repeat(np.arange(1_000, 1_000 + count), bands)
    order = np.argsort(values.ravel(), kind="stable")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in (
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -500000",
            f"DROP INDEX {_BY_NUMBER}",
            "BEGIN",
        ):
            raw.execute(statement)
        signatures = ((number, chance.bytes(256)) for number in range(1_000, 1_000 + count))
        raw.executemany("INSERT INTO sketch VALUES (?, ?)", signatures)
        for some in np.array_split(order, max(len(order) // 500_000, 1)):
            rows = zip(values.ravel()[some].tolist(), numbers[some].tolist(), strict=True)
            raw.executemany("INSERT INTO sketch_band VALUES (?, ?)", rows)
        for statement in (f"CREATE INDEX {_BY_NUMBER} ON sketch_band (number)", "COMMIT", "ANALYZE"):
            raw.execute(statement)


_BY_NUMBER = "ix_sketch_band_number"


def timed(call: Callable[[T], object], of: Iterable[T]) -> list[float]:
    """Milliseconds of CPU of each call: on a busy machine the clock tells more about the others."""
    taken = []
    for each in of:
        began = time.thread_time()
        call(each)
        taken.append(1_000 * (time.thread_time() - began))
    return taken


def report(name: str, taken: Sequence[float]) -> None:
    high = statistics.quantiles(taken, n=20)[-1]
    print(f"{name:<58} median {statistics.median(taken):6.3f} ms, 95th percentile {high:6.3f} ms")


def print_costs(folder: Path, count: int, rounds: int = 300) -> None:
    """What sketching, looking up and placing take in a store of so many sketches."""
    articles = [made_up(number) for number in range(rounds)]
    sketches = [found for each in articles if (found := sketch(each)) is not None]
    report(f"sketch of a body of {WORDS} words", timed(sketch, articles))
    path = folder / "news.sqlite3"
    common = 4_242_424_242
    with open_store(path) as store:
        fill(path, count, len(sketches[0].bands), common)
        print(f"{count:,} sketches, {path.stat().st_size / 1e6:,.0f} MB; {int(SHARED * count):,} share one value")
        with store.engine.connect() as conn:
            _measure(conn, articles, sketches, common)
            conn.rollback()


def _measure(conn: Connection, articles: list[Article], sketches: list[Sketch], common: int) -> None:
    raw: Any = conn.connection.driver_connection
    one, many = "SELECT number FROM sketch_band WHERE value = ? LIMIT 1", "INSERT INTO sketch_band VALUES (?, ?)"
    floor = timed(lambda it: [raw.execute(one, (value,)).fetchall() for value in it.bands], sketches)
    report("floor: each band looked up by itself", floor)
    report("look-up of a new article", timed(lambda it: candidates(conn, 0, it), sketches))
    shared = [replace(each, bands=(common, *each.bands[1:])) for each in sketches]
    report("look-up, one value that a tenth shares", timed(lambda it: candidates(conn, 0, it), shared))
    report("storing an article, but for placing it", timed(lambda it: _store(conn, it), articles))
    rows = [[(value ^ 1, number) for value in found.bands] for _, number, found in _numbered(conn, articles) if found]
    report("floor: bare inserts of as many bands", timed(lambda it: raw.executemany(many, it), rows))
    report("placing: one that stands alone", timed(lambda it: _place(conn, *it), _numbered(conn, articles)))
    copies = [_copy(each) for each in articles]
    for each in copies:
        _store(conn, each)
    report("placing: into a story with another", timed(lambda it: _place(conn, *it), _numbered(conn, copies)))


def _store(conn: Connection, article: Article) -> None:
    save_article(conn, article, enrichment=Enrichment(ENRICHER))


def _place(conn: Connection, key: str, number: int, found: Sketch | None) -> None:
    place(conn, key, number, found, is_new=True)


def _numbered(conn: Connection, articles: list[Article]) -> list[tuple[str, int, Sketch | None]]:
    table = schema.article
    numbers = dict(conn.execute(select(table.c.id, table.c.number)).all())
    return [(each.id, numbers[each.id], sketch(each)) for each in articles]


def _copy(article: Article) -> Article:
    url = f"{article.url}?copy"
    return replace(article, id=article_id(url), url=url, canonical_url=url, body=f"{article.body} and more")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sketches", type=int, default=0, metavar="N", help="also measure among so many sketches")
    parser.add_argument("--folder", type=Path, help="where the store is made: 1.5 GB a million")
    arguments = parser.parse_args()
    print_pairs()
    if arguments.sketches:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            print_costs(Path(folder), arguments.sketches)


if __name__ == "__main__":
    main()
