"""``python -m crawler.sample.press [FOLDER]``: print data/sample/sites anew."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from crawler.paths import data_path
from crawler.sample.press.newsroom import load_newsroom
from crawler.sample.press.site_files import site_files

EDITIONS = (1, 2)


def build(folder: Path) -> dict[str, bytes]:
    """All committed files below ``folder/sites``; of later editions only what differs from the first."""
    out: dict[str, bytes] = {}
    for edition in EDITIONS:
        room = load_newsroom(folder, edition)
        for site in room.sites.values():
            for path, text in site_files(site, room).texts.items():
                charset = site.charset if path.endswith((".html", "feed.xml")) else "utf-8"
                data, first = text.encode(charset), f"{site.host}/{path}"
                if edition == 1:
                    out[first] = data
                elif out.get(first) != data:
                    out[f"{site.host}/edition-{edition}/{path}"] = data
    return out


def main(folder: Path) -> None:
    """Write the files, and take away those that no longer belong."""
    sites = folder / "sites"
    shutil.rmtree(sites, ignore_errors=True)
    files = build(folder)
    for name, data in files.items():
        path = sites / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sys.stdout.write(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB in {sites}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else data_path("sample"))
