"""What the engine that hands out visits has to offer, and what it is given: another engine could stand in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Visit:
    """A source to be visited. ``site``: of visits with the same one, only one runs at a time in the whole fleet."""

    source: str
    site: str
    queue: str


class VisitFailed(Exception):
    """A visit came to nothing; the message says why. ``wait``: seconds until it is worth another try, None for never.

    With 0 the visit was only interrupted: it goes back into the queue at once, and counts as no failure.
    """

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Work:
    """What the engine calls. ``visit`` raises VisitFailed; ``due`` names the visits to hand out, given what is out.

    ``judge`` looks whether the sources are well, and tells of it: now and then, by one worker for all.
    """

    visit: Callable[[Visit], Awaitable[None]]
    due: Callable[[Collection[str]], Awaitable[Sequence[Visit]]]
    tell: Callable[[str], None]
    judge: Callable[[], Awaitable[None]]


class Engine(Protocol):
    """A task queue beside the shared store."""

    def prepare(self) -> None:
        """Make what the engine keeps in the database, as needed. Raises BadConfig, StoreAway."""

    def plan(self) -> None:
        """Have a worker look at once for visits that are due, rather than at its next turn."""

    async def run(self, work: Work, queues: Sequence[str], concurrency: int, stop: asyncio.Event) -> None:
        """Take visits from these queues until ``stop`` is set, and their ``work`` has ended.

        Hands out the visits that are due, and again those whose worker died or is cut off. Outlives the server's
        absence.
        """
