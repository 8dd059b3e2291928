"""Weigh the witnesses for titles and authors: ``python -m bench.train_metadata GOLD_DIR…`` (needs the extra ``train``).

A conditional logit model: of a page's candidates the right one gets the highest score, a sum of what its witnesses and
traits are worth. Prints site-grouped cross-validation, then writes ``title.toml`` and ``authors.toml`` beside the code
that reads them. No randomness: the same gold gives the same weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bench.gold import GoldPage, read_gold
from bench.scoring import fold, name_set
from pipelines.errors import BadInput
from pipelines.extraction.document import parse_document
from pipelines.extraction.metadata import authors, title
from pipelines.extraction.metadata.names import key
from pipelines.extraction.metadata.nearby import Nearby
from pipelines.extraction.metadata.site import site_names
from pipelines.extraction.structured import PageData

FOLDER = Path("pipelines/extraction/metadata")
FOLDS, STEPS, RATE, PENALTY = 10, 600, 0.05, 2.0
MIN_COUNT = 10
"""Traits of fewer candidates are left out, and so are weights too small to matter."""
MIN_WEIGHT = 0.05
COLLECTION_WEIGHT = {"fundus-dev": 2.0, "postlight": 0.6, "segments-dev": 0.4, "readability": 0.2}
"""News pages weigh more; the others' gold follows other conventions (a title with its suffix, a cut-off byline)."""
NOBODY_WEIGHT = 0.5
"""Of a page whose gold names no author, which may as well mean that nobody looked."""
HINT = {"title.toml": 1.4, "authors.toml": 1.0}
"""What a feed or REST answer says: no gold has it, so it is set by hand, a little above JSON-LD."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Page:
    """The candidates of one page: their traits, and which of them are right."""

    collection: str
    site: str
    weight: float
    traits: list[dict[str, float]]
    right: list[bool]


def title_page(gold: GoldPage, data: PageData) -> Page | None:
    """A page's wordings of its title; None where gold has none."""
    wanted = fold(gold.row.get("title"))
    if not wanted:
        return None
    found = title.candidates(data, gold.raw.url, site_names(data, gold.raw.url), None)
    return _page(gold, 1.0, [(each.traits, fold(each.text) == wanted) for each in found])


def author_page(gold: GoldPage, data: PageData) -> Page | None:
    """A page's sets of names; None where gold has none, unless the collection says so of pages that name nobody."""
    wanted = name_set(gold.row.get("author"))
    if not wanted and gold.collection != "wcxb-dev":
        return None
    names = site_names(data, gold.raw.url)
    nearby = Nearby(data, title.read_title(data, gold.raw.url, names))
    found = authors.candidates(data, nearby, frozenset(map(key, names)), None)
    weight = 1.0 if wanted else NOBODY_WEIGHT
    return _page(gold, weight, [(each.traits, name_set(list(each.names)) == wanted) for each in found])


def _page(gold: GoldPage, weight: float, candidates: list[tuple[dict[str, float], bool]]) -> Page:
    weight *= COLLECTION_WEIGHT.get(gold.collection, 1.0)
    name = gold.collection if weight != NOBODY_WEIGHT else f"{gold.collection}, nobody"
    return Page(name, gold.site, weight, [traits for traits, _ in candidates], [right for _, right in candidates])


def read_pages(folders: Sequence[Path], make: Callable[[GoldPage, PageData], Page | None]) -> list[Page]:
    """All pages of the gold folders that can be parsed and have gold."""
    pages = []
    for gold in (gold for folder in folders for gold in read_gold(folder)):
        try:
            data = parse_document(gold.raw).data
        except BadInput:
            continue
        page = make(gold, data) if data is not None else None
        if page:
            pages.append(page)
    return pages


def fit(pages: Sequence[Page], names: Sequence[str]) -> Floats:
    """Weights of the traits ``names`` that give the right candidates most of the probability (Adam, whole batches)."""
    taught = [page for page in pages if any(page.right) and not all(page.right)]
    rows = np.array([[traits.get(name, 0.0) for name in names] for page in taught for traits in page.traits])
    right = np.array([float(each) for page in taught for each in page.right])
    sizes = np.array([len(page.right) for page in taught])
    starts, weights = np.cumsum(sizes) - sizes, np.repeat([page.weight for page in taught], sizes)
    theta, first, second = (np.zeros(len(names)) for _ in range(3))
    for step in range(1, STEPS + 1):
        scores = rows @ theta
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        every = scores / np.repeat(np.add.reduceat(scores, starts), sizes)
        among_right = scores * right / np.repeat(np.add.reduceat(scores * right, starts), sizes)
        gradient = rows.T @ (weights * (every - among_right)) + PENALTY * theta
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        theta -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return theta


def cross_validate(pages: Sequence[Page], names: Sequence[str]) -> list[str]:
    """A line a collection: the share of pages right when their site was not trained on, and the best possible."""
    tally: Counter[tuple[str, str]] = Counter()
    for number in range(FOLDS):
        held_out = [page for page in pages if crc32(page.site.encode()) % FOLDS == number]
        theta = fit([page for page in pages if crc32(page.site.encode()) % FOLDS != number], names)
        for page in held_out:
            scores = [
                sum(traits.get(name, 0.0) * weight for name, weight in zip(names, theta, strict=True))
                for traits in page.traits
            ]
            best = int(np.argmax(scores)) if scores else None
            tally[page.collection, "pages"] += 1
            tally[page.collection, "right"] += best is not None and page.right[best]
            tally[page.collection, "possible"] += any(page.right)
    lines = []
    for collection in sorted({name for name, _ in tally}):
        count = tally[collection, "pages"]
        right, possible = (tally[collection, each] / count for each in ("right", "possible"))
        lines.append(f"{collection:20} {right:.3f} of {possible:.3f} possible ({count} pages)")
    return lines


def write(path: Path, what: str, figures: Sequence[str], names: Sequence[str], theta: Floats) -> None:
    """A TOML file of the weights, the heaviest first, with the figures of cross-validation above them."""
    rows = sorted(zip(names, theta, strict=True), key=lambda row: -row[1])
    lines = [
        f"# What each witness and trait of {what} is worth: a conditional logit model over a page's candidates.",
        "# Written by bench/train_metadata.py; the traits are explained in the code beside this file.",
        "# Right on pages of sites that were not trained on (ten folds by site), and what the candidates would allow:",
        *(f"#   {line}" for line in figures),
        "",
        "[weights]",
        f"hint = {HINT[path.name]}",
        *(f'"{name}" = {value:.2f}' for name, value in rows if abs(value) >= MIN_WEIGHT),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Read gold, cross-validate, fit on all of it and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+", type=Path, help="folders with pages.jsonl")
    folders = parser.parse_args().gold
    tasks: tuple[tuple[str, str, Any], ...] = (
        ("title.toml", "a title's wording", title_page),
        ("authors.toml", "a set of names", author_page),
    )
    for file, what, make in tasks:
        pages = read_pages(folders, make)
        counts = Counter(name for page in pages for traits in page.traits for name, value in traits.items() if value)
        names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
        print(f"{what}: {len(pages)} pages, {len(names)} traits")
        figures = cross_validate(pages, names)
        print("\n".join(figures))
        write(FOLDER / file, what, figures, names, fit(pages, names))


if __name__ == "__main__":
    main()
