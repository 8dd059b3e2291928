"""What pages read together say of their sites: counted as ``pipelines.store.chrome`` does, where there is no store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from pipelines.chrome import Count, Sighting, SiteChrome, fingerprint, learn, sightings
from pipelines.items import Article, Verdict
from pipelines.urls import host

MEMORY = 1000
"""Articles of its site after which a block that was seen once is forgotten: the counts stay bounded."""


@dataclass
class _Site:
    articles: int = 0
    seen: set[int] = field(default_factory=set)
    """Addresses and bodies: copies of a page say nothing of its site."""
    counts: dict[int, Count] = field(default_factory=dict)


class ChromeCounts:
    """Counts by the host of the articles' canonical addresses; an article without one counts for no site."""

    def __init__(self) -> None:
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)

    def add(self, article: Article) -> None:
        """Count the blocks of an article, unless its address or body was there before."""
        if site_of(article) and Verdict(article.verdict).is_stored:
            self.count(site_of(article), names(article), sightings(article))

    def count(self, key: str, names: set[int], blocks: Iterable[Sighting]) -> None:
        """Count the blocks of an article of the site that has this key."""
        site = self._sites[key]
        if names & site.seen:
            return
        site.seen |= names
        site.articles += 1
        for each in blocks:
            old = site.counts.get(each.fingerprint) or Count(each.fingerprint, 0, 0, site.articles, site.articles)
            site.counts[each.fingerprint] = Count(
                each.fingerprint, old.seen + 1, old.edge + each.edge, old.first, site.articles
            )
        if site.articles % MEMORY == 0:
            site.counts = {
                name: count
                for name, count in site.counts.items()
                if count.seen > 1 or count.last > site.articles - MEMORY
            }

    def chrome(self, article: Article) -> SiteChrome:
        """What the article's site is known to repeat by now."""
        return self.of(site_of(article))

    def of(self, key: str) -> SiteChrome:
        """What the site that has this key is known to repeat by now."""
        site = self._sites.get(key)
        return learn(site.articles, site.counts.values()) if site else SiteChrome()

    def __iter__(self) -> Iterator[str]:
        """The keys of the sites."""
        return iter(self._sites)


def names(article: Article) -> set[int]:
    """By which a copy of the article is known: hashes of its address, numbers and all, and of its body's beginning."""
    address = blake2b(article.canonical_url.encode(errors="replace"), digest_size=8).digest()
    return {int.from_bytes(address, "big") >> 1, fingerprint(article.body)}


def site_of(article: Article) -> str:
    """The site that an article is of, as far as addresses tell; empty for a file that names none."""
    return host(article.canonical_url).removeprefix("www.")
