"""How well assets are found, and how fast: ``python -m bench.assets [GOLD_DIR…]``.

Precision and recall by kind on the labelled sentences of the tests; then milliseconds for 5,000 characters beside two
floors in the same run, on those sentences strung together (as full of mentions as no article is) and on the texts of
each gold folder given. General news has few assets: there the mentions in 1,000 words bound how many can be false.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench.gold import read_gold
from pipelines.enrich.assets import assets, mentions
from pipelines.items import Article
from tests.pipelines.enrich.labelled import score, sentences

CHARACTERS = 5_000
ROUNDS = 5

T = TypeVar("T")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.assets", description=__doc__)
    parser.add_argument("gold", nargs="*", type=Path, metavar="GOLD_DIR")
    folders: list[Path] = parser.parse_args().gold
    console = Console()
    for half in ("seen", "held_out"):
        console.print(_scores(half))
    _article("bitcoin")  # the lexicon is made at the first call
    timed = [("labelled sentences", list(_strung_together()))]
    timed += [(folder.name, [page.text for page in read_gold(folder) if page.text]) for folder in folders]
    console.print(_times(timed))


def _scores(half: str) -> Table:
    table = Table(title=f"{half.replace('_', ' ')}: {len(list(sentences(half)))} sentences", title_justify="left")
    for name in ("kind", "right", "wrong", "missed", "precision", "recall"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind, each in score(list(sentences(half))).items():
        numbers = (str(each.right), str(each.wrong), str(each.missed))
        table.add_row(kind, *numbers, f"{each.precision:.3f}", f"{each.recall:.3f}")
    return table


def _times(timed: list[tuple[str, list[str]]]) -> Table:
    table = Table(title=f"milliseconds for {CHARACTERS:,} characters", title_justify="left")
    for name in ("texts", "characters", "in 1,000 words", "str.split", "one regex of all names", "mentions()"):
        table.add_column(name, justify="left" if name == "texts" else "right")
    names = re.compile("|".join(re.escape(each.name) for each in assets().values()))
    for name, texts in timed:
        articles = [_article(text) for text in texts]
        size, words = sum(map(len, texts)), sum(len(text.split()) for text in texts)
        found = sum(len(mentions(each)) for each in articles)
        spent = (
            _spent(str.split, texts),
            _spent(names.findall, texts, rounds=1),
            _spent(mentions, articles),
        )
        figures = (f"{1000 * seconds / size * CHARACTERS:.2f}" for seconds in spent)
        table.add_row(name, f"{size:,}", f"{1000 * found / words:.2f}", *figures)
    return table


def _spent(work: Callable[[T], object], inputs: list[T], rounds: int = ROUNDS) -> float:
    """Seconds of this process's CPU over all inputs, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for each in inputs:
            work(each)
        best = min(best, time.process_time() - started)
    return best


def _strung_together() -> Iterator[str]:
    text = ""
    for each in (*sentences("seen"), *sentences("held_out")):
        text += each.text + "\n\n"
        if len(text) >= CHARACTERS:
            yield text
            text = ""


def _article(body: str) -> Article:
    return Article(id="0" * 16, url="https://a.example/", canonical_url="https://a.example/", body=body)


if __name__ == "__main__":
    main()
