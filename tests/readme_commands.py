"""Run the README's commands, in their order, against the store that ``make crawl`` filled.

Every line of a ``sh`` code block that starts with ``newsmint`` or ``scrapy`` is run as it stands; lines of blocks
marked ``sh live`` need the internet and are skipped. Exits 1 when one of them fails, and says which.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(markdown: str) -> list[str]:
    """The ``newsmint`` and ``scrapy`` commands of all ``sh`` blocks, comments cut, in order."""
    lines = [line.split("  #")[0].strip() for block in BLOCK.findall(markdown) for line in block.splitlines()]
    return [line for line in lines if line.startswith(("newsmint ", "scrapy "))]


def main() -> int:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    failed = 0
    for command in found:
        run = subprocess.run(command, shell=True, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True)
        print(f"{'ok  ' if run.returncode == 0 else 'FAIL'} {command}")
        if run.returncode:
            failed += 1
            print(run.stdout.decode()[-800:], run.stderr.decode()[-800:], sep="\n")
    print(f"{len(found) - failed} of {len(found)} README commands ran")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
