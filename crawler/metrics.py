"""What a crawl does as Prometheus counts it: from the rows of its run, so that no figure differs from the store's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    write_to_textfile,
)
from prometheus_client.parser import text_string_to_metric_families

from pipelines.store.alarms import Alarm
from pipelines.store.tail import Event

BUCKETS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds of an extraction."""
NO_PAGE = frozenset({"failed", "gone", "listing", "recleaned", "refusal"})


class Metrics:
    """The figures, in a registry of their own. ``docs/operate.md`` lists them."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody asks for
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._pages = self._counter("newsmint_pages", "Pages fetched, by what they came to", "outcome")
        self._rejected = self._counter("newsmint_rejected", "Pages that are no articles, by reason", "reason")
        self._failed = self._counter("newsmint_failed", "Requests that failed, by kind", "kind")
        self._requests = self._counter("newsmint_requests", "Requests, by the route that named the address", "route")
        self._bytes = self._counter("newsmint_bytes", "Bytes of the bodies, decompressed")
        labels = ["source"]
        self._extraction = Histogram(
            "newsmint_extract_seconds", "Seconds an extraction took", labels, buckets=BUCKETS, registry=self.registry
        )
        self._frontier = self._gauge("newsmint_frontier_urls", "URLs in the queue, by state", "source", "state")
        self._alarms = self._gauge("newsmint_alarms", "Alarms that last", "source", "kind")
        self._last_new = self._gauge("newsmint_last_new_timestamp_seconds", "When the last new article came", "source")
        self._looked = self._gauge("newsmint_updated_timestamp_seconds", "When these figures were brought up to date")

    def add(self, events: Iterable[Event]) -> None:
        """Count what a run did."""
        for event in events:
            if event.outcome == "refusal":
                self._rejected.labels(event.source, event.reason).inc()
                continue
            if event.outcome not in NO_PAGE:
                self._pages.labels(event.source, event.outcome).inc()
            if event.outcome == "failed":
                self._failed.labels(event.source, event.reason or "unknown").inc()
            if event.outcome != "recleaned":
                self._requests.labels(event.source, event.route or "unknown").inc()
                self._bytes.labels(event.source).inc(event.size)
            if event.extract_seconds is not None:
                self._extraction.labels(event.source).observe(event.extract_seconds)
            if event.outcome == "new":
                self._last_new.labels(event.source).set(event.at)

    def set_state(
        self, at: float, queued: Mapping[str, Mapping[str, int]], alarms: Iterable[Alarm], last_new: Mapping[str, int]
    ) -> None:
        """What stands: the queue (source → state → URLs), the alarms that last, when the last new articles came."""
        self._looked.set(at)
        self._frontier.clear()
        self._alarms.clear()
        for source, states in queued.items():
            for state, number in states.items():
                self._frontier.labels(source, state).set(number)
        for alarm in alarms:
            self._alarms.labels(alarm.source or "", alarm.kind).set(1)
        for source, when in last_new.items():
            self._last_new.labels(source).set(when)

    def resume(self, path: Path) -> None:
        """Count on from what an earlier run left in a file, so that counters of runs by a timer only grow.

        A histogram starts anew with each run. A file that is not there, or is none of ours, is no trouble.
        """
        with suppress(OSError, ValueError):
            families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
            for sample in [sample for family in families for sample in family.samples]:
                counter = self._counters.get(sample.name.removesuffix("_total"))
                if counter is not None and sample.name.endswith("_total"):
                    counter.labels(**sample.labels).inc(sample.value)

    def write(self, path: Path) -> None:
        """Write all figures to a text file for node_exporter, at once and whole. Raises OSError."""
        write_to_textfile(str(path), self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        self._counters[name] = Counter(name, about, ["source", *labels], registry=self.registry)
        return self._counters[name]

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self.registry)
