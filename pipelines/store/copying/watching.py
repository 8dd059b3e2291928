"""How a copy tells that it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watcher:
    """Called as a copy goes on: with all its work, with what it does next, and with work that is done.

    Work is rows, each counted by the ``weight`` of its table.
    """

    total: Callable[[int], None]
    step: Callable[[str], None]
    advance: Callable[[int], None]


def _nothing(_: object) -> None: ...


QUIET = Watcher(_nothing, _nothing, _nothing)
