"""What of the things that a page's scripts ask for is fetched, and with which headers. Pure.

Text needs scripts, styles (pages wait for them) and data. Pictures, films, fonts, frames, beacons and the counters and
advertisers of ``trackers.txt`` are refused: they add nothing to an article and cost the site's patience.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from pipelines.urls import fetchable, host, is_internal

TYPES = frozenset({"script", "stylesheet", "xhr", "fetch"})
"""Kinds of resources that are fetched, in Playwright's words."""
BODY_MOST = 65_536
"""Bytes that a page may send."""

_TRACKERS = frozenset(files(__package__).joinpath("trackers.txt").read_text(encoding="utf-8").split())
_SENT = frozenset({"accept", "accept-language", "origin", "referer"})
"""Request headers that any host gets."""
_SENT_HOME = _SENT | {"authorization", "content-type"}
"""And that the page's own site gets; with those that begin with ``x-``."""
_HOP_BY_HOP = frozenset(
    "alt-svc clear-site-data connection content-disposition content-encoding content-length keep-alive link "
    "nel refresh report-to reporting-endpoints set-cookie strict-transport-security trailer transfer-encoding "
    "upgrade".split()
)
"""Response headers that are about the connection, about other requests, or ask the browser to remember something."""


def refusal(kind: str, method: str, url: str, size: int, domain: str) -> str | None:
    """Why a request is not answered, as a word to count by; None where it is.

    ``kind``: Playwright's ``resource_type``. ``size``: bytes the page would send. ``domain``: of the page's source.
    """
    if kind not in TYPES:
        return kind
    if fetchable(url) is None:
        return "scheme"
    if _is_tracker(host(url)):
        return "tracker"
    if method == "GET":
        return None
    if method == "POST" and kind in ("xhr", "fetch") and is_internal(url, domain):
        return None if size <= BODY_MOST else "too_much_sent"
    return "method"


def request_headers(headers: Mapping[str, str], url: str, domain: str) -> dict[str, str]:
    """Those of the browser's headers, by lower-case name, that are sent on: no cookies, no conditions."""
    if not is_internal(url, domain):
        return {name: value for name, value in headers.items() if name in _SENT}
    return {name: value for name, value in headers.items() if name in _SENT_HOME or name.startswith("x-")}


def response_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of an answer's headers that the browser gets to see."""
    return {name: value for name, value in headers.items() if name not in _HOP_BY_HOP and _is_plain(name + value)}


def _is_plain(text: str) -> bool:
    """Whether the browser takes it: one odd character, and it refuses the whole answer."""
    return text.isascii() and text.isprintable()


def _is_tracker(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[start:]) in _TRACKERS for start in range(len(parts)))
