"""Pages a second of a whole crawl beside its parts: ``python -m bench.crawl [--pages 2000] [--gold DIR…]``.

(a) plain Scrapy, fetching only; (b) the extraction alone, enrichment included, on all cores; (c) ``newsmint crawl``,
from the request to the row in the store. All on the same pages, made up or those of gold folders, from nginx (which it
needs) on loopback, turn and turn about, start-up included. What counts is (c) as a share of the slower of (a) and (b),
all turns together: a shared machine's speed changes from one minute to the next, and the best of each would be of
different minutes. Beside the pages a second stands the CPU of a page, in the process itself and in its extraction
workers: that holds on a loaded machine as well.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from bench.gold import read_gold
from bench.newssite import free_port, nginx, story_page, story_path, write_site, write_sources
from bench.processes import metered
from pipelines.errors import MissingInput

CRAWL = """
from crawler.cli import main
if __name__ == "__main__":
    main()
"""
EXTRACT = """
import sys
from collections import deque
from pathlib import Path
from pipelines.items import Article, RawPage
from pipelines.pool import ExtractionPool

def pages(base, folder, paths):
    for path in paths:
        body = Path(folder, path.lstrip("/")).read_bytes()
        yield RawPage(base + path, body, content_type="text/html; charset=utf-8")

def extracted(pool, pages):
    under_way = deque()
    for page in pages:
        under_way.append(pool.timed(page))
        if len(under_way) >= 4 * pool.workers:
            yield under_way.popleft().result()
    for each in under_way:
        yield each.result()

if __name__ == "__main__":
    base, folder, listed = sys.argv[1:]
    with ExtractionPool() as pool:
        found = extracted(pool, pages(base, folder, Path(listed).read_text().split()))
        print(sum(isinstance(each.result, Article) for each in found))
"""
TOP_TEN = "import pstats, sys; pstats.Stats(sys.argv[1]).sort_stats('tottime').print_stats(10)"
PLAIN_SCRAPY = """
import sys
from pathlib import Path
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

class Plain(Spider):
    name = "plain"
    start_urls = [sys.argv[1] + path for path in Path(sys.argv[2]).read_text().split()]
    pages = 0

    def parse(self, response):
        Plain.pages += len(response.body) > 0

process = AsyncCrawlerProcess({
    "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor", "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
})
process.crawl(Plain)
process.start()
print(Plain.pages)
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """What a part did: pages, in so many seconds of the clock, with so many of CPU in the process and its workers."""

    pages: int
    seconds: float
    main: float
    workers: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds

    def __str__(self) -> str:
        each = 1000 / max(self.pages, 1)
        main, workers = self.main * each, self.workers * each
        cpu = f"{main:5.1f} + {workers:5.1f} in workers = {main + workers:5.1f} ms CPU a page"
        return f"{self.rate:7.1f} pages/s ({self.seconds:.1f} s)  {cpu}"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are, and where the parts may write."""

    home: Path
    base: str
    pages: int
    table: str = "article"
    """Where each page is a row in the end; of real pages some are no articles."""

    @property
    def listed(self) -> Path:
        """The file with the paths of all pages."""
        return self.home / "paths.txt"


def fetch_only(site: Site) -> Speed:
    """Plain Scrapy over the addresses."""
    return _run(site, "fetch", PLAIN_SCRAPY, [site.base, str(site.listed)])


def extract_only(site: Site) -> Speed:
    """The extraction pool over pages read from disk."""
    return _run(site, "extract", EXTRACT, [site.base, str(site.home / "site"), str(site.listed)])


def whole_crawl(site: Site, profile: Path | None = None) -> Speed:
    """``newsmint crawl`` into an empty store; with ``profile``, under cProfile."""
    for left in site.home.glob("news*"):
        left.unlink()
    sources, store = write_sources(site.home / "sources.toml", site.base), site.home / "news.sqlite3"
    words = ["crawl", "all", "--deep", "--sources", str(sources), "--db", str(store)]
    return _run(site, "crawl", CRAWL, words, profile, lambda said: _stored(store, site.table))


def _run(
    site: Site,
    name: str,
    program: str,
    words: Sequence[str],
    profile: Path | None = None,
    count: Callable[[str], int] = int,
) -> Speed:
    """Run a program in a process of its own; ``count`` makes its pages of what it printed."""
    script = site.home / f"{name}.py"
    script.write_text(program)
    command = [sys.executable, *(["-m", "cProfile", "-o", str(profile)] if profile else []), str(script), *words]
    began = time.monotonic()
    with TemporaryFile("w+") as said, TemporaryFile("w+") as complaints:
        process = subprocess.Popen(command, env=_environment(), stdout=said, stderr=complaints)
        cpu = metered(process)
        seconds = time.monotonic() - began
        said.seek(0)
        complaints.seek(0)
        if process.returncode:
            raise MissingInput(f"{name} ended with {process.returncode}: {complaints.read()[-500:]}")
        return Speed(count(said.read()), seconds, cpu.main, cpu.workers)


def _together(turns: Sequence[Speed]) -> Speed:
    """All turns of a part as one."""
    figures = ((turn.pages, turn.seconds, turn.main, turn.workers) for turn in turns)
    return Speed(*map(sum, zip(*figures, strict=True)))


def _each(speed: Speed) -> float:
    """CPU seconds of a page."""
    return (speed.main + speed.workers) / max(speed.pages, 1)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path.cwd())}


def _stored(store: Path, table: str) -> int:
    with closing(sqlite3.connect(store)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def main() -> int:
    """Measure the three, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--gold", type=Path, nargs="+", metavar="DIR", help="real pages instead of made-up ones")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="profile (c), which slows it, and print its top ten")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="newsmint-bench-") as name:
        home, port = Path(name), free_port()
        home.chmod(0o755)
        real = [page.raw.body.decode(errors="replace") for each in options.gold or () for page in read_gold(each)]
        site = Site(home, f"http://127.0.0.1:{port}", len(real) or options.pages, "page" if real else "article")
        print(f"writing {site.pages:,} pages …", flush=True)
        write_site(home / "site", site.pages, site.base, real.__getitem__ if real else story_page)
        site.listed.write_text("\n".join(map(story_path, range(site.pages))))
        profile = home / "profile" if options.profile else None
        with nginx(home / "site", port):
            parts: dict[str, Callable[[], Speed]] = {
                "(a) plain Scrapy, fetching only": lambda: fetch_only(site),
                "(b) extraction alone, all cores": lambda: extract_only(site),
                "(c) newsmint crawl": lambda: whole_crawl(site, profile),
            }
            runs: dict[str, list[Speed]] = {title: [] for title in parts}
            for _ in range(options.rounds):
                for title, part in parts.items():
                    runs[title].append(part())
                    print(f"{title:32} {runs[title][-1]}", flush=True)
        if profile:
            subprocess.run([sys.executable, "-c", TOP_TEN, str(profile)], check=True)
    fetching, extracting, crawling = map(_together, runs.values())
    share, of_cpu = crawling.rate / min(fetching.rate, extracting.rate), _each(extracting) / _each(crawling)
    print(f"(c) as a share of the slower of (a) and (b): {share:.2f}; by CPU, of (b): {of_cpu:.2f}")
    short = [speed for some in runs.values() for speed in some if speed.pages != site.pages]
    for speed in short:
        print(f"FAULT: only {speed.pages:,} of {site.pages:,} pages")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
