"""Draw ``result.svg``: what a crawl of the sample newsroom prints, and one of its articles.

    .venv/bin/python docs/pictures/draw.py

Runs the real commands on a store of its own. Cuts are marked with ``⋮``. The picture names no font file and asks
nothing of the network, unlike rich's own SVG template.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS = 108
ARTICLE = "http://coinharbor.example/what-is-erc-6551"
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
TEMPLATE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font-family: FONTS; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: FONTS; font-size: 18px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
""".replace("FONTS", FONTS)


def printed(folder: str, *words: str) -> list[Text]:
    """The lines that ``newsmint`` prints to a terminal of ``COLUMNS`` columns, without trailing blank ones."""
    call = [sys.executable, "-c", "from crawler.cli import main; main()", *words]
    surroundings = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "PYTHONPATH": str(HERE.parent.parent)}
    done = subprocess.run(call, cwd=folder, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, check=True)
    lines = list(Text.from_ansi(done.stdout.decode()).split("\n"))
    for line in lines:
        line.rstrip()
    return lines


def between(lines: list[Text], first: str, end: str) -> list[Text]:
    """The lines from the one that begins with ``first`` up to the next that has ``end``."""
    begin = next(place for place, line in enumerate(lines) if line.plain.startswith(first))
    stop = next(place for place, line in enumerate(lines) if place > begin and end in line.plain)
    return lines[begin:stop]


def main() -> None:
    with TemporaryDirectory() as folder:
        crawl = printed(folder, "crawl", "--sample")
        show = printed(folder, "show", ARTICLE, "--removed")
    cut = [Text("⋮", style="dim"), Text()]
    shown = [
        Text("$ newsmint crawl --sample", style="bold green"),
        *crawl,
        Text(),
        Text(f"$ newsmint show {ARTICLE} --removed", style="bold green"),
        *between(show, "What Is ERC-6551?", "Who Uses It"),
        *cut,
        *between(show, "author", "removed"),
        *between(show, "removed", "author_box"),
        cut[0],
    ]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)
    for line in shown:
        console.print(line, soft_wrap=True)
    picture = console.export_svg(title="newsmint", code_format=TEMPLATE, unique_id="newsmint")
    (HERE / "result.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
