"""The project's pages: README, CONTRIBUTING and all below ``docs/``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    """Every page that a reader may come to."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(page: Path) -> str:
    """The page as the tests name it."""
    return page.relative_to(ROOT).as_posix()


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each ``newsmint`` call in a page's shell blocks, comments and redirections cut."""
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        if block["info"].split()[:1] in (["sh"], ["console"]):
            for line in block["text"].splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["newsmint"]:
                    end = next((place for place, word in enumerate(words) if word in (">", ">>", "<", "|")), None)
                    yield words[1:end]
