"""Young articles are visited again soon, edited ones oftener, old ones never; listings at the pace of their news."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from statistics import mean, median

import pytest

from pipelines.stages.revisit import (
    BACKOFF_MOST,
    DAY,
    HOUR,
    LEAST,
    MOST,
    TARGET,
    Bounds,
    Seen,
    backed_off,
    edit_rate,
    next_visit,
    poll_interval,
    retry_after_failure,
)

FETCHED = "2026-11-22T12:00:00Z"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOUNDS = Bounds(300, 7200)


@pytest.mark.parametrize(
    ("published", "hours"),
    [
        ("2026-11-22T11:40:00Z", 1),
        ("2026-11-22T11:00:00+01:00", 2),
        ("2026-11-22", 12),
        ("2026-11-20T12:00:00Z", 48),
        ("2026-11-12", 252),
        ("2026-02-01", 60 * 24),
        ("2020-01-01", None),
        ("2027-01-01", 1),
        (None, 1),
        ("not a date", 1),
    ],
)
def test_after_the_first_visit_age_alone_decides(published: str | None, hours: int | None) -> None:
    due = next_visit(published, FETCHED)
    assert (due and (due - AT).total_seconds() / 3600) == hours


def test_an_article_that_nobody_edits_is_left_alone_after_a_few_visits() -> None:
    published = moment = datetime(2026, 1, 1, tzinfo=UTC)
    seen, visits = Seen(), []
    while due := next_visit(published.isoformat(), moment.isoformat(), seen):
        moment = due
        visits.append((moment - published) / timedelta(days=1))
        seen = Seen(seen.checks + 1, 0, (moment - published).total_seconds())
    assert len([day for day in visits if day < 1]) == 3
    assert len([day for day in visits if day < 60]) == 6
    assert len(visits) == 12
    assert visits[-1] > 365


@pytest.mark.parametrize("edits_a_day", [0.5, 2.0, 6.0])
def test_an_edited_article_is_visited_about_as_often_as_it_is_edited(edits_a_day: float) -> None:
    pauses = [_pause_after(days=20, edits_a_day=edits_a_day, dice=random.Random(seed)) for seed in range(40)]
    assert 0.4 < median(pauses) / (DAY / edits_a_day) < 2.5


def _pause_after(days: int, edits_a_day: float, dice: random.Random) -> float:
    """Visits an article that is edited at random for so many days; the pause it has come to."""
    published = moment = datetime(2026, 1, 1, tzinfo=UTC)
    seen, pause = Seen(), 0.0
    while moment - published < timedelta(days=days):
        due = next_visit(published.isoformat(), moment.isoformat(), seen)
        assert due is not None
        pause, moment = (due - moment).total_seconds(), due
        edited = dice.expovariate(edits_a_day) * DAY < pause
        seen = Seen(seen.checks + 1, seen.edits + edited, (moment - published).total_seconds())
    return pause


@pytest.mark.parametrize("edits_a_visit", [0.1, 0.7, 2.0])
def test_the_corrected_estimate_is_near_the_true_rate_of_random_edits(edits_a_visit: float) -> None:
    dice = random.Random(7)
    estimates, counts = [], []
    for _ in range(400):
        edited = sum(dice.expovariate(edits_a_visit) < 1 for _ in range(30))
        estimates.append(edit_rate(Seen(30, edited, 30.0)))
        counts.append(edited / 30)
    assert mean(estimates) == pytest.approx(edits_a_visit, rel=0.1)
    assert abs(mean(estimates) - edits_a_visit) <= abs(mean(counts) - edits_a_visit) + 0.005


@pytest.mark.parametrize(
    "seen", [Seen(), Seen(5, 0, 1e6), Seen(3, 3, 0.0), Seen(3, 9, 3 * HOUR), Seen(10_000, 9_999, 1)]
)
def test_pauses_stay_within_their_bounds(seen: Seen) -> None:
    due = next_visit("2026-11-01", FETCHED, seen)
    assert due is not None
    assert LEAST <= (due - AT).total_seconds() <= MOST


@pytest.mark.parametrize(("fresh", "hours"), [(0, 1), (1800, 1), (5 * HOUR, 5), (400 * DAY, 6)])
def test_what_the_server_calls_fresh_is_not_asked_for_yet(fresh: float, hours: float) -> None:
    due = next_visit("2026-11-22T11:30:00Z", FETCHED, fresh_seconds=fresh)
    assert due is not None
    assert (due - AT).total_seconds() / 3600 == hours


@pytest.mark.parametrize(("tries", "hours"), [(0, 1), (1, 6), (2, 24), (3, 72), (4, None), (99, None)])
def test_retry_after_failure(tries: int, hours: int | None) -> None:
    due = retry_after_failure(tries, AT)
    assert (due and (due - AT).total_seconds() / 3600) == hours


@pytest.mark.parametrize("articles_a_day", [12, 60, 150])
def test_a_listing_is_polled_so_that_a_visit_brings_the_target(articles_a_day: float) -> None:
    dice = random.Random(7)
    pause, polls, found = poll_interval(None, None, 40, BOUNDS), 0, 0
    for poll in range(600):
        new, clock = 0, 0.0
        while (clock := clock + dice.expovariate(articles_a_day / DAY)) < pause:
            new += 1
        pause = poll_interval(pause, pause, new, BOUNDS)
        if poll > 50:
            polls, found = polls + 1, found + new
    assert found / polls == pytest.approx(TARGET, rel=0.25)


@pytest.mark.parametrize(
    ("before", "elapsed", "found", "pause"),
    [
        (None, None, 50, 1469.7),
        (3600, 3600, 0, 4050),
        (7200, 7200, 0, 7200),
        (600, 600, 40, 300),
        (3600, 3 * DAY, 200, 980.5),
        (600, 5, 0, 600.6),
    ],
    ids=["first visit", "nothing new", "no rarer than the bound", "no oftener", "after a pause of days", "asked twice"],
)
def test_poll_interval(before: float | None, elapsed: float | None, found: int, pause: float) -> None:
    assert poll_interval(before, elapsed, found, BOUNDS) == pytest.approx(pause, rel=0.01)


@pytest.mark.parametrize(
    ("failures", "wait", "pause"),
    [(0, 0, 300), (1, 0, 600), (3, 0, 2400), (60, 0, BACKOFF_MOST), (1, 9000, 9000)],
)
def test_what_fails_is_asked_less_and_less(failures: int, wait: float, pause: float) -> None:
    assert backed_off(300, failures, wait) == pause
