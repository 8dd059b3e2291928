"""What several extensions do: tasks that begin when the spider opens and are cancelled when it closes."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler


class WhileOpen(ABC):
    """Base of an extension with tasks that run as long as the spider is open."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tasks: list[asyncio.Task[None]] = []
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @abstractmethod
    def work(self, spider: Spider) -> Iterable[Coroutine[None, None, None]]:
        """The tasks; none where the extension has nothing to do for this spider. Called once, as it opens."""

    def _opened(self, spider: Spider) -> None:
        self._tasks = [asyncio.ensure_future(each) for each in self.work(spider)]

    def _closed(self, spider: Spider) -> None:
        for task in self._tasks:
            task.cancel()

    @property
    def _is_at_work(self) -> bool:
        return any(not task.done() for task in self._tasks)
