"""A response's headers as plain text."""

from __future__ import annotations

from scrapy.http import Response


def headers_of(response: Response) -> dict[str, str]:
    """Name in lower case → value; several of one name are joined by commas."""
    return {name.decode("latin-1").lower(): _joined(response, name) for name in response.headers}


def _joined(response: Response, name: bytes) -> str:
    return ",".join(value.decode("utf-8", "replace") for value in response.headers.getlist(name))
