"""What a visit costs that finds nothing new: ``python -m bench.visit [--sources 100]``.

A crawl of one source, and one of many, neither with anything new, each in a process of its own: the first is what a
fleet pays that starts a process for each visit, the difference a source what it pays in a process that runs on.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import metered
from tests.crawler.conftest import Crawl
from tests.crawler.newsstand import Answer, Newsstand, newsstand, story

RUNS = 3


def main() -> int:
    """Print seconds of CPU of a visit, begun in a new process and in one that runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=100)
    options = parser.parse_args()
    with newsstand() as stand, TemporaryDirectory() as folder:
        one, many = (_cpu(stand, Path(folder) / str(count), count) for count in (1, options.sources))
    print(f"a visit in a process of its own  {one:.3f} s of CPU")
    print(f"a visit in a process that runs   {(many - one) / (options.sources - 1):.4f} s of CPU")
    return 0


def _cpu(stand: Newsstand, folder: Path, count: int) -> float:
    """Seconds of CPU of a crawl of so many sources that has nothing to do; the median of ``RUNS``."""
    folder.mkdir()
    sources = folder / "sources.toml"
    sources.write_text("\n".join(_publish(stand, number) for number in range(count)), encoding="utf-8")
    crawl = Crawl(sources, folder / "news.sqlite3")
    crawl.run()
    used = []
    for _ in range(RUNS):
        with subprocess.Popen(crawl.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            meter = metered(process)
        used.append(meter.main + meter.workers)
    return statistics.median(used)


def _publish(stand: Newsstand, number: int) -> str:
    """A source of three stories; its entry in the sources file."""
    paths = [f"/site{number}/news/{place}-story" for place in range(3)]
    stand.answers |= {path: Answer(story(3 * number + place).encode()) for place, path in enumerate(paths)}
    listed = Answer(stand.sitemap(paths).encode(), headers={"Content-Type": "application/xml"})
    stand.answers[f"/site{number}/sitemap.xml"] = listed
    return (
        f'[site{number}]\ndomain = "127.0.0.1"\nsitemaps = ["{stand.url}/site{number}/sitemap.xml"]\n'
        "delay = 0.0\nallow_private = true\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
