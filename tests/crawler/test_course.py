"""How fast a source goes."""

from __future__ import annotations

from collections import Counter

from crawler.course import RATE_SECONDS, Course


def test_the_rate_is_that_of_the_last_minute() -> None:
    course = Course(0.0)
    for second in range(0, 301, 10):
        course.note(float(second), {"meadow": Counter(fetched=5 * second if second < 200 else 1000 + second - 200)})
    assert course.rate("meadow") == 1.0
    assert course.rate("unknown") == 0.0
    assert len(course.looks) <= RATE_SECONDS / 10 + 2
