"""From what a person calls an asset to the key it is stored under."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from pipelines.enrich.assets.addresses import standard_spelling
from pipelines.enrich.assets.known import Asset, assets
from pipelines.errors import UsageError


def asset_key(text: str) -> str:
    """The key of the asset a person means by ``text``: its key, symbol, name or another name, in any case.

    An address, a transaction hash or an ENS name is its own key, in its standard spelling. Where two share a name,
    keys win over names, names over symbols, and the first in the file over the later. Raises ``UsageError``, with
    the nearest ones, for what is not known.
    """
    wanted = _plain(text)
    key = _keys().get(wanted) or standard_spelling(text.strip())
    if key is None:
        raise UsageError(f"no asset is called {text.strip()!r}{_hint(wanted)}; `newsmint assets` lists them")
    return key


def _hint(wanted: str) -> str:
    near = get_close_matches(wanted, list(_keys()), n=6, cutoff=0.75)
    keys = list(dict.fromkeys(_keys()[each] for each in near))[:3]
    return f"; near to it: {', '.join(keys)}" if keys else ""


@cache
def _keys() -> dict[str, str]:
    keys: dict[str, str] = {}
    for key, name in _names():
        keys.setdefault(_plain(name), key)
    return keys


def _names() -> Iterator[tuple[str, str]]:
    """Key and name, the ones that win first."""
    known = list(assets().values())
    for asset in known:
        yield asset.key, asset.key
    for fields in (_full_names, _symbols, _short_names):
        for asset in known:
            for name in fields(asset):
                yield asset.key, name


def _full_names(asset: Asset) -> tuple[str, ...]:
    return (asset.name, *asset.aliases)


def _symbols(asset: Asset) -> tuple[str, ...]:
    return asset.symbols


def _short_names(asset: Asset) -> tuple[str, ...]:
    return asset.weak


def _plain(text: str) -> str:
    return " ".join(text.strip().lstrip("$").replace("-", " ").casefold().split())
