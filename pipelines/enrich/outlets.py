"""Outlets of the news by all their names, found in a text at once.

Data: ``data/outlets.toml``. The names become one pattern that branches letter by letter, so that a text is gone
through once, however many names there are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Outlet:
    """``domain`` is as in the sources file where the outlet is a source, else its registered domain."""

    name: str
    domain: str


def read_data(name: str) -> dict[str, Any]:
    """A TOML file of ``pipelines/enrich/data``."""
    return tomllib.loads(files("pipelines.enrich").joinpath("data", name).read_text(encoding="utf-8"))


@cache
def outlets() -> dict[str, Outlet]:
    """Every name and spelling → its outlet."""
    found: dict[str, Outlet] = {}
    for row in read_data("outlets.toml")["outlet"]:
        outlet = Outlet(row["name"], row["domain"])
        found |= dict.fromkeys([outlet.name, *row.get("also", ())], outlet)
    return found


LETTER = r"[A-Za-z0-9À-ɏЀ-ӿ]"
"""Letters of the scripts that part words; behind a name in another script anything may stand."""
_PARTED = re.compile(LETTER)


def names_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the names, the longest that fits; what stands before it is not looked at."""
    tree: dict[str, Any] = {}
    for name in names:
        node = tree
        for letter in name:
            node = node.setdefault(letter, {})
        node[""] = rf"(?!{LETTER})" if _PARTED.fullmatch(name[-1]) else ""
    return re.compile(_branches(tree))


def _branches(node: dict[str, Any]) -> str:
    longer = [re.escape(letter) + _branches(below) for letter, below in sorted(node.items()) if letter]
    either = [*longer, node[""]] if "" in node else longer
    return either[0] if len(either) == 1 else f"(?:{'|'.join(either)})"
