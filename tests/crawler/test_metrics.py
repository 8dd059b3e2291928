"""What Prometheus is told of a run's rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.metrics import Metrics
from pipelines.store.alarms import Alarm
from pipelines.store.tail import Event

EVENTS = [
    Event("daily", "listing", route="feed", size=100),
    Event("daily", "new", route="feed", size=900, extract_seconds=0.3, at=60),
    Event("daily", "rejected", route="sitemap", size=50, extract_seconds=0.01),
    Event("daily", "refusal", "too_short"),
    Event("daily", "failed", "timeout", route="feed"),
    Event("daily", "recleaned", route="archive", size=900),
]


def figures(metrics: Metrics, **labels: str) -> dict[str, float]:
    """The samples with these labels, by name and what other labels they have."""
    found = {}
    for sample in (sample for family in metrics.registry.collect() for sample in family.samples):
        if labels.items() <= sample.labels.items():
            others = [value for name, value in sample.labels.items() if name not in labels]
            found[" ".join([sample.name, *others])] = sample.value
    return found


def test_rows_are_counted() -> None:
    metrics = Metrics()
    metrics.add(EVENTS)
    found = {name: value for name, value in figures(metrics, source="daily").items() if "bucket" not in name}
    assert found == {
        "newsmint_pages_total new": 1,
        "newsmint_pages_total rejected": 1,
        "newsmint_rejected_total too_short": 1,
        "newsmint_failed_total timeout": 1,
        "newsmint_requests_total feed": 3,
        "newsmint_requests_total sitemap": 1,
        "newsmint_bytes_total": 1050,
        "newsmint_extract_seconds_count": 2,
        "newsmint_extract_seconds_sum": pytest.approx(0.31),
        "newsmint_last_new_timestamp_seconds": 60,
    }
    assert figures(metrics, source="daily", le="0.2") == {"newsmint_extract_seconds_bucket": 1}


def test_what_stands_replaces_what_stood() -> None:
    metrics = Metrics()
    alarm = Alarm(None, "crawl_failed", "", (), "")
    metrics.set_state(1.0, {"daily": {"pending": 7, "done": 2}}, [alarm], {"daily": 60})
    metrics.set_state(2.0, {"daily": {"done": 9}}, [], {})
    assert figures(metrics) == {
        "newsmint_frontier_urls daily done": 9,
        "newsmint_last_new_timestamp_seconds daily": 60,
        "newsmint_updated_timestamp_seconds": 2,
    }


def test_counters_of_runs_by_a_timer_only_grow(tmp_path: Path) -> None:
    file = tmp_path / "newsmint.prom"
    for _ in range(3):
        metrics = Metrics()
        metrics.resume(file)
        metrics.add(EVENTS)
        metrics.write(file)
    assert 'newsmint_pages_total{outcome="new",source="daily"} 3.0' in file.read_text()
    assert 'newsmint_extract_seconds_count{source="daily"} 2.0' in file.read_text()
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", ["", "not { metrics", 'newsmint_pages_total{outcome="new"} 3\n', "other_total 3\n"])
def test_a_file_that_is_none_of_ours_is_no_trouble(tmp_path: Path, content: str) -> None:
    file = tmp_path / "newsmint.prom"
    file.write_text(content)
    metrics = Metrics()
    metrics.resume(file)
    assert not [value for value in figures(metrics).values() if value > 0]
