"""Which sources may ask the same host: they share a lock, so that the whole fleet asks a host as one crawl would."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.source_row import row_of
from crawler.sources import Source
from pipelines.store.lock import host_locks

_HOST = "host "


def sites(sources: Iterable[Source]) -> dict[str, str]:
    """Source key → the name of its site: the first host, by alphabet, of all sources that are linked to it.

    Linked are those that the store would not let crawl side by side: the queue has them wait for each other instead.
    """
    wanted = {source.key: host_locks(row_of(source)) for source in sources}
    contended = {name for names in wanted.values() for name in names.alone}
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    for names in wanted.values():
        low, *others = sorted(map(root, {*names.alone, *contended.intersection(names.together)}), key=_hosts_first)
        first.update(dict.fromkeys(others, low))
    return {key: root(min(names.alone, key=_hosts_first)).removeprefix(_HOST) for key, names in wanted.items()}


def _hosts_first(name: str) -> tuple[bool, str]:
    return not name.startswith(_HOST), name
