"""The assets Newsmint knows, from ``pipelines/enrich/data/assets.toml``: facts, one line an asset."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

KINDS = ("coin", "chain", "exchange", "company", "protocol", "person")
"""What a key of the file can be. Mentions have three kinds more: ``address``, ``transaction``, ``ens``."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One line of the file; the meaning of each field is at its head."""

    key: str
    kind: str
    name: str
    symbols: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    near: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    cased: bool = False
    word: bool = False

    @property
    def symbol(self) -> str | None:
        """The ticker of today, where it has one."""
        return self.symbols[0] if self.symbols else None


@cache
def asset_file() -> dict[str, Any]:
    """The file as it is read, its lists of words and phrases included."""
    return tomllib.loads((files("pipelines.enrich") / "data" / "assets.toml").read_text(encoding="utf-8"))


@cache
def assets() -> dict[str, Asset]:
    """Every known asset by its key, in the file's order: where two share a symbol, the first is meant."""
    return {key: _asset(key, kind, entry) for kind in KINDS for key, entry in asset_file()[kind].items()}


def _asset(key: str, kind: str, entry: dict[str, Any]) -> Asset:
    return Asset(
        key=key,
        kind=kind,
        name=entry["name"],
        symbols=(*([entry["symbol"]] if "symbol" in entry else []), *entry.get("symbols", ())),
        aliases=tuple(entry.get("aliases", ())),
        weak=tuple(entry.get("weak", ())),
        near=frozenset(entry.get("near", ())),
        unless=frozenset(entry.get("unless", ())),
        cased=entry.get("cased", False),
        word=entry.get("word", False),
    )
