"""One JSON object a line, the same as ``newsmint extract`` prints: headings, links and removed blocks nested."""

from __future__ import annotations

import json

from pipelines.export.base import Format
from pipelines.items import Article


def encode(article: Article) -> bytes:
    """``Article.as_dict`` as one line of UTF-8."""
    return json.dumps(article.as_dict(), ensure_ascii=False).encode() + b"\n"


FORMAT = Format("jsonl", encode)
