"""Gold pages: ``pages.jsonl`` with one page a line beside ``html/ID.html.gz``."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.items import RawPage


@dataclass(frozen=True)
class GoldPage:
    """A page and what is known of it. ``row`` holds id, url, text, title, date, author, headings, with, without."""

    collection: str
    row: dict[str, Any]
    html_file: Path

    @property
    def id(self) -> str:
        """The page's name, unique in its collection."""
        return str(self.row["id"])

    @property
    def text(self) -> str:
        """The body's words; empty where the collection has only strings."""
        return self.row.get("text") or ""

    @property
    def site(self) -> str:
        """The page's host without ``www.``, or its id where it has no address: what cross-validation groups by."""
        host = urlsplit(str(self.row.get("url") or "")).hostname or self.id
        return host.removeprefix("www.")

    @property
    def raw(self) -> RawPage:
        """The page as a crawl would have brought it."""
        url = self.row.get("url")
        return RawPage(url if isinstance(url, str) and url else f"https://{self.id}.invalid/", self._body())

    def _body(self) -> bytes:
        opener = gzip.open if self.html_file.suffix == ".gz" else open
        with opener(self.html_file, "rb") as file:
            return bytes(file.read())


def read_gold(folder: Path) -> Iterator[GoldPage]:
    """The pages of one collection, in the order of its ``pages.jsonl``."""
    with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield GoldPage(folder.name, row, folder / row["html_file"])
