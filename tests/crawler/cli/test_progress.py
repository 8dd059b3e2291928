"""The line by which a verb that takes long says how it goes."""

from __future__ import annotations

import re

import pytest

from crawler.cli import progress


def test_in_a_log_it_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with progress.line() as course:
        course.begin("reading")
        course.advance()
        course.begin("copying", 8)
        course.advance(2)
        course.rename("comparing")
        course.advance(6)
    said = re.sub(r"[\d.]+ s left", "… left", capsys.readouterr().err)
    assert said.splitlines() == ["reading", "copying: 25% done, … left", "comparing: 100% done"]


def test_the_words_may_be_the_verbs_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    records = 3
    with progress.line(lambda: f"{records} records") as course:
        course.begin("extracting", 8)
        course.advance(4)  # too early for a word
        monkeypatch.setattr(progress, "EVERY", 0.0)
        records = 7
        course.advance()
    assert re.fullmatch(r"extracting: 7 records, [\d.]+ s left\n", capsys.readouterr().err)
