"""What a machine lacks is said in a line that one can act on."""

from __future__ import annotations

import os
import sys

import pytest

from crawler.render.needs import INSTALL, missing


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "scrapy_playwright", raising=False)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    assert INSTALL in (missing(None, sandbox=False) or "")


@pytest.mark.parametrize("named", ["/no/such/chromium", "no-such-program"])
def test_a_program_that_is_not_there_is_named(chromium: str, named: str) -> None:
    assert named in (missing(named, sandbox=False) or "")


def test_the_program_of_the_system_is_found(chromium: str) -> None:
    assert os.access(chromium, os.X_OK)
    assert missing(None, sandbox=False) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root cannot have a sandbox")
def test_root_has_to_give_up_the_sandbox_in_so_many_words(chromium: str) -> None:
    assert "NEWSMINT_RENDER_SANDBOX=off" in (missing(None, sandbox=True) or "")
