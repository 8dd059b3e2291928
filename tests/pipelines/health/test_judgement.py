"""All that is said of a source, and of the crawl as a whole."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from pipelines.health import ADVICE, Kind, judge, judge_crawl
from pipelines.health.facts import RunFacts, SourceFacts, Visit
from tests.pipelines.health.made import source

DAY = 86400


def test_a_healthy_source() -> None:
    facts = source(random.Random(2))
    health = judge(facts)
    assert health.troubles == ()
    assert health.looked_at == facts.published[0] + 3600
    assert health.silent_seconds == 3600
    assert health.articles_a_day and 5 < health.articles_a_day < 9
    assert health.stored and health.stored > 0.8
    assert health.words and health.usual_words and 0.5 < health.words / health.usual_words < 2
    assert health.fields["title"] > 0.8 and health.usual_fields["title"] > 0.8
    assert json.loads(json.dumps(health.as_dict()))["source"] == "daily"


def test_the_gravest_trouble_is_first() -> None:
    facts = source(random.Random(2))
    now = facts.published[0]
    blocked = [Visit(f"https://daily.example/b{it}", "rejected", now + it, "block_page") for it in range(9)]
    facts = replace(facts, visits=(*blocked[::-1], *facts.visits), healthy_minimum=99)
    assert [each.kind for each in judge(facts).troubles] == [Kind.BLOCKED, Kind.BELOW_MINIMUM]


def test_a_source_of_which_nothing_is_known() -> None:
    assert judge(SourceFacts("daily", 0)).as_dict()["troubles"] == []


RUNS = [RunFacts(9 - it, "done", (9 - it) * DAY, (9 - it) * DAY + 600) for it in range(5)]


@pytest.mark.parametrize(
    ("runs", "now", "expected"),
    [
        (RUNS, 9 * DAY + 3600, []),
        (RUNS, 14 * DAY, [Kind.CRAWL_MISSING]),
        ([replace(RUNS[0], state="lost"), *RUNS[1:]], 9 * DAY + 3600, [Kind.CRAWL_FAILED]),
        ([replace(RUNS[0], state="stopped"), *RUNS[1:]], 9 * DAY + 3600, []),
        ([RunFacts(10, "running", 10 * DAY, None), *RUNS], 10 * DAY + 3600, []),
        ([RunFacts(10, "running", 10 * DAY, None), *RUNS], 11 * DAY, [Kind.CRAWL_MISSING]),
        ([RunFacts(10, "running", 10 * DAY, None), replace(RUNS[0], state="failed"), *RUNS[1:]], 10 * DAY, []),
        (RUNS[:2], 30 * DAY, []),
        ([], 30 * DAY, []),
    ],
)
def test_the_crawl_as_a_whole(runs: list[RunFacts], now: int, expected: list[Kind]) -> None:
    assert [each.kind for each in judge_crawl(runs, now)] == expected


def test_a_crawl_that_runs_for_long_is_well_while_it_asks() -> None:
    assert judge_crawl([RunFacts(10, "running", 10 * DAY, None)], 30 * DAY, 30 * DAY - 3600) == []


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_comes_with_what_to_do(kind: Kind) -> None:
    assert ADVICE[kind]
