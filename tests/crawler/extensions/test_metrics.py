"""A crawl under way is asked for its figures, at a real port; and leaves a file behind."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT, Crawl
from tests.crawler.newsstand import Answer, Newsstand, story


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pages(text: str) -> float:
    found = re.search(r'^newsmint_pages_total{outcome="new",source="stand"} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def scraped(port: int, until: float) -> str:
    """What the port answers once it has counted a page."""
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = str(answer.read(), "utf-8")
        except (urllib.error.URLError, ConnectionError):
            text = ""
        if pages(text):
            return text
        time.sleep(0.2)
    raise AssertionError("no figures")


def test_a_scrape_and_the_file(stand: Newsstand, tmp_path: Path) -> None:
    for number, path in enumerate(stand.publish(12)):
        stand.answers[path] = Answer(story(number).encode(), pause=0.4)
    crawl = Crawl(stand.sources(tmp_path), tmp_path / "news.sqlite3")
    port, file = free_port(), tmp_path / "newsmint.prom"
    env = os.environ | {"NEWSMINT_METRICS_PORT": str(port), "NEWSMINT_METRICS_FILE": str(file)}
    process = subprocess.Popen(crawl.command(), cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    text = scraped(port, time.monotonic() + 60)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert 0 < pages(text) < 12
    assert 'newsmint_frontier_urls{source="stand",state="' in text
    assert 'newsmint_extract_seconds_bucket{le="0.5",source="stand"}' in text
    at_end = file.read_text()
    assert pages(at_end) == 12
    assert 'newsmint_frontier_urls{source="stand",state="done"} 12.0' in at_end


@pytest.mark.slow
def test_a_port_that_is_taken_does_not_keep_a_crawl(stand: Newsstand, tmp_path: Path) -> None:
    stand.publish(1)
    crawl = Crawl(stand.sources(tmp_path), tmp_path / "news.sqlite3")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = os.environ | {"NEWSMINT_METRICS_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            crawl.command("--log-format", "json"), cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr
    assert "No metrics on 127.0.0.1:" in done.stderr
    assert '"level": "warning", "run": 1,' in done.stderr


@pytest.mark.parametrize("port", ["9108x", "-1", "70000"])
def test_what_is_no_port_is_said_before_a_run_starts(tmp_path: Path, port: str) -> None:
    env = os.environ | {"NEWSMINT_METRICS_PORT": port}
    command = [*NEWSMINT, "crawl", "--sample", "--db", str(tmp_path / "news.sqlite3")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (78, False)
    assert "is no port" in done.stderr
    assert not (tmp_path / "news.sqlite3").exists()
