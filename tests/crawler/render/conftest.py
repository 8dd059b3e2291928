"""What the tests of rendering need: Chromium and the extra. They skip, and say so, where either is missing."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from crawler.render.needs import browser_program, missing


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program."""
    if lacking := missing(None, sandbox=False):
        pytest.skip(f"rendering is not tested: {lacking}")
    program = browser_program(None)
    assert program is not None
    return program


@pytest.fixture(scope="session")
def render_env(chromium: str) -> Mapping[str, str]:
    """The environment of a crawl that may render."""
    return {**os.environ, "NEWSMINT_RENDER_SANDBOX": "off" if os.geteuid() == 0 else "on"}
