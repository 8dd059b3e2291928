"""Text of a listing's bytes, whatever charset it claims."""

from __future__ import annotations

from w3lib.encoding import html_to_unicode


def decoded(body: bytes, content_type: str | None) -> str:
    """By byte order mark, header, declaration, or what it looks like; never raises.

    Python knows charsets that no page is written in (``idna``, ``base64``), and they raise for most input.
    """
    try:
        return str(html_to_unicode(content_type, body)[1])
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")
