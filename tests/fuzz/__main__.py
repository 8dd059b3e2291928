"""``python -m tests.fuzz TARGET [options of libFuzzer]``: search with atheris for input that breaks a target.

``pip install 'newsmint[fuzz]'`` first. ``-max_total_time=300`` ends after five minutes. What breaks it is written to
``crash-…``: mend the fault, and keep the file as ``tests/fuzz/crashes/TARGET/NAME``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["crawler", "pipelines", "protego", "feedparser"]):
    from tests.fuzz.seeds import PIECES, SEEDS
    from tests.fuzz.targets import TARGETS


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\nTargets: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    corpus = Path(mkdtemp(prefix=f"fuzz-{name}-"))
    for number, seed in enumerate(SEEDS[name]):
        (corpus / str(number)).write_bytes(seed)
    words = corpus.with_suffix(".dict")
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in PIECES), encoding="ascii")

    def run(data: bytes) -> None:
        TARGETS[name](data)

    atheris.Setup([*sys.argv, f"-dict={words}", "-timeout=30", "-rss_limit_mb=1500", str(corpus)], run)
    atheris.Fuzz()


def _escaped(piece: bytes) -> str:
    """As libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in piece)


if __name__ == "__main__":
    main()
