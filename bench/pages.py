"""What pages weigh: ``python -m bench.pages GOLD_DIR``: as they are, in the archive, and as a server sends them."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from statistics import fmean

import zstandard

from bench.gold import read_gold
from pipelines.archive import LEVEL

SERVERS_LEVEL = 6
"""nginx's and Apache's usual one."""


def main() -> int:
    """Print the mean bytes of a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="GOLD_DIR")
    bodies = [page.raw.body for page in read_gold(parser.parse_args().folder)]
    archive = zstandard.ZstdCompressor(level=LEVEL)
    print(f"{len(bodies)} pages of {fmean(map(len, bodies)):,.0f} bytes")
    print(f"in the archive   {fmean(len(archive.compress(body)) for body in bodies):,.0f}")
    print(f"from the server  {fmean(len(gzip.compress(body, SERVERS_LEVEL)) for body in bodies):,.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
