"""Every alarm that may be raised is explained to whoever is told of it."""

from __future__ import annotations

import re

import pytest

from pipelines.health import Kind
from tests.docs.pages import ROOT

OPERATE = (ROOT / "docs/operate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", Kind)
def test_the_run_book_says_what_an_alarm_means_and_what_to_do(kind: Kind) -> None:
    assert re.search(rf"^\| `{kind}` \| \S.+ \| \S.+ \|$", OPERATE, re.MULTILINE)
