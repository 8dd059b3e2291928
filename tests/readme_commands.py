"""Run what the README and the guides show, in their order, against the store that ``make crawl`` filled.

Lines of ``sh`` blocks are run by a shell in the project's folder, ``sql`` blocks by SQLite on ``data/news.sqlite3``,
read only, ``python`` blocks by Python. Blocks marked ``sh live`` need the internet and are skipped, as are ``make``
lines. Exits 1 when one of them fails, and says which.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/analyst.md", "docs/datasets.md")
BLOCK = re.compile(r"^```(sh|sql|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(markdown: str) -> Iterator[tuple[str, str]]:
    """Language and text of each command: a line of ``sh`` with its comment cut, a statement of SQL, a Python block."""
    for language, block in BLOCK.findall(markdown):
        if language == "sh":
            lines = [re.split(r"\s+# ", line)[0].strip() for line in block.splitlines()]
            yield from (("sh", line) for line in lines if line and not line.startswith("make"))
        elif language == "sql":
            yield from (("sql", statement.strip()) for statement in block.split(";\n") if statement.strip())
        else:
            yield "python", block


def run_sh(line: str) -> str:
    """What the line said where it failed; empty where it went well."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return _run([line], shell=True, PATH=path)


def run_python(block: str) -> str:
    """What the block said where it failed; empty where it went well."""
    return _run([sys.executable, "-W", "error", "-c", block], shell=False, PYTHONPATH=str(ROOT))


def run_sql(statement: str) -> str:
    """SQLite's complaint, or that nothing was found; empty where rows came."""
    try:
        with closing(sqlite3.connect("file:data/news.sqlite3?mode=ro", uri=True)) as conn:
            conn.execute(statement).fetchall()
    except sqlite3.Error as error:
        return str(error)
    return ""


RUN: dict[str, Callable[[str], str]] = {"sh": run_sh, "python": run_python, "sql": run_sql}


def main() -> int:
    os.chdir(ROOT)
    found = [(page, *each) for page in PAGES for each in commands((ROOT / page).read_text(encoding="utf-8"))]
    failed = 0
    for page, language, text in found:
        complaint = RUN[language](text)
        print(f"{'FAIL' if complaint else 'ok  '} {page}: {' '.join(text.split())[:100]}", flush=True)
        if complaint:
            failed += 1
            print(complaint)
    print(f"{len(found) - failed} of {len(found)} documented commands ran")
    return 1 if failed or not found else 0


def _run(call: list[str], *, shell: bool, **surroundings: str) -> str:
    done = subprocess.run(
        call, shell=shell, env={**os.environ, **surroundings}, capture_output=True, stdin=subprocess.DEVNULL
    )
    tail = (done.stdout + done.stderr).decode()[-1600:]
    return f"{tail}\nexit code {done.returncode}" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
