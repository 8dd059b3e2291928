"""What a page says about its article."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction.document import Document
from pipelines.items import Hint


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says about its article, checked against what the listing said; absent values are None or empty."""

    canonical_url: str | None = None
    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    labels: tuple[str, ...] = ()


def read_metadata(document: Document, hint: Hint | None) -> Metadata:
    """Metadata of a parsed page."""
    if document.root is None:
        return Metadata()
    title = document.root.findtext(".//h1") or document.root.findtext(".//title")
    return Metadata(title=" ".join(title.split()) if title else None)
