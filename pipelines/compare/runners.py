"""The other extractor at work: processes that each answer one page at a time, killed and replaced where they hang."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any

from pipelines.compare.difference import failure
from pipelines.compare.other import Other
from pipelines.errors import BadInput
from pipelines.items import RawPage
from pipelines.pool import MEMORY_LIMIT, ONE_THREAD, TIME_LIMIT, oversize
from pipelines.site import UNKNOWN_SITE, Site

START_SECONDS = 120.0
MAX_ANSWER = 64_000_000
"""Bytes of one article with all that was removed."""
RUNNER = Path(__file__).with_name("runner.py")


class OtherPool:
    """Runs another extractor. A context manager; closing kills what still runs. ``extractor``: what it calls itself."""

    def __init__(self, other: Other, workers: int | None = None, time_limit: float = TIME_LIMIT) -> None:
        """Start the first process. Raises BadInput where the extractor does not start."""
        self.workers = workers or os.cpu_count() or 1
        self._time_limit = time_limit
        self._scratch = tempfile.TemporaryDirectory(prefix="newsmint-runners-")
        runners = [_Runner(other, Path(self._scratch.name), number) for number in range(self.workers)]
        self._idle: SimpleQueue[_Runner] = SimpleQueue()
        self._runners = runners
        for runner in runners:
            self._idle.put(runner)
        try:
            self.extractor = runners[0].start()
        except (_DiedError, TimeoutError) as error:
            runners[0].stop()
            self._scratch.cleanup()
            raise BadInput(f"{other.name} does not start: {error or 'it takes too long'}") from None
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="compare")

    def submit(self, page: RawPage, site: Site = UNKNOWN_SITE) -> Future[dict[str, Any]]:
        """The article as plain data, or ``failure(…)``. The future never raises."""
        return self._threads.submit(self._extract, page, site)

    def _extract(self, page: RawPage, site: Site) -> dict[str, Any]:
        if refusal := oversize(page):
            return failure(page.url, page.source, refusal.kind, refusal.detail)
        runner = self._idle.get()
        try:
            answer = runner.extract(page, site, self._time_limit)
        except TimeoutError:
            return failure(page.url, page.source, "time_limit", f"took more than {self._time_limit:g} s")
        except (_DiedError, OSError) as error:
            return failure(page.url, page.source, "crash", str(error))
        finally:
            self._idle.put(runner)
        if "failure" in answer:
            return failure(page.url, page.source, *answer["failure"])
        article: dict[str, Any] = answer["article"]
        return article

    def close(self) -> None:
        """Kill the processes; pages under way are given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for runner in self._runners:
            runner.stop()
        self._threads.shutdown()
        for runner in self._runners:
            runner.stop()
        self._scratch.cleanup()

    def __enter__(self) -> OtherPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _DiedError(Exception):
    """A process ended; the message is the last it said."""


class _Runner:
    """One process, started with its first page and again after it died. Used by one thread at a time."""

    def __init__(self, other: Other, scratch: Path, number: int) -> None:
        self._other = other
        self._scratch = scratch
        self._said = scratch / f"{number}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._sites: dict[str | None, Site] = {}

    def start(self) -> str:
        """Start the process; return what its extractor calls itself."""
        self._sites = {}
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own file)
                [sys.executable, "-P", str(RUNNER), str(MEMORY_LIMIT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=self._scratch,
                env=self._environment(),
            )
        hello = self._answer(START_SECONDS)
        if not Path(hello["package"]).resolve().is_relative_to(self._other.folder.resolve()):
            raise _DiedError(f"Python found {hello['package']} instead of it")
        return str(hello["extractor"])

    def extract(self, page: RawPage, site: Site, seconds: float) -> dict[str, Any]:
        """The answer to one page. Raises TimeoutError, _DiedError or OSError; the next call then starts anew."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self.start()
        if self._sites.get(page.source, UNKNOWN_SITE) != site:
            self._send({"source": page.source, "site": _site_data(site)})
            self._sites[page.source] = site
        self._send({"page": _page_data(page)})
        return self._answer(seconds)

    def stop(self) -> None:
        """Kill the process, if there is one."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None and not stream.closed:
                _close(stream)

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self, seconds: float) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            line = process.stdout.readline(MAX_ANSWER)
        finally:
            timer.cancel()
        if late.is_set():
            process.wait()
            raise TimeoutError
        if not line.endswith(b"\n"):
            process.kill()
            process.wait()
            raise _DiedError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        said = self._said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return said[-1][:300] if said else "its process ended without a word"

    def _environment(self) -> dict[str, str]:
        paths = [str(self._other.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONPYCACHEPREFIX": str(self._scratch / "bytecode"),
            **ONE_THREAD,
        }


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        return  # what was still to be written to it is lost, as it should be


def _page_data(page: RawPage) -> dict[str, Any]:
    data = asdict(replace(page, body=b"", parts=(), hint=None))
    data["body"] = base64.b64encode(page.body).decode()
    data["parts"] = [base64.b64encode(part).decode() for part in page.parts]
    data["hint"] = page.hint.as_dict() if page.hint else None
    return data


def _site_data(site: Site) -> dict[str, Any]:
    return {
        "chrome": sorted(site.chrome.fingerprints),
        "keep": sorted(site.corrections.keep),
        "remove": sorted(site.corrections.remove.items()),
        "without": sorted(site.corrections.without),
    }
