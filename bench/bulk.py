"""Bulk extraction beside a plain loop: ``python -m bench.bulk [--pages 1000] [--gold DIR…] [--megabytes 300]``.

``newsmint bulk`` of one WARC, everything an export holds of an article read out of each page, beside a pool of plain
``multiprocessing`` workers that run ``trafilatura.extract`` (JSON with metadata) over the same WARC. Pages are made-up
ones of real size, or those of gold folders. What counts is the CPU a page of all processes together, which holds on a
loaded machine as well; its reciprocal is pages a second per core.

``--megabytes N`` makes a WARC of that size instead, not packed, and prints the memory of all processes of one bulk run
over it, a tenth at a time: 5000 is as much HTML as a CC-NEWS file of a gigabyte holds, packed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.gold import read_gold
from bench.newssite import story_page, story_path
from bench.processes import LOOK_SECONDS, descendants, resident
from pipelines.items import RawPage
from pipelines.pool import ONE_THREAD

BULK = [sys.executable, "-c", "from crawler.cli import main; main()", "bulk"]
PLAIN = """
import logging, sys
from multiprocessing import Pool
from fastwarc.warc import ArchiveIterator, WarcRecordType
import trafilatura

logging.disable(logging.CRITICAL)

def pages(path):
    with open(path, "rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            yield record.headers["WARC-Target-URI"], record.reader.read()

def extracted(page):
    url, body = page
    return trafilatura.extract(body, url=url, output_format="json", with_metadata=True)

if __name__ == "__main__":
    path, out, workers = sys.argv[1:]
    with Pool(int(workers)) as pool, open(out, "w") as lines:
        for found in pool.imap_unordered(extracted, pages(path), chunksize=4):
            if found:
                lines.write(found + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: CPU seconds of all its processes, seconds by the clock, bytes of memory of all of them at most."""

    cpu: float
    seconds: float
    memory: int


def write_warc(path: Path, pages: Iterable[RawPage]) -> int:
    """A WARC of these pages, a gzip member a record where its name ends in ``.gz``; how many they are."""
    count = 0
    headers = [("Content-Type", "text/html; charset=utf-8")]
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        for page in pages:
            http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            record = writer.create_warc_record(
                page.url, "response", payload=BytesIO(page.body), length=len(page.body), http_headers=http
            )
            writer.write_record(record)
            count += 1
    return count


def made_up(count: int) -> Iterator[RawPage]:
    """Stories of real size."""
    for number in range(count):
        yield RawPage(f"https://ledger.example{story_path(number)}", story_page(number).encode())


def of_size(path: Path, size: int) -> None:
    """A WARC of so many bytes."""

    def until_full() -> Iterator[RawPage]:
        for page in made_up(10_000_000):
            if path.stat().st_size >= size:
                return
            yield page

    path.touch()
    write_warc(path, until_full())


def measured(command: Sequence[str], watch: list[tuple[float, int]] | None = None) -> Measured:
    """Run a command to its end. ``watch`` gets its memory, again and again. Raises RuntimeError where it fails."""
    began, memory = time.monotonic(), 0
    environment = os.environ | ONE_THREAD
    before = os.times()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        held = resident(process.pid) + sum(map(resident, descendants(process.pid)))
        memory = max(memory, held)
        if watch is not None:
            watch.append((time.monotonic() - began, held))
        time.sleep(LOOK_SECONDS)
    after = os.times()
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}: {process.stderr and process.stderr.read()}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Measured(cpu, time.monotonic() - began, memory)


def compare(warc: Path, pages: int, folder: Path, workers: int, rounds: int) -> float:
    """Both ways over one WARC, printed; the ratio of the pages a second per core, start-up left out.

    What starting costs is what each way takes for a WARC of one page: once a run, whatever the size of the archive.
    """
    one = folder / "one.warc.gz"
    write_warc(one, made_up(1))
    ways = {"newsmint bulk": _bulk, "trafilatura": _plain}
    starts = {name: measured(way(one, folder / f"one-{name}", workers)).cpu for name, way in ways.items()}
    runs: dict[str, list[Measured]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            runs[name].append(measured(way(warc, folder / f"{name}-{turn}", workers)))
    best = {name: min(some, key=lambda run: run.cpu) for name, some in runs.items()}
    print(f"{pages:,} pages, {warc.stat().st_size / 1e6:.0f} MB, {workers} workers, the best of {rounds} runs each")
    print(f"{'':24}{'CPU ms/page':>12}{'start-up, s':>13}{'pages/s/core':>14}{'pages/s':>9}{'MB':>7}")
    each = {name: (run.cpu - starts[name]) / pages for name, run in best.items()}
    for name, run in best.items():
        per_page, per_second = (
            f"{1000 * each[name]:12.1f}{starts[name]:13.1f}{1 / each[name]:14.1f}",
            pages / run.seconds,
        )
        print(f"{name:24}{per_page}{per_second:9.1f}{run.memory / 1e6:7.0f}")
    ratio = each["trafilatura"] / each["newsmint bulk"]
    whole = best["trafilatura"].cpu / best["newsmint bulk"].cpu
    print(f"ratio per core {ratio:.2f} (goal .90); with start-up {whole:.2f}")
    return ratio


def _bulk(warc: Path, out: Path, workers: int) -> list[str]:
    return [*BULK, str(warc), "-o", str(out), "--workers", str(workers), "--part-size", "8"]


def _plain(warc: Path, out: Path, workers: int) -> list[str]:
    return [sys.executable, "-c", PLAIN, str(warc), str(out), str(workers)]


def flat(folder: Path, warc: Path, workers: int) -> None:
    """Memory over one bulk run of a WARC, a tenth of the time at a time."""
    held: list[tuple[float, int]] = []
    run = measured([*BULK, str(warc), "-o", str(folder / "flat"), "--workers", str(workers)], held)
    records = sum(json.loads((folder / "flat" / "manifest.json").read_bytes())["records"].values())
    size = warc.stat().st_size / 1e6
    print(f"{records:,} records, {size:,.0f} MB, {workers} workers; {1000 * run.cpu / records:.1f} ms of CPU a record")
    for tenth in range(10):
        some = [memory for at, memory in held if tenth <= 10 * at / run.seconds < tenth + 1]
        print(f"{tenth + 1:3}/10 {max(some, default=0) / 1e6:8.0f} MB at most")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison, or the look at memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--gold", type=Path, nargs="+", metavar="DIR", help="real pages instead of made-up ones")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--megabytes", type=int, metavar="N", help="memory over a WARC of this size instead")
    parser.add_argument("--warc", type=Path, metavar="FILE", help="memory over this WARC instead")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the ratio there as well")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="newsmint-bench-") as name:
        folder = Path(name)
        if options.warc or options.megabytes:
            if not options.warc:
                of_size(folder / "large.warc", options.megabytes * 1_000_000)
            flat(folder, options.warc or folder / "large.warc", options.workers)
            return 0
        gold = (page.raw for each in options.gold or () for page in read_gold(each))
        pages = write_warc(folder / "pages.warc.gz", gold if options.gold else made_up(options.pages))
        ratio = compare(folder / "pages.warc.gz", pages, folder, options.workers, options.rounds)
        if options.json:
            options.json.write_text(json.dumps({"ratio": round(ratio, 3)}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
