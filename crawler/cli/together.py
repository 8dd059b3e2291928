"""Pages of one call learn from each other what their sites repeat, as the pages of a store do.

Each page is extracted once; what came of it waits in a temporary file. Those that turn out to hold what their site
repeats are then read and extracted again. Only counts are kept in memory.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

from crawler.cli.inputs import Entry, reread
from pipelines.chrome import SiteChrome, paragraphs
from pipelines.chrome_counts import ChromeCounts, site_of
from pipelines.items import Article
from pipelines.pool import ExtractionFailure, ExtractionPool
from pipelines.site import Site

Result = tuple[Entry, Article | str]
"""An entry with its article, or with one line that says why there is none."""


def learned_together(results: Iterable[Result], pool: ExtractionPool) -> Iterator[Result]:
    """The results in their order, once all have been seen: with what the articles' sites repeat taken out."""
    counts = ChromeCounts()
    with TemporaryFile(prefix="newsmint-") as waiting:
        for entry, result in results:
            if isinstance(result, Article):
                counts.add(result)
            pickle.dump((replace(entry, page=None) if entry.path else entry, result), waiting)
        waiting.seek(0)
        yield from _in_order(_read_again(_stored(waiting), counts, pool), 4 * pool.workers)


Answer = Future[Article | ExtractionFailure] | None
"""What the second reading gives; None where one was enough."""


def _read_again(
    results: Iterable[Result], counts: ChromeCounts, pool: ExtractionPool
) -> Iterator[tuple[Result, Answer]]:
    known: dict[str, SiteChrome] = {}
    for entry, result in results:
        answer: Answer = None
        if isinstance(result, Article):
            site = site_of(result)
            chrome = known[site] if site in known else known.setdefault(site, counts.chrome(result))
            if holds(result, chrome) and (page := reread(entry)):
                answer = pool.submit(page, Site(chrome))
        yield (entry, result), answer


def _in_order(pairs: Iterable[tuple[Result, Answer]], most: int) -> Iterator[Result]:
    under_way: deque[tuple[Result, Answer]] = deque()
    for pair in pairs:
        under_way.append(pair)
        while under_way and (len(under_way) >= most or under_way[0][1] is None):
            yield _settled(*under_way.popleft())
    for pair in under_way:
        yield _settled(*pair)


def _settled(result: Result, answer: Answer) -> Result:
    """The second reading where there is one that went well."""
    again = answer.result() if answer else None
    return (result[0], again) if isinstance(again, Article) else result


def holds(article: Article, chrome: SiteChrome) -> bool:
    """Whether the body still has a block that its site repeats."""
    return bool(chrome.fingerprints) and any(map(chrome.repeats, paragraphs(article.body)))


def _stored(file: IO[bytes]) -> Iterator[Result]:
    while True:
        try:
            yield pickle.load(file)  # noqa: S301 (our own words, from a file that nobody else can open)
        except EOFError:
            return
