"""Visits as forks of a process that has loaded all they need: a new one loads for two seconds before it does anything.

The process is the fork server of Python's ``multiprocessing``. It has one thread, no connection and no event loop
(``loaded``); what it forks is a process like any other, with a number, signals and an exit code of its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from asyncio import StreamReader, StreamReaderProtocol
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any, Self

from crawler.fleet.child import HELD, visit
from crawler.sources import Source
from pipelines.pool import ONE_THREAD, held

LOST = 255
"""The exit code, as ``multiprocessing`` has it, of a fork whose nursery has ended before it."""
_one_at_a_time = threading.Lock()
"""``multiprocessing`` looks after all its children on each start, and two at once would read one's exit code twice."""


def is_possible() -> bool:
    """Whether this system can fork."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def begin(environment: Mapping[str, str]) -> None:
    """Start the process, with these variables; it loads while others go on. They become this process's own as well."""
    os.environ.update(environment)
    os.environ.update(ONE_THREAD)
    multiprocessing.get_context("forkserver").set_forkserver_preload(["crawler.fleet.loaded"])
    _held(forkserver.ensure_running)


class Fork:
    """A visit's process: as much of ``asyncio.subprocess.Process`` as is needed of one."""

    def __init__(self, process: Any, stdout: StreamReader, stderr: StreamReader) -> None:
        self._process = process
        self.stdout, self.stderr = stdout, stderr
        self.pid: int = process.pid
        self.returncode: int | None = None

    @classmethod
    async def start(cls, words: Sequence[str], source: Source, limit: int) -> Self:
        """``newsmint`` with these words, of this source; ``limit``: bytes of its longest line. OSError, EOFError."""
        context = multiprocessing.get_context("forkserver")
        out, to_out = context.Pipe(duplex=False)
        err, to_err = context.Pipe(duplex=False)
        try:
            process = context.Process(target=visit, args=(tuple(words), source, to_out, to_err), name="newsmint visit")
            await asyncio.to_thread(_held, process.start)
        finally:
            to_out.close()
            to_err.close()
        return cls(process, await _reader(out, limit), await _reader(err, limit))

    async def wait(self) -> int:
        """Its exit code, once it has ended; below zero the signal that ended it."""
        if self.returncode is None:
            await _until_readable(self._process.sentinel)
            self.returncode = await asyncio.to_thread(self._ended)
        return self.returncode

    def terminate(self) -> None:
        """SIGTERM."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def _ended(self) -> int:
        with _one_at_a_time:
            code: int = self._process.exitcode
            self._process.close()
        return code


def _held(start: Any) -> None:
    """Signals for this process's group, Ctrl-C among them, are neither for the nursery nor for forks that begin."""
    with _one_at_a_time, held(HELD):
        start()


async def _reader(pipe: Connection, limit: int) -> StreamReader:
    loop = asyncio.get_running_loop()
    reader = StreamReader(limit=limit, loop=loop)
    await loop.connect_read_pipe(lambda: StreamReaderProtocol(reader, loop=loop), pipe)
    return reader


async def _until_readable(number: int) -> None:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(number, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(number)
