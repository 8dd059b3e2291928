"""Small pages for the metadata tests, written for them."""

import json
from typing import Any

from pipelines.extraction.document import Document, parse_document
from pipelines.extraction.metadata import Metadata, read_metadata
from pipelines.items import Hint, RawPage

URL = "https://www.harbour-ledger.example/markets/tide-tables-move-on-chain"
TITLE = "Tide tables move on chain as ports test shared ledgers"
STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "Three harbours on the north coast publish their tide tables to a ledger that all of them can read.",
        "Pilots used to compare printed sheets by radio; now a mismatch shows up within a minute.",
        "Fishermen say that they had wished for nothing else since the old tide house burned down eleven years ago.",
        "The trial runs until the spring, when the port authorities will decide whether to keep the service going.",
    )
)


def page(head: str = "", body: str = "", *, url: str = URL, html: str = "<html lang=en>") -> Document:
    """A parsed page with this head and body."""
    source = f"<!doctype html>{html}<head>{head}</head><body>{body}</body></html>"
    return parse_document(RawPage(url=url, body=source.encode()))


def article(before: str = "", head: str = "", **options: Any) -> Document:
    """A parsed article page: headline, ``before`` under it, and the story."""
    return page(head, f"<main><article><h1>{TITLE}</h1>{before}{STORY}</article></main>", **options)


def json_ld(**fields: Any) -> str:
    """A JSON-LD script that says these things of a NewsArticle."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def meta(**fields: str) -> str:
    """Meta tags; ``og_title`` is written ``og:title``."""
    return "".join(f'<meta property="{name.replace("_", ":", 1)}" content="{value}">' for name, value in fields.items())


def read(document: Document, hint: Hint | None = None, fetched_at: str | None = None) -> Metadata:
    """The page's metadata."""
    return read_metadata(document, hint, fetched_at)
