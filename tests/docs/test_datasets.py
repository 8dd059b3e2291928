"""The worked examples of docs/datasets.md are run, in their order, on a store of a thousand made-up articles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.newsstore import write_store
from pipelines.export.columns import group_names
from pipelines.export.presets import presets
from tests.docs.pages import ROOT
from tests.readme_commands import commands

PAGE = (ROOT / "docs/datasets.md").read_text(encoding="utf-8")
_, _, EXAMPLES = PAGE.partition("## Three examples\n")
EXAMPLES = EXAMPLES.partition("\n## ")[0]


@pytest.mark.parametrize("word", [*presets(), "record", "rights", "quality", "measures"])
def test_presets_and_groups_are_documented(word: str) -> None:
    assert f"`{word}`" in PAGE
    assert word in presets() or word in group_names()


@pytest.mark.slow
def test_the_worked_examples_run(tmp_path: Path) -> None:
    (tmp_path / "data/exports").mkdir(parents=True)
    write_store(tmp_path / "data/news.sqlite3", 1000)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    surroundings = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    said = []
    for language, text in [*commands(EXAMPLES), *commands(_again("Every morning"))]:
        call = [sys.executable, "-W", "error", "-c", text] if language == "python" else ["sh", "-c", text]
        done = subprocess.run(call, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        said += [line for line in done.stdout.splitlines() if line]
    corpus, *_, feed, again = said
    assert corpus.split()[1] == "articles,"
    assert int(corpus.split()[0]) > 500
    assert feed == again
    assert feed.startswith("1,000 articles")


def _again(heading: str) -> str:
    """The blocks below a heading once more: what the next morning does."""
    return EXAMPLES.partition(f"### {heading}")[2]
