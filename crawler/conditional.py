"""Conditional requests: what a server gave to recognise its answer by, and how to ask whether that still holds. Pure.

RFC 9110 compares tags weakly for ``If-None-Match``; servers differ. WordPress compares the whole header with its own
tag, wants the date to hold as well where both are sent, and knows nothing of the ``W/`` that nginx puts before the tag
of a compressed answer: sent back as it came, it never matches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.headers import http_date
from pipelines.items import Validators

LONGEST = 300
"""Characters of a tag that are kept; what is longer is no tag of ours to send back."""

_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def validators_of(headers: Mapping[str, str]) -> Validators:
    """The validators of an answer; ``headers`` by lower-case name. What is malformed is left out."""
    etag, date = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    return Validators(
        etag if len(etag) <= LONGEST and _ETAG.fullmatch(etag) else None,
        date if len(date) <= LONGEST and date.isascii() and http_date(date) else None,
    )


def conditions(known: Validators) -> dict[str, str]:
    """Headers that ask for the page only where it changed; none where nothing is known to ask by.

    A weak tag gives way to the date, which every server compares; without one it is sent in both its forms.
    """
    date = {"If-Modified-Since": known.last_modified} if known.last_modified else {}
    if known.etag is None:
        return date
    if not known.etag.startswith("W/"):
        return {"If-None-Match": known.etag, **date}
    return date or {"If-None-Match": f"{known.etag.removeprefix('W/')}, {known.etag}"}


def fresh_seconds(headers: Mapping[str, str]) -> float:
    """For how long yet the server calls its answer fresh: ``Cache-Control: max-age`` less ``Age``; 0 by default."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    age = headers.get("age", "").strip()
    return max(0.0, float(found[1]) - (float(age[:9]) if age.isdecimal() else 0.0)) if found else 0.0
