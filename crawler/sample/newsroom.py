"""The sample's committed files: its sites, their addresses, and the expected article beside each page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crawler.paths import data_path


@dataclass(frozen=True)
class SampleSite:
    """One site in one edition: its files and the table of its addresses."""

    folder: Path
    edition: int = 1
    _texts: dict[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(self.read("site.json"))
        return manifest

    @property
    def host(self) -> str:
        return str(self.manifest["host"])

    @property
    def routes(self) -> dict[str, dict[str, Any]]:
        routes: dict[str, dict[str, Any]] = self.manifest["routes"]
        return routes

    def read(self, name: str) -> bytes:
        """A file as this edition has it; pages of later editions carry the prices of their day."""
        if name not in self._texts:
            self._texts[name] = self._load(name)
        return self._texts[name]

    def _load(self, name: str) -> bytes:
        newer = self.folder / f"edition-{self.edition}" / name
        data = (newer if newer.is_file() else self.folder / name).read_bytes()
        if not name.endswith(".html"):
            return data
        for old, new in self.manifest.get("replace", ()):
            data = data.replace(old.encode(), new.encode())
        return data


@dataclass(frozen=True)
class SamplePage:
    """A page as its site serves it, with the expected answer: ``{url, verdict, title, body, …, must_not}``."""

    url: str
    host: str
    slug: str
    body: bytes = field(repr=False)
    parts: tuple[bytes, ...] = field(repr=False)
    status: int
    content_type: str
    expected: dict[str, Any] = field(repr=False)


def load_sites(edition: int = 1, folder: Path | None = None) -> dict[str, SampleSite]:
    """Host → site, in the given edition."""
    sites = (folder or data_path("sample")) / "sites"
    return {path.name: SampleSite(path, edition) for path in sorted(sites.iterdir()) if path.is_dir()}


def sample_pages(edition: int = 1, folder: Path | None = None) -> Iterator[SamplePage]:
    """Every page that has an expected answer, multi-page articles joined: page + expected answer is the test."""
    for host, site in load_sites(edition, folder).items():
        for address, route in site.routes.items():
            name = route.get("file", "")
            if not name.endswith("/page.html"):
                continue
            slug = name.removesuffix("/page.html")
            more = sorted(
                path["file"] for path in site.routes.values() if path.get("file", "").startswith(f"{slug}/page-")
            )
            yield SamplePage(
                url=f"http://{host}{address}",
                host=host,
                slug=slug,
                body=site.read(name),
                parts=tuple(site.read(part) for part in more),
                status=route.get("status", 200),
                content_type=route["type"],
                expected=json.loads(site.read(f"{slug}/article.json")),
            )
