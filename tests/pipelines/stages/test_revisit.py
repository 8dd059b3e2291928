"""Young articles are visited again soon, old ones never; failures are tried at growing distances, then given up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.stages.revisit import next_visit, retry_after_failure

FETCHED = "2026-11-22T12:00:00Z"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "hours"),
    [
        ("2026-11-22T11:00:00+01:00", 6),
        ("2026-11-22", 6),
        ("2026-11-20T12:00:00Z", 24),
        ("2026-11-12", 72),
        ("2026-10-01", 336),
        ("2020-01-01", None),
        ("2027-01-01", 6),
        (None, 6),
        ("not a date", 6),
    ],
)
def test_next_visit(published: str | None, hours: int | None) -> None:
    due = next_visit(published, FETCHED)
    assert (due and (due - AT).total_seconds() / 3600) == hours


@pytest.mark.parametrize(("tries", "hours"), [(0, 1), (1, 6), (2, 24), (3, 72), (4, None), (99, None)])
def test_retry_after_failure(tries: int, hours: int | None) -> None:
    due = retry_after_failure(tries, AT)
    assert (due and (due - AT).total_seconds() / 3600) == hours
