"""Silence is judged by the source's own pauses, nights and weekends included."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipelines.health.facts import SourceFacts
from pipelines.health.kinds import Kind
from pipelines.health.pace import DAY, HOUR, allowed_pause, find_silence, pace, spoken
from tests.pipelines.health.made import source, times

RATES = (0.3, 1.0, 3.0, 8.0, 30.0)


def kinds(facts: SourceFacts, looked_at: int) -> list[Kind]:
    return [each.kind for each in find_silence(facts, looked_at)]


def pauses(published: list[int]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every pause after the first half, with what was published before it."""
    for place in range(len(published) // 2):
        yield tuple(published[place + 1 :][:2000]), published[place] - published[place + 1]


def test_hardly_a_pause_of_healthy_sources_is_an_alarm() -> None:
    """Five rates, with and without weekends: less than one false alarm a source in two years."""
    alarms = years = 0.0
    for seed in range(30):
        dice = random.Random(seed)
        rate = RATES[seed % 5]
        published = times(dice, int(max(200, 200 * rate)), rate, weekend=(0.0, 0.3, 1.0)[seed % 3])
        years += (published[0] - published[-1]) / DAY / 365 / 2
        for before, pause in pauses(published):
            if pause > 12 * HOUR:
                alarms += pause > (allowed_pause(before) or pause)
    assert alarms < years / 2


@pytest.mark.parametrize(("a_day", "days"), [(30.0, 5), (8.0, 6), (1.0, 16)])
def test_a_source_that_fell_silent_is_noticed(a_day: float, days: int) -> None:
    for seed in range(10):
        facts = source(random.Random(seed), 400, a_day)
        assert kinds(facts, facts.published[0] + HOUR) == []
        assert kinds(facts, facts.published[0] + days * DAY) == [Kind.SILENT]


def test_it_says_since_when() -> None:
    facts = source(random.Random(1), 400)
    detail = next(find_silence(facts, facts.published[0] + 7 * DAY)).detail
    assert detail.startswith("nothing new for 7.0 days, where ")


def test_too_little_history_is_not_judged() -> None:
    facts = source(random.Random(1), 10)
    assert kinds(facts, facts.published[0] + 90 * DAY) == []


def test_an_archive_that_was_caught_up_on_says_nothing_of_the_pace() -> None:
    facts = source(random.Random(1))
    late = tuple(replace(each, seen=each.published + 400 * DAY) for each in facts.articles)
    assert kinds(replace(facts, articles=late), facts.published[0] + 400 * DAY) == []


@pytest.mark.parametrize(("minimum", "expected"), [(3, []), (12, [Kind.BELOW_MINIMUM]), (None, [])])
def test_the_minimum_of_the_sources_file(minimum: float | None, expected: list[Kind]) -> None:
    facts = replace(source(random.Random(4), 400), healthy_minimum=minimum)
    assert kinds(facts, facts.published[0] + HOUR) == expected


def test_a_source_that_was_added_yesterday_has_no_minimum_yet() -> None:
    facts = replace(source(random.Random(4)), healthy_minimum=99)
    assert kinds(replace(facts, watched_since=facts.published[0] - DAY), facts.published[0] + HOUR) == []


def test_the_pace_is_articles_a_day() -> None:
    published = tuple(1_700_000_000 - number * DAY // 4 for number in range(200))
    assert pace(published, 1_700_000_000) == pytest.approx(4.0)
    assert pace(published[:1], 1_700_000_000) is None


@pytest.mark.parametrize(("seconds", "said"), [(90, "2 min"), (5 * HOUR, "5 h"), (60 * HOUR, "2.5 days")])
def test_spoken(seconds: float, said: str) -> None:
    assert spoken(seconds) == said
