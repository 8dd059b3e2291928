"""What a simulated day is made of. Times are in seconds. What was measured is in ``bench/measured.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from crawler.settings import DOWNLOAD_DELAY, LISTING_INTERVAL_LEAST, LISTING_INTERVAL_MOST
from pipelines.stages.revisit import Bounds

HOUR, DAY = 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Newsrooms:
    """Sources and what they publish; each is a host of its own. None of this was measured: it is a supposed day.

    ``spread``: sigma of the lognormal rates; with 1.5 the busiest hundredth has a fifth of all articles.
    ``rhythm``: how far the rate swings about its mean in a day, 0 to 1; ``peak_hours``: spread of the peaks.
    In a burst (a market that moves) the rates of ``burst_share`` of the sources jump to ``burst_factor`` times theirs
    and fall back with the time constant ``burst_seconds``.
    """

    sources: int = 10_000
    articles_a_day: float = 10.0
    spread: float = 1.5
    rhythm: float = 0.7
    peak_hours: float = 4.0
    bursts_a_day: float = 3.0
    burst_factor: float = 5.0
    burst_seconds: float = 1_800.0
    burst_share: float = 0.5
    backlog: int = 0
    """Articles of each source that are there at the beginning. With ``articles_a_day = 0`` the day ends when they are
    stored, as in a crawl of an archive."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """``slots``: visits at once of a worker. ``cores``: of a machine, which its workers share."""

    workers: int = 8
    slots: int = 16
    workers_a_machine: int = 1
    cores: int = 2
    store_lanes: int = 8
    """Articles that the shared store writes at once."""


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU and waiting of a visit and of a page. One request to a host at a time, ``pace`` seconds between two."""

    page_cpu: float
    """Of a worker's machine: extraction and the crawl's own process."""
    visit_cpu: float
    """To begin a visit, nothing being new."""
    store_seconds: float
    """Of one of the store's lanes, for an article."""
    listing_seconds: float = 0.5
    page_seconds: float = 0.5
    pace: float = DOWNLOAD_DELAY


@dataclass(frozen=True, slots=True)
class Failures:
    """A worker dies after ``every`` seconds on average (exponential) and is back after ``restart``.

    What it had under way is taken up again once ``lease`` seconds have passed: by others, as the fleet's queue finds
    half a minute without a heartbeat, and looks three times a minute. ``kills``: (worker, second) besides.
    """

    every: float = math.inf
    restart: float = 60.0
    lease: float = 60.0
    kills: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameters:
    """A day and its seed. What is published in ``warm_up``, the first seconds, counts in no percentile."""

    costs: Costs
    newsrooms: Newsrooms = field(default_factory=Newsrooms)
    fleet: Fleet = field(default_factory=Fleet)
    failures: Failures = field(default_factory=Failures)
    bounds: Bounds = field(default_factory=lambda: Bounds(LISTING_INTERVAL_LEAST, LISTING_INTERVAL_MOST))
    seconds: float = DAY
    warm_up: float = 2 * HOUR
    seed: int = 1
