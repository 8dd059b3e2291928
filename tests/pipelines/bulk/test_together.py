"""What is known only of a whole run: what sites repeat, and which articles are of one text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pipelines.bulk.chrome import LEARNED
from pipelines.bulk.extractor import close_idle
from pipelines.bulk.plan import plan
from pipelines.bulk.task import run_task
from pipelines.bulk.values import Job
from pipelines.chrome import fingerprint
from tests.crawler.newsstand import story
from tests.pipelines.bulk.runs import bulk, pages, rows
from tests.pipelines.warc.archives import Made, archive

NOTICE = "<p>Harbour Ledger readers vote for the stone of the year in the garden house by the mill.</p>"


@pytest.mark.parametrize(("passes", "kept"), [(1, True), (2, False)])
def test_what_a_site_repeats_is_learned_before_its_first_article_is_read(
    passes: int, kept: bool, tmp_path: Path
) -> None:
    """The notice is on pages of two files; the first article of the first has it taken out already."""
    paths = [archive(tmp_path / f"{n}.warc.gz", pages(range(4 * n, 4 * n + 4), extra=NOTICE)) for n in range(2)]
    outcome = bulk(tmp_path / "out", *paths, passes=passes)
    bodies = [row["body"] for row in rows(tmp_path / "out")]
    assert ["stone of the year" in body for body in bodies] == [kept] * 8
    assert outcome.sites == (0 if kept else 1)
    assert outcome.counts == {"kept": 8}


def test_inputs_that_are_added_are_learned_from_and_what_is_written_stays(tmp_path: Path) -> None:
    first, second = (archive(tmp_path / f"{n}.warc.gz", pages(range(4 * n, 4 * n + 4), extra=NOTICE)) for n in range(2))
    assert bulk(tmp_path / "out", first, passes=2).sites == 0
    outcome = bulk(tmp_path / "out", first, second, passes=2)
    assert (outcome.sites, outcome.before, outcome.counts) == (1, 1, {"kept": 8})
    assert ["stone of the year" in row["body"] for row in rows(tmp_path / "out")] == [True] * 4 + [False] * 4


def test_copies_and_light_rewrites_are_one_cluster_across_files(tmp_path: Path) -> None:
    first = Made("https://a.example/first", story(1).encode(), date="2026-01-01T00:00:00Z")
    copy = Made("https://b.example/copy", story(1).encode(), date="2026-01-03T00:00:00Z")
    rewrite = story(1).replace(" sold", " had sold").replace("before noon", "just before noon")
    later = Made("https://c.example/rewrite", rewrite.encode(), date="2026-01-02T00:00:00Z")
    paths = [
        archive(tmp_path / "1.warc.gz", [copy, *pages([2, 3])]),
        archive(tmp_path / "2.warc.gz", [later, *pages([4, 5])]),
        archive(tmp_path / "3.warc.gz", [first]),
    ]
    outcome = bulk(tmp_path / "out", *paths)
    known = {row["url"].rpartition("/")[2]: row for row in rows(tmp_path / "out")}
    head = known["first"]["id"]
    assert {name: row["cluster"] for name, row in known.items() if row["cluster"]} == dict.fromkeys(
        ("first", "copy", "rewrite"), head
    )
    assert {name for name, row in known.items() if row["duplicate_of"]} == {"copy", "rewrite"}
    assert (outcome.clusters, outcome.duplicates) == (1, 2)

    again = bulk(tmp_path / "out", archive(tmp_path / "4.warc.gz", [Made("https://d.example/new", story(2).encode())]))
    assert (again.clusters, again.duplicates) == (2, 3)


def test_what_is_learned_later_is_known_to_workers_that_go_on(tmp_path: Path) -> None:
    """Those of Ray live longer than a run."""
    (task,) = plan([str(archive(tmp_path / "a.warc.gz", pages([1], extra=NOTICE)))])
    job = Job(str(tmp_path / "out"), passes=2)
    learned = tmp_path / "out" / LEARNED
    learned.parent.mkdir(parents=True)
    repeated = fingerprint(NOTICE.removeprefix("<p>").removesuffix("</p>"))
    kept = []
    for known in ([0], [repeated]):
        parquet.write_table(arrow.table({"site": ["www.ledger.example"], "fingerprints": [known]}), learned)
        run_task(task, job)
        kept += ["stone of the year" in row["body"] for row in rows(tmp_path / "out")]
    close_idle()
    assert kept == [True, False]
