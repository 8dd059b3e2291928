"""Which sources share a host: they share a lock, so that the whole fleet asks a host as one crawl would."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.sources import Source
from pipelines.urls import host


def sites(sources: Iterable[Source]) -> dict[str, str]:
    """Source key → the name of its site: the first host, by alphabet, of all that are linked by shared hosts."""
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    chosen = {source.key: _hosts(source) for source in sources}
    for hosts in chosen.values():
        low, *others = sorted(map(root, hosts))
        first.update(dict.fromkeys(others, low))
    return {key: root(hosts[0]) for key, hosts in chosen.items()}


def _hosts(source: Source) -> list[str]:
    """The hosts that a visit asks as far as the entry tells, without ``www.``; that of the articles first."""
    addresses = (*source.feeds, *source.sitemaps, *source.news_sitemaps, *source.listings, source.wordpress or "")
    found = [host(f"https://{source.domain}"), *map(host, addresses)]
    return [name.removeprefix("www.") for name in found if name]
