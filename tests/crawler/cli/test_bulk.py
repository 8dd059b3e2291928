"""``newsmint bulk``: what it writes is what a crawl and an export would, and killed runs go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from pipelines.bulk.rows import articles_table
from tests.crawler.conftest import NEWSMINT, ROOT
from tests.crawler.newsstand import story
from tests.pipelines.bulk.runs import pages, rows, slugs
from tests.pipelines.warc.archives import Made, archive

OWN = {"record", "cluster", "duplicate_of"}
RICH = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour bank buys bitcoin</title>
<meta name="author" content="Ada Field"><meta property="article:published_time" content="2026-01-02T01:00:00+01:00">
<meta property="article:section" content="Press Release"><meta name="robots" content="noai">
<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": true,
 "license": "https://creativecommons.org/licenses/by/4.0/"}</script></head><body><article>
<h1>Harbour bank buys bitcoin</h1><p class="byline">By Ada Field</p>%s<h2>What comes next</h2>
<p>Ethereum and the exchange Kraken were named in <a href="https://www.ledger.example/news/2">a report by Reuters</a>,
according to Reuters.</p><ul><li>One rate falls</li><li>Two rates rise</li></ul>
<h3>Related articles</h3><ul><li><a href="/news/3">Miners leave the valley</a></li></ul></article></body></html>"""


def newsmint(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEWSMINT, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def segment(path: Path) -> Path:
    """Stories, a page with all that an article can have, a copy of a story, and a light rewrite of another."""
    body = "".join(f"<p>{part}</p>" for part in story(7).split("<p>")[1].split(". ")[:6])
    rich = Made("https://www.ledger.example/news/rich", (RICH % (body * 3)).encode())
    copy = Made("https://mirror.example/copy", story(1).encode(), date="2026-02-01T00:00:00Z")
    rewrite = Made("https://other.example/again", story(2).replace(" sold", " had sold").encode())
    return archive(path, [*pages(range(5)), rich, copy, rewrite])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The same archive, by way of a store and its export, and in bulk; and the stories that the store made."""
    folder = tmp_path_factory.mktemp("both")
    path, store = segment(folder / "a.warc.gz"), folder / "news.sqlite3"
    assert newsmint("bulk", path, "-o", store).returncode == 0
    columns = ",".join(column.name for column in articles_table().columns if column.name not in OWN)
    export = newsmint("export", "--db", store, "--columns", columns, "-o", folder / "export.parquet")
    assert export.returncode == 0, export.stderr
    done = newsmint("bulk", path, "-o", folder / "out", "--workers", 1)
    assert done.returncode == 0, done.stderr
    live = {row["id"]: row for row in parquet.read_table(folder / "export.parquet").to_pylist()}
    sql = "SELECT article_id, story_id FROM story_article"
    stories = dict(
        json.loads(line).values() for line in newsmint("sql", "--db", store, "--json", sql).stdout.splitlines()
    )
    return live, {row["id"]: row for row in rows(folder / "out")}, stories


def test_a_page_gives_the_very_article_of_a_live_crawl(both: tuple[dict[str, Any], dict[str, Any], Any]) -> None:
    live, bulk, _ = both
    assert len(live) == 8
    assert {key: {name: row[name] for name in row if name not in OWN} for key, row in bulk.items()} == live
    rich = next(row for row in bulk.values() if row["url"].endswith("rich"))
    for name in ("authors", "headings", "links", "removed", "assets", "mentions", "credits", "labels", "ai_reasons"):
        assert rich[name], name


def test_clusters_are_the_stories_of_the_store(both: tuple[Any, dict[str, Any], dict[str, str]]) -> None:
    _, bulk, stories = both
    by_story, by_cluster = defaultdict(set), defaultdict(set)
    for key, story_id in stories.items():
        by_story[story_id].add(key)
    for key, row in bulk.items():
        if row["cluster"]:
            by_cluster[row["cluster"]].add(key)
    assert len(by_story) == 2
    assert sorted(map(sorted, by_story.values())) == sorted(map(sorted, by_cluster.values()))


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for n in range(5):
        archive(tmp_path / f"{n}.warc.gz", pages(range(4 * n, 4 * n + 4)))
    command = ["bulk", str(tmp_path / "*.warc.gz"), "-o", str(out), "--workers", "1"]
    running = subprocess.Popen([*NEWSMINT, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = out / "state/journal/extracted"
    until = time.monotonic() + 120
    while len(list(journal.glob("*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    before = {path: path.stat().st_mtime_ns for path in (out / "data/articles").glob("[0-9a-f]*.parquet")}
    assert 2 <= len(list(journal.glob("*.json"))) < 5
    assert not (out / "manifest.json").exists()

    done = newsmint(*command)
    assert done.returncode == 0, done.stderr
    assert "parts were done before" in done.stderr
    assert slugs(out) == sorted(map(str, range(20)))
    kept = [path for path, changed in before.items() if path.stat().st_mtime_ns == changed]
    assert len(kept) >= 2
    assert "all as written" in newsmint("verify", out).stderr


@pytest.mark.slow
def test_ctrl_c_ends_a_run_at_once_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    archive(tmp_path / "a.warc.gz", pages(range(400)))
    running = subprocess.Popen(
        [*NEWSMINT, "bulk", tmp_path / "a.warc.gz", "-o", tmp_path / "out"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + 60
    while not list((tmp_path / "out").glob("data/articles/.*.part")) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(3)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, said.strip()) == (130, "newsmint: stopped")
    assert not list((tmp_path / "out" / "data/articles").iterdir())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nowhere.warc.gz", "-o", "out"), 66, "no such file"),
        (("a.warc.gz", "-o", "news.sqlite3", "--hosts", "x"), 64, "filters and passes are for Parquet"),
        (("a.warc.gz", "-o", "out", "--hosts", "nowhere.txt"), 66, "nowhere.txt"),
        (("a.warc.gz", "-o", "out", "--since", "soon"), 64, "not a date"),
        (("a.warc.gz", "-o", "out", "--language", "en", "--language", "en-US"), 64, "'en-US' is no code of a language"),
        pytest.param(
            ("a.warc.gz", "-o", "out", "--dask", "tcp://127.0.0.1:1"),
            69,
            "no scheduler of Dask answers",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_wrong_is_one_line(words: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    archive(tmp_path / "a.warc.gz", pages([1]))
    done = subprocess.run(
        [*NEWSMINT, "bulk", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr
