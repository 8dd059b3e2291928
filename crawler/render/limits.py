"""What rendering one page may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """As ``crawler/settings.py`` has them."""

    at_once: int
    """Pages that are rendered at one time."""
    seconds: float
    """For one page, with all that it fetches at its hosts' pace."""
    requests: int
    """Answered for one page, beside the page itself."""
    megabytes: float
    """Of those answers together."""
    memory: int
    """Bytes that one process of the browser may occupy; there is one a page."""
    pages: int
    """After so many the browser is started anew."""
    page_bytes: int
    """Of the page as it is in the end."""

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        return cls(
            at_once=settings.getint("RENDER_AT_ONCE"),
            seconds=settings.getfloat("RENDER_SECONDS"),
            requests=settings.getint("RENDER_REQUESTS"),
            megabytes=settings.getfloat("RENDER_MEGABYTES"),
            memory=settings.getint("RENDER_MEMORY"),
            pages=settings.getint("RENDER_PAGES_A_BROWSER"),
            page_bytes=settings.getint("DOWNLOAD_MAXSIZE"),
        )
