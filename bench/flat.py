"""Whether a long crawl stays as it began: ``python -m bench.flat [--pages 100000]`` (needs nginx, and Linux's /proc).

``newsmint crawl`` of so many small pages from nginx on loopback; after each tenth, the pages a second of that tenth,
and the CPU of its pages and the memory, of the crawl's process and of its extraction workers. The pages are alike, so
the workers' CPU for one tells how fast the machine is at that time; the last ratio leaves that out.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.newssite import free_port, nginx, small_story_page, write_site, write_sources
from bench.processes import CpuMeter, descendants, resident

CRAWL = "from crawler.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Sample:
    """The crawl at one moment. Memory of the main process and of its descendants in bytes, CPU of both in seconds."""

    pages: int
    seconds: float
    main: int
    workers: int
    main_cpu: float
    workers_cpu: float

    @property
    def memory(self) -> int:
        """All of it."""
        return self.main + self.workers


def watch(process: subprocess.Popen[bytes], store: Path, step: int) -> Iterator[Sample]:
    """A sample each ``step`` stored pages, and one at the end."""
    began, wanted, meter = time.monotonic(), step, CpuMeter(process.pid)
    last: Sample | None = None
    while process.poll() is None:
        time.sleep(0.25)
        meter.look()
        sample = Sample(_stored(store), time.monotonic() - began, *_memory(process.pid), meter.main, meter.workers)
        if sample.main:
            last = sample
        if sample.pages >= wanted:
            yield sample
            wanted += step
    if last is not None and wanted - step < last.pages:
        yield last


def _stored(store: Path) -> int:
    """The number of the newest article: counting them all would take the time we measure."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(store)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'article'").fetchone():
            return 0
        return int(connection.execute("SELECT coalesce(max(number), 0) FROM article").fetchone()[0])


def _memory(pid: int) -> tuple[int, int]:
    """Resident bytes of a process, and of its descendants."""
    return resident(pid), sum(map(resident, descendants(pid)))


def main() -> int:
    """Crawl, print a line a tenth, and the two ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    options = parser.parse_args()
    step = options.pages // 10
    with TemporaryDirectory(prefix="newsmint-flat-") as name:
        home, port = Path(name), free_port()
        base = f"http://127.0.0.1:{port}"
        print(f"writing {options.pages:,} pages …", flush=True)
        write_site(home / "site", options.pages, base, small_story_page)
        sources, store = write_sources(home / "sources.toml", base), home / "news.sqlite3"
        words = [sys.executable, "-c", CRAWL, "crawl", "all", "--deep", "--sources", str(sources), "--db", str(store)]
        samples = [Sample(0, 0.0, 0, 0, 0.0, 0.0)]
        with nginx(home / "site", port), (home / "log").open("wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log)
            for sample in watch(process, store, step):
                samples.append(sample)
                main, workers = _cpu(samples, -1)
                speed = f"{_rate(samples, -1):6.1f} pages/s  {main:5.1f} + {workers:5.1f} ms CPU a page"
                print(f"{sample.pages:9,} pages  {speed}  {_sizes(sample)}", flush=True)
        stored = _stored(store)
    first, last = samples[1], samples[-1]
    print(f"memory at the end, as a share of that after {first.pages:,} pages: {last.memory / first.memory:.3f}")
    share, machine = _rate(samples, 10) / _rate(samples, 1), _cpu(samples, 10)[1] / _cpu(samples, 1)[1]
    print(f"pages/s of the last tenth, as a share of the first: {share:.3f}")
    print(f"the machine's time for the extraction of a page, as a share of the first: {machine:.3f}")
    print(f"pages/s of the last tenth without that, as a share of the first: {share * machine:.3f}")
    if stored != options.pages or process.returncode:
        print(f"FAULT: {stored:,} of {options.pages:,} pages stored; the crawl ended with {process.returncode}")
        return 1
    return 0


def _rate(samples: list[Sample], place: int) -> float:
    """Pages a second of a tenth."""
    before, after = _tenth(samples, place)
    return (after.pages - before.pages) / max(after.seconds - before.seconds, 1e-9)


def _cpu(samples: list[Sample], place: int) -> tuple[float, float]:
    """Milliseconds of CPU that a page of a tenth took, in the crawl's process and in its workers."""
    before, after = _tenth(samples, place)
    each = 1000 / max(after.pages - before.pages, 1)
    return (after.main_cpu - before.main_cpu) * each, (after.workers_cpu - before.workers_cpu) * each


def _tenth(samples: list[Sample], place: int) -> tuple[Sample, Sample]:
    place = min(place if place > 0 else len(samples) - 1, len(samples) - 1)
    return samples[place - 1], samples[place]


def _sizes(sample: Sample) -> str:
    return f"{sample.main / 1e6:5.0f} MB + {sample.workers / 1e6:5.0f} MB in workers"


if __name__ == "__main__":
    raise SystemExit(main())
