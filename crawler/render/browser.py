"""The system's Chromium, driven by scrapy-playwright, behind three walls that let nothing out by themselves.

What a page asks for is answered by ``answers``; what passes by interception (WebSockets, WebRTC, preconnects, shared
workers) finds no name that resolves, no proxy that answers, and no UDP. Each page has a context of its own, which
keeps nothing, and ends with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as TooSlow
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.failures import Refused
from crawler.render.answers import Answers
from crawler.render.limits import RenderLimits
from crawler.render.memory import Process, browser_processes
from pipelines.store.shells import NEEDS_BROWSER

log = logging.getLogger(__name__)
logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)  # what fails is a row in the store

WALLS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name and no address, however spelled
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
NOWHERE = {"server": "http://0.0.0.0:9"}
START_SECONDS = 30.0
LOOK_EVERY = 0.25
"""Seconds between two looks at the memory of the browser's processes."""
READ_SECONDS = 5.0
"""For reading the finished page; what takes longer is busy for good."""
READ = """((most) => {
    const type = document.doctype ? '<!DOCTYPE html>' : '';
    return (type + document.documentElement.outerHTML).slice(0, most);
})(%d)"""


class Browser:
    """Renders pages; starts with the first one. ``close`` it in the end."""

    def __init__(self, crawler: Crawler, limits: RenderLimits, program: str, sandbox: bool) -> None:
        self._limits = limits
        self._handler = ScrapyPlaywrightDownloadHandler(crawler)
        config = self._handler.config
        config.launch_options = {
            "executable_path": program,
            "chromium_sandbox": sandbox,
            "args": list(WALLS),
            "proxy": NOWHERE,
            "timeout": START_SECONDS * 1000,
            "handle_sigint": False,  # a clean stop lets the pages under way end
            "handle_sigterm": False,
            "handle_sighup": False,
        }
        config.target_closed_max_retries = 0  # a page that took its process down would do so again
        self._user_agent: str = crawler.settings["USER_AGENT"]
        self._room = asyncio.Semaphore(limits.at_once)
        self._names = count(1)
        self._rendered = 0
        self._open = 0
        self._watch: asyncio.Task[None] | None = None
        self._started = False
        self._starting = asyncio.Lock()

    async def close(self) -> None:
        """End the browser and its driver."""
        if self._started:
            with suppress(Exception):  # a stop may have ended parts of it already
                await self._handler.close()

    async def render(self, url: str, answers: Answers, language: str) -> bytes:
        """The page at ``url`` as it stands once its scripts are quiet, or its time is over; HTML in UTF-8.

        Raises Refused of kind ``render_timeout``, ``render_crash``, ``too_large`` or ``needs_browser``.
        """
        async with self._room:
            await self._start()
            if self._watch is None or self._watch.done():
                self._watch = asyncio.ensure_future(self._watch_memory())
            try:
                async with asyncio.timeout(self._limits.seconds + 2 * READ_SECONDS):
                    async with self._page(url, answers, language) as page:
                        return await self._settled(page)
            except TimeoutError:
                raise Refused("render_timeout", f"busy for more than {self._limits.seconds:g} s") from None
            except Error as error:
                raise Refused("render_crash", error.message.partition("\n")[0].strip()) from error

    async def _start(self) -> None:
        async with self._starting:
            if self._rendered >= self._limits.pages and not self._open:
                self._rendered = 0
                with suppress(Error):
                    await self._handler.browser.close()
            await self._has_let_go()
            try:
                if not self._started:
                    await self._handler._launch()  # by itself it does so at the engine's start, needed or not
                    self._started = True
                await self._handler._maybe_launch_browser()
            except (Error, OSError) as error:
                raise Refused(NEEDS_BROWSER, f"Chromium does not start: {_reason(error)}") from error
            self._rendered += 1

    async def _has_let_go(self) -> None:
        """Wait until the handler has dropped a browser that ended, asked to or not: it starts another then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READ_SECONDS):
                while (browser := getattr(self._handler, "browser", None)) and not browser.is_connected():
                    await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _page(self, url: str, answers: Answers, language: str) -> AsyncIterator[Page]:
        """A page of a context of its own, on its way to ``url``; both are closed in the end."""
        name = str(next(self._names))
        context = {
            "user_agent": self._user_agent,
            "locale": language,
            "service_workers": "block",
            "accept_downloads": False,
        }
        meta: dict[str, Any] = {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_context": name,
            "playwright_context_kwargs": context,
            "playwright_page_init_callback": answers.attach,
        }
        empty = Request("about:blank", meta=meta)  # the handler would read the page whole, however large
        self._open += 1
        try:
            await self._handler.download_request(empty)
            page: Page = empty.meta["playwright_page"]
            await page.goto(url, wait_until="commit", timeout=self._limits.seconds * 1000)
            yield page
        finally:
            answers.close()
            await self._let_go(name)
            self._open -= 1

    async def _let_go(self, name: str) -> None:
        wrapper = self._handler.context_wrappers.get(name)
        if wrapper is None:
            return
        try:
            with suppress(Error):  # it is gone already
                async with asyncio.timeout(READ_SECONDS):
                    await wrapper.context.close()
        except TimeoutError:
            log.warning("The browser does not let go of a page; it is started anew")
            for process in browser_processes():
                _end(process)

    async def _settled(self, page: Page) -> bytes:
        """The page once nothing has been under way for half a second, or its time is over; then it stands still."""
        with suppress(TooSlow):
            await page.wait_for_load_state("networkidle", timeout=self._limits.seconds * 1000)
        async with asyncio.timeout(READ_SECONDS):
            session = await page.context.new_cdp_session(page)
            await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
            frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
            world = await session.send("Page.createIsolatedWorld", {"frameId": frame})  # scripts cannot reach in there
            read = {
                "expression": READ % (self._limits.page_bytes + 1),
                "contextId": world["executionContextId"],
                "returnByValue": True,
            }
            found = await session.send("Runtime.evaluate", read)
        body = str(found["result"].get("value", "")).encode(errors="replace")
        if len(body) > self._limits.page_bytes:
            raise Refused("too_large", f"more than {self._limits.page_bytes // 1_000_000} MB once its scripts have run")
        return body

    async def _watch_memory(self) -> None:
        """End a process that occupies more than it may: its page fails, the others go on."""
        while self._open:
            await asyncio.sleep(LOOK_EVERY)
            for process in await asyncio.to_thread(browser_processes):
                if process.memory > self._limits.memory:
                    log.warning("A page in the browser occupies %d MB; it is given up", process.memory // 1_000_000)
                    _end(process)


def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)


def _reason(error: Exception) -> str:
    """What a browser said last, or how it ended: the lines that Playwright quotes before and after are about itself."""
    lines = [line.strip() for line in str(error).splitlines()]
    for mark in ("FATAL", "ERROR", "[err]", "process did exit"):
        if told := next((line for line in lines if mark in line and not line.startswith("<launching>")), None):
            return told.rpartition("[err]")[2].strip(" -")
    return lines[0] if lines else type(error).__name__
