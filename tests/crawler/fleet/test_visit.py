"""What the exit of a visit's process means."""

from __future__ import annotations

import json
import signal

import pytest

from crawler.fleet.seam import VisitFailed
from crawler.fleet.visit import Outcome, _judged
from pipelines.store.summaries import SourceSummary


def row(**values: object) -> str:
    return json.dumps(SourceSummary("a", **values).as_dict())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "rows", "said"),
    [
        (0, [], "nothing new"),
        (0, [row(requests=3, new=2, not_modified=1, rejected={"too_short": 4})], "2 new, 1 not modified, 4 rejected"),
        (0, [row(requests=3, new=1, failures={"timeout": 2})], "1 new, failed: timeout 2"),
        (1, [row(requests=2, failures={"dns": 2})], "not reached: dns 2"),
    ],
)
def test_visits_that_came_to_their_end(code: int, rows: list[str], said: str) -> None:
    assert str(_judged(code, rows, "", stopped=False)) == said


@pytest.mark.parametrize(
    ("code", "stopped", "why", "wait"),
    [
        (130, True, "interrupted", 0),
        (-signal.SIGTERM, True, "interrupted", 0),
        (255, True, "interrupted", 0),
        (255, False, "forked from is gone", 30),
        (130, False, "somebody else", 30),
        (-signal.SIGKILL, False, "killed by SIGKILL", 30),
        (75, False, "the source is taken", 30),
        (70, False, "the source is taken", 30),
        (1, False, "the source is taken", 30),
        (74, False, "the source is taken", 120),
        (64, False, "the source is taken", None),
        (78, True, "the source is taken", None),
    ],
)
def test_visits_that_failed(code: int, stopped: bool, why: str, wait: float | None) -> None:
    with pytest.raises(VisitFailed, match=why) as failed:
        _judged(code, [], "newsmint: the source is taken", stopped=stopped)
    assert failed.value.wait == wait


def test_a_visit_that_ended_well_while_a_stop_was_asked_for() -> None:
    assert _judged(0, [], "", stopped=True) == Outcome({}, {}, True)
