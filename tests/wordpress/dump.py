"""``run.sh --dump DIR``: the pages of the running WordPress with their gold, a folder a theme and house.

Each folder has what ``bench/`` reads: ``pages.jsonl`` and ``html/ID.html``. Posts of several pages are left
out, because one file cannot hold them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .newsroom.furniture import HOUSES
from .site import Site


def dump(site: Site, folder: Path, theme: str, house: str) -> int:
    """Write one folder; the number of pages written."""
    site.style(theme, house)
    (folder / "html").mkdir(parents=True, exist_ok=True)
    rows = [row for row in site.gold(house) if len(row["pages"]) == 1]
    with (folder / "pages.jsonl").open("w", encoding="utf-8") as out:
        for row in rows:
            name = f"html/{row['id']}.html"
            (folder / name).write_bytes(site.get(row["url"].removeprefix(site.url)))
            headings = [heading["text"] for heading in row["headings"]]
            out.write(json.dumps({**row, "html_file": name, "headings": headings}, ensure_ascii=False) + "\n")
    return len(rows)


def main() -> None:
    site = Site.from_environment()
    if site is None:
        sys.exit("no WordPress is running: use tests/wordpress/run.sh --dump DIR")
    for theme in site.themes:
        for house in HOUSES:
            folder = Path(sys.argv[1]) / f"{theme}-{house}"
            sys.stdout.write(f"{folder}: {dump(site, folder, theme, house)} pages\n")


if __name__ == "__main__":
    main()
