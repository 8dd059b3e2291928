"""Pages a second of a whole crawl beside its parts: ``python -m bench.crawl [--pages 2000]`` (needs nginx).

(a) plain Scrapy, fetching only; (b) the extraction alone, on all cores; (c) ``newsmint crawl``, from the request to the
row in the store. All on the same pages, from nginx on loopback, one after the other, start-up included. What counts is
(c) as a share of the slower of (a) and (b).
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.newssite import free_port, nginx, story_path, write_site, write_sources
from pipelines.errors import MissingInput
from pipelines.items import Article, RawPage
from pipelines.pool import ExtractionPool

CRAWL = "from crawler.cli import main; main()"
TOP_TEN = "import pstats, sys; pstats.Stats(sys.argv[1]).sort_stats('tottime').print_stats(10)"
PLAIN_SCRAPY = """
import sys
from pathlib import Path
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

class Plain(Spider):
    name = "plain"
    start_urls = Path(sys.argv[1]).read_text().split()
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
    """What a part did: pages, in so many seconds of the clock."""

    pages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def fetch_only(urls: Sequence[str], folder: Path) -> Speed:
    """Plain Scrapy over the addresses."""
    listed = folder / "urls.txt"
    listed.write_text("\n".join(urls))
    return _timed(lambda: int(_output([sys.executable, "-c", PLAIN_SCRAPY, str(listed)])))


def extract_only(pages: Iterable[RawPage]) -> Speed:
    """The extraction pool over pages read from disk."""

    def extract() -> int:
        with ExtractionPool() as pool:
            return sum(isinstance(result, Article) for _, result in pool.map(pages))

    return _timed(extract)


def whole_crawl(sources: Path, store: Path, profile: Path | None = None) -> Speed:
    """``newsmint crawl`` in a process of its own, into an empty store; with ``profile``, under cProfile."""
    program = [sys.executable, *(["-m", "cProfile", "-o", str(profile)] if profile else [])]
    script = store.with_suffix(".py")
    script.write_text(f"if __name__ == '__main__':\n    {CRAWL}\n")
    words = [*program, str(script), "crawl", "all", "--deep", "--sources", str(sources), "--db", str(store)]

    def crawl() -> int:
        _output(words)
        with closing(sqlite3.connect(store)) as connection:
            return int(connection.execute("SELECT count(*) FROM article").fetchone()[0])

    return _timed(crawl)


def _timed(work: Callable[[], int]) -> Speed:
    began = time.monotonic()
    return Speed(work(), time.monotonic() - began)


def _output(words: Sequence[str]) -> str:
    done = subprocess.run(
        words, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise MissingInput(f"{words[0]} … ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def _pages(folder: Path, base: str, count: int) -> Iterable[RawPage]:
    for number in range(count):
        path = story_path(number)
        yield RawPage(base + path, (folder / path.lstrip("/")).read_bytes(), content_type="text/html; charset=utf-8")


def main() -> int:
    """Measure the three, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--profile", action="store_true", help="profile (c), which slows it, and print its top ten")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="newsmint-bench-") as name:
        home = Path(name)
        home.chmod(0o755)
        site, port = home / "site", free_port()
        base = f"http://127.0.0.1:{port}"
        print(f"writing {options.pages:,} pages …", flush=True)
        write_site(site, options.pages, base)
        sources = write_sources(home / "sources.toml", base)
        profile = home / "profile" if options.profile else None
        with nginx(site, port):
            parts: dict[str, Callable[[], Speed]] = {
                "(a) plain Scrapy, fetching only": lambda: fetch_only(
                    [base + story_path(n) for n in range(options.pages)], home
                ),
                "(b) extraction alone, all cores": lambda: extract_only(_pages(site, base, options.pages)),
                "(c) newsmint crawl": lambda: whole_crawl(sources, home / "news.sqlite3", profile),
            }
            speeds: list[Speed] = []
            for title, part in parts.items():
                speeds.append(part())
                print(f"{title:34} {speeds[-1].rate:7.1f} pages/s  ({speeds[-1].seconds:.1f} s)", flush=True)
        if profile:
            print(_output([sys.executable, "-c", TOP_TEN, str(profile)]))
    fetching, extracting, crawling = speeds
    print(f"(c) as a share of the slower of (a) and (b): {crawling.rate / min(fetching.rate, extracting.rate):.2f}")
    short = [speed for speed in speeds if speed.pages != options.pages]
    for speed in short:
        print(f"FAULT: only {speed.pages:,} of {options.pages:,} pages")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
