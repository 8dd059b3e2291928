"""Newsmint and trafilatura on gold pages, side by side in one run: ``python -m bench.extraction GOLD_DIR…``.

Prints a table for each folder: body F1, precision, recall, share exactly right, headings F1, strings kept and leaked,
title, date and author accuracy, and CPU milliseconds a page for everything each of the two has to give. CPU time is
measured page by page inside the worker that does the work, so other processes do not count.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import trafilatura

from bench.gold import GoldPage, read_gold
from bench.scoring import Tally
from pipelines.extraction import extract_article
from pipelines.items import RawPage

FIGURES = "f1 precision recall exact headings_f1 kept leaked title date author".split()
Result = dict[str, Any]


@dataclass
class Column:
    """One extractor's figures on one folder."""

    tally: Tally = field(default_factory=Tally)
    seconds: list[float] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, float]:
        """The tally's summary and CPU milliseconds a page."""
        return {**self.tally.summary(), "cpu_ms": 1000 * mean(self.seconds) if self.seconds else 0.0}


def newsmint(page: RawPage) -> Result:
    """Everything in an Article."""
    return extract_article(page).as_dict()


def plain_trafilatura(page: RawPage) -> Result:
    """trafilatura as its documentation has it for articles: default mode with metadata, without comments."""
    found: Any = trafilatura.bare_extraction(page.body, url=page.url, include_comments=False, with_metadata=True)
    if found is None:
        return {}
    author = (found.author or "").split("; ") if found.author else []
    headings = [
        head.text_content() if hasattr(head, "text_content") else "".join(head.itertext())
        for head in (found.body.iter("head") if found.body is not None else ())
    ]
    return {
        "body": found.text,
        "title": found.title,
        "authors": author,
        "published_at": found.date,
        "headings": headings,
    }


EXTRACTORS: Mapping[str, Callable[[RawPage], Result]] = {"newsmint": newsmint, "trafilatura": plain_trafilatura}


def measure(page: GoldPage) -> dict[str, tuple[Result, float]]:
    """Each extractor's result on a page and its CPU seconds."""
    logging.disable(logging.CRITICAL)
    raw = page.raw
    out = {}
    for name, extract in EXTRACTORS.items():
        started = process_time()
        found = extract(raw)
        out[name] = (found, process_time() - started)
    return out


def run(folder: Path, workers: int, limit: int | None) -> dict[str, Column]:
    """All pages of a folder through all extractors."""
    pages = list(read_gold(folder))[:limit]
    columns = {name: Column() for name in EXTRACTORS}
    measure(pages[0])  # imports and caches are not a page's fault
    with ProcessPoolExecutor(workers) as pool:
        for page, results in zip(pages, pool.map(measure, pages, chunksize=4), strict=True):
            for name, (article, seconds) in results.items():
                columns[name].tally.add(page.row, article)
                columns[name].seconds.append(seconds)
    return columns


def print_table(folder: Path, columns: Mapping[str, Column]) -> None:
    """One row a figure, one column an extractor."""
    figures = {name: column.figures for name, column in columns.items()}
    first = next(iter(figures.values()))
    print(f"\n{folder.name}: {len(next(iter(columns.values())).seconds)} pages, {first['pages']:.0f} with a gold body")
    print(f"  {'':12}" + "".join(f"{name:>14}" for name in figures) + "       of")
    for key in FIGURES:
        if key in first:
            print(
                f"  {key:12}" + "".join(f"{f[key]:14.4f}" for f in figures.values()) + f"{first.get(f'{key}_of', ''):9}"
            )
    times = [f["cpu_ms"] for f in figures.values()]
    print(f"  {'CPU ms/page':12}" + "".join(f"{time:14.1f}" for time in times) + f"   ratio {times[0] / times[-1]:.2f}")


def print_worst(column: Column, count: int) -> None:
    """The pages with the lowest body F1."""
    for score in sorted(column.tally.bodies, key=lambda score: score.f1)[:count]:
        print(f"  {score.f1:.3f}  P {score.precision:.3f}  R {score.recall:.3f}  {score.page}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", help="folders with a pages.jsonl")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="also list Newsmint's N worst bodies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pages of each folder")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    missing = [str(folder) for folder in options.gold if not (folder / "pages.jsonl").is_file()]
    if missing:
        print(f"no pages.jsonl in {', '.join(missing)}", file=sys.stderr)
        return 2
    report = {}
    for folder in options.gold:
        columns = run(folder, options.workers, options.limit)
        print_table(folder, columns)
        print_worst(columns["newsmint"], options.worst)
        report[folder.name] = {name: column.figures for name, column in columns.items()}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
