"""Whether this machine can render, and what to do where it cannot."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
"""Names under which systems install it."""

INSTALL = 'pip install "newsmint[render]"'


def browser_program(named: str | None) -> str | None:
    """The Chromium to start: the one named, else the first that the system has."""
    return next(filter(None, map(shutil.which, (named,) if named else PROGRAMS)), None)


def missing(named: str | None, sandbox: bool) -> str | None:
    """What keeps pages from being rendered, as a line that says what to do; None where nothing does."""
    if find_spec("scrapy_playwright") is None:
        return f"this page needs a browser: {INSTALL}"
    if browser_program(named) is None:
        return (
            f"no program {named}: NEWSMINT_BROWSER names none"
            if named
            else "Chromium is not installed: on Debian and Ubuntu, apt install chromium; or name it in NEWSMINT_BROWSER"
        )
    if sandbox and sys.platform.startswith("linux") and os.geteuid() == 0:
        return (
            "Chromium does not run as root: crawl as another user, "
            "or give up the wall around its pages with NEWSMINT_RENDER_SANDBOX=off"
        )
    return None
