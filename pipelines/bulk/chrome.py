"""What sites repeat, learned over all inputs before the articles are extracted: the first of two passes.

Each task leaves the fingerprints of its articles' blocks (``pipelines.chrome.sightings``); merged, they are counted
site by site as a store does, in the order of the tasks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from pipelines.bulk.values import Job
from pipelines.chrome import Sighting, SiteChrome, sightings
from pipelines.chrome_counts import ChromeCounts, names
from pipelines.domains import registrable_domain
from pipelines.export.files import whole_file
from pipelines.items import Article, RawPage
from pipelines.site import UNKNOWN_SITE, Site

LEARNED = "state/chrome.parquet"
"""Site → fingerprints of what it repeats, below the run's folder."""
BUCKETS = 64
"""Shares of the sites that are counted one after the other: bounds memory."""
_CANONICAL = re.compile(
    rb"<(?:link\b[^<>]{0,500}\brel=[\"']?canonical[\"']?[^<>]{0,500}?\bhref|meta\b[^<>]{0,500}\bog:url\b[^<>]{0,500}?"
    rb"\bcontent)=[\"']?(https?://[^\"'\s<>]{1,500})",
    re.IGNORECASE,
)

Sighted = tuple[str, list[int], list[int], list[bool]]
"""Site, names of the article, fingerprints of its blocks, and which of them stand at an edge."""


def site_key(page: RawPage) -> str:
    """The site of a page, before it is read: its source, else the domain that it gives itself; empty for none."""
    if page.source:
        return page.source
    found = _CANONICAL.search(page.body[:100_000])
    return registrable_domain(found[1].decode(errors="replace")) if found else ""


def sighted(article: Article, site: str) -> Sighted:
    """What an article adds to the counts of its site."""
    blocks = sightings(article)
    return site, sorted(names(article)), [each.fingerprint for each in blocks], [each.edge for each in blocks]


def merge(folder: Path, files: Iterable[str]) -> int:
    """Count what the tasks have left in these files below the folder, and keep what follows; how many sites have any.

    Flat in memory: the files are read once for each share of the sites that fits.
    """
    import pyarrow as arrow
    from pyarrow import parquet

    found: dict[str, list[int]] = {}
    paths = list(files)
    total = sum((folder / path).stat().st_size for path in paths)
    buckets = min(BUCKETS, 1 + total // 200_000_000)
    for bucket in range(buckets):
        counts = ChromeCounts()
        for row in _rows(folder, paths):
            if hash_of_site(row["site"]) % buckets == bucket:
                blocks = zip(row["fingerprints"], row["edges"], strict=True)
                counts.count(row["site"], set(row["names"]), (Sighting(name, edge, "") for name, edge in blocks))
        found |= {site: sorted(known) for site in counts if (known := counts.of(site).fingerprints)}
    table = arrow.table(
        {"site": sorted(found), "fingerprints": [found[site] for site in sorted(found)]},
        arrow.schema([("site", arrow.string()), ("fingerprints", arrow.list_(arrow.int64()))]),
    )
    with whole_file(folder / LEARNED) as file:
        parquet.write_table(table, file.binary, compression="zstd")
    return len(found)


def hash_of_site(site: str) -> int:
    """The same on every machine."""
    return crc32(site.encode(errors="replace"))


def _rows(folder: Path, paths: Iterable[str]) -> Iterator[dict[str, Any]]:
    from pyarrow import parquet

    for path in paths:
        for batch in parquet.ParquetFile(folder / path).iter_batches(1_000, use_threads=False):
            yield from batch.to_pylist()


@dataclass(frozen=True)
class Knowledge:
    """What is known of sites in this run; nothing where there is but one pass, or in the first of two."""

    path: Path | None = None
    changed: int = 0
    """When the file was written: a worker may outlive the run that it began in."""

    @classmethod
    def of(cls, job: Job) -> Knowledge:
        path = Path(job.out, LEARNED)
        return cls(path, path.stat().st_mtime_ns) if job.passes > 1 and not job.is_gathering else cls()

    def site(self, page: RawPage) -> Site:
        """What is known of the site of a page."""
        return _site(self.path, self.changed, site_key(page)) if self.path else UNKNOWN_SITE


@lru_cache(maxsize=1_000)
def _site(path: Path, changed: int, key: str) -> Site:
    places, column = _table(path, changed)
    return Site(SiteChrome(frozenset(column[places[key]].as_py()))) if key in places else UNKNOWN_SITE


@lru_cache(maxsize=2)
def _table(path: Path, _changed: int) -> tuple[dict[str, int], Any]:
    from pyarrow import parquet

    table = parquet.read_table(path, use_threads=False)
    return {site: place for place, site in enumerate(table["site"].to_pylist())}, table["fingerprints"]
