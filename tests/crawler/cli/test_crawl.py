"""``newsmint crawl`` as a person calls it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.crawler.conftest import NEWSMINT, ROOT


def newsmint(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*NEWSMINT, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_sample_is_crawled_without_internet_and_the_next_steps_are_named(tmp_path: Path) -> None:
    store = str(tmp_path / "news.sqlite3")
    crawled = newsmint("crawl", "--sample", "--db", store)
    assert crawled.returncode == 0, crawled.stderr
    assert "coinharbor" in crawled.stdout
    for verb in ("search", "show", "export"):
        assert f"newsmint {verb} --db {store}" in crawled.stdout.replace("\n", "")
    again = newsmint("crawl", "--sample", "--db", store, "--json")
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert sum(row["new"] for row in rows) == 0
    assert sum(row["requests"] for row in rows) > 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("crawl",), 2, "Name sources"),
        (("crawl", "coindsk"), 64, "did you mean coindesk"),
        (("crawl", "coindesk", "--since", "yesterdayish"), 64, "is not a date"),
        (("crawl", "all", "--sources", "no-such-file.toml"), 66, "no-such-file.toml"),
        (("crawl", "--limit", "0", "coindesk"), 2, "--limit"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_in_one_line(words: tuple[str, ...], code: int, said: str) -> None:
    called = newsmint(*words)
    assert called.returncode == code
    assert said in called.stderr
    assert "Traceback" not in called.stderr


def test_a_sources_file_with_a_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text('[stand]\ndomain = "larkspur.example"\nfeedz = []\n')
    called = newsmint("crawl", "all", "--sources", str(file), "--db", str(tmp_path / "news.sqlite3"))
    assert called.returncode == 78
    assert "line 3" in called.stderr
