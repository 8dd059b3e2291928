"""Pages that hang, kill their worker or are too large cost one failure each, and the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.items import Article, RawPage
from pipelines.pool import MAX_ATTRIBUTES, MAX_BYTES, MAX_TAGS, ExtractionFailure, ExtractionPool, oversize

PARAGRAPH = (
    "<p>The council of the Larkspur network voted on Monday to lower the fee for small transfers by a third.</p>"
)
STORY = f"<html><head><title>Larkspur lowers fees</title></head><body><h1>Larkspur lowers fees</h1>{PARAGRAPH * 6}"


def page(number: int = 0, body: bytes | None = None) -> RawPage:
    return RawPage(url=f"https://larkspur.example/{number}", body=STORY.encode() if body is None else body)


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    with ExtractionPool(workers=2) as pool:
        yield pool


def test_a_page_becomes_an_article(pool: ExtractionPool) -> None:
    article = pool.submit(page()).result(timeout=30)
    assert isinstance(article, Article)
    assert "lower the fee for small transfers" in article.body


def test_map_keeps_the_order_and_pairs_each_page_with_its_article(pool: ExtractionPool) -> None:
    results = list(pool.map(page(number) for number in range(12)))
    assert [article.url for _, article in results if isinstance(article, Article)] == [
        f"https://larkspur.example/{number}" for number in range(12)
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a" * (MAX_BYTES + 1), "too_large"),
        (b"<i>" * (MAX_TAGS + 1), "too_many_tags"),
        (b"</i>" * (MAX_TAGS + 1), None),
        (b"<i>" * 100, None),
        (b"<i" + b" a=1" * (MAX_ATTRIBUTES + 1) + b">", "too_many_tags"),
        (b"<p>" + b"<i" + b" a=1" * (MAX_ATTRIBUTES + 1), "too_many_tags"),
        (b"<i" + b" a='1 2'" * (MAX_ATTRIBUTES - 1) + b">", None),
        (b"<i>" + b" a=1" * (MAX_ATTRIBUTES + 1), None),
        (b"<3" + b" a=1" * (MAX_ATTRIBUTES + 1), None),
    ],
)
def test_what_is_too_large_to_parse_safely_has_a_name(body: bytes, kind: str | None) -> None:
    refusal = oversize(page(body=body))
    assert (refusal.kind if refusal else None) == kind


def test_parts_count_towards_the_size() -> None:
    whole = RawPage(url="https://larkspur.example/long", body=b"a" * MAX_BYTES, parts=(b"b",))
    refusal = oversize(whole)
    assert refusal is not None
    assert refusal.kind == "too_large"


def test_an_oversized_page_is_refused_without_a_worker(pool: ExtractionPool) -> None:
    failure = pool.submit(page(body=b"<i>" * (MAX_TAGS + 1))).result(timeout=0)
    assert isinstance(failure, ExtractionFailure)


def test_a_page_over_the_time_limit_fails_alone() -> None:
    slow = "".join(f"<p>Step {number} of the audit took the team a whole day.</p>" for number in range(MAX_TAGS - 10))
    with ExtractionPool(workers=1, time_limit=3) as pool:
        failure, article = (pool.submit(page(body=body.encode())).result(timeout=30) for body in (slow, STORY))
    assert isinstance(failure, ExtractionFailure)
    assert failure.kind == "time_limit"
    assert isinstance(article, Article)


def test_a_source_whose_pages_hang_gets_less_time_and_the_others_as_much_as_ever() -> None:
    slow = "".join(f"<p>Step {number} of the audit took the team a whole day.</p>" for number in range(MAX_TAGS - 10))
    hanging = replace(page(body=slow.encode()), source="hanging")
    with ExtractionPool(workers=1, time_limit=0.6) as pool:
        details = [
            _detail(pool.submit(each).result(timeout=30)) for each in (*[hanging] * 4, replace(hanging, source="b"))
        ]
    assert details == [*["took more than 0.6 s"] * 3, "took more than 0.1 s", "took more than 0.6 s"]


def _detail(result: Article | ExtractionFailure) -> str | None:
    return result.detail if isinstance(result, ExtractionFailure) else None


def test_a_worker_that_dies_costs_one_page_and_is_replaced(pool: ExtractionPool) -> None:
    answers = [pool.submit(page(number)) for number in range(40)]
    victim = pool.worker_ids[0]
    os.kill(victim, signal.SIGKILL)
    results = [answer.result(timeout=60) for answer in answers]
    failures = [result for result in results if isinstance(result, ExtractionFailure)]
    assert len(failures) <= 1
    assert all(failure.kind == "crash" for failure in failures)
    assert isinstance(pool.submit(page()).result(timeout=30), Article)


def test_workers_that_die_idle_cost_nothing() -> None:
    with ExtractionPool(workers=2) as pool:
        for number in range(3):
            assert isinstance(pool.submit(page(number)).result(timeout=30), Article)
            for victim in pool.worker_ids:
                os.kill(victim, signal.SIGKILL)
            time.sleep(0.1 * number)  # some are known to be dead by the next page, some are not


def test_a_worker_has_a_limit_of_memory() -> None:
    with ExtractionPool(workers=1, memory_limit=1_000_000) as pool:
        failure = pool.submit(page()).result(timeout=60)
    assert isinstance(failure, ExtractionFailure)


def test_killed_crawls_leave_no_workers_behind(tmp_path: Path) -> None:
    script = tmp_path / "crawl.py"
    script.write_text(
        "import time\nfrom pipelines.pool import ExtractionPool\nfrom pipelines.items import RawPage\n"
        "if __name__ == '__main__':\n"
        "    pool = ExtractionPool(workers=1)\n"
        "    pool.submit(RawPage(url='https://larkspur.example/', body=b'<p>one</p>')).result()\n"
        "    print(*pool.worker_ids, flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as crawl:
        assert crawl.stdout is not None
        worker = int(crawl.stdout.readline())
        crawl.kill()
    deadline = time.monotonic() + 10
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
