"""Runs: their rows, from start to end."""

from __future__ import annotations

import subprocess
import sys

from pipelines.store import Store
from pipelines.store.runs import finish_run, load_run, runs, start_run
from pipelines.store.summaries import run_summary
from tests.pipelines.store.examples import location_of


def test_a_run_from_start_to_end(store: Store) -> None:
    with store.begin() as conn:
        first = start_run(conn, "newsmint crawl", ["daily", "weekly"], {"newsmint": "0.1.0"})
        finish_run(conn, first, "done", {"requests": 3})
        second = start_run(conn, "newsmint reextract", [], {})
        listed = runs(conn)
    assert [(it.id, it.state) for it in listed] == [(second, "running"), (first, "done")]
    assert (listed[1].sources, listed[1].versions, listed[1].summary) == (
        ("daily", "weekly"),
        {"newsmint": "0.1.0"},
        {"requests": 3},
    )
    assert listed[1].finished_at and listed[1].finished_at >= listed[1].started_at


def test_a_killed_run_is_marked_at_the_next_start(store: Store) -> None:
    script = (
        "import os, signal, sys\nfrom pipelines.store import open_store\nfrom pipelines.store.runs import start_run\n"
        "with open_store(sys.argv[1]) as store:\n    with store.begin() as conn: start_run(conn, 'crawl', [], {})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, location_of(store)], check=False)
    with store.begin() as conn:
        assert [run.state for run in runs(conn)] == ["running"]
        start_run(conn, "crawl", [], {})
        assert [run.state for run in runs(conn)] == ["running", "lost"]


def test_what_read_the_pages_is_known_at_the_end(store: Store) -> None:
    with store.begin() as conn:
        run_id = start_run(conn, "newsmint crawl", [], {"newsmint": "0.1.0"})
        finish_run(conn, run_id, "done", {}, {"extractor": "newsmint 0.1.0 rules 1 model 2"})
        run = load_run(conn, run_id)
    assert run and run.versions == {"newsmint": "0.1.0", "extractor": "newsmint 0.1.0 rules 1 model 2"}


def test_a_run_that_is_not_there(store: Store) -> None:
    with store.connect() as conn:
        assert load_run(conn, 1) is None
        assert run_summary(conn, 1) == []
