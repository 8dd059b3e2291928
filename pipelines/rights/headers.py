"""What an answer's headers say of its use: robots, TDM reservation, preferences, licence. Pure, and quick to load."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.rights.values import LONGEST, MOST, Notice

TDM = ("tdm-reservation", "tdm-policy")
"""Names of the TDM Reservation Protocol, in headers and in ``meta``."""

_LINK = re.compile(r"<([^<>]{1,2000})>([^,<]{0,500})")
_REL_LICENCE = re.compile(r"""rel\s*=\s*["']?[^"';]{0,100}\blicen[cs]e\b""", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def header_notices(headers: Mapping[str, str]) -> tuple[Notice, ...]:
    """What an answer's headers say; names in lower case, several of one name joined by commas."""
    found = [
        Notice("header", name, clean(headers[name]))
        for name in ("x-robots-tag", *TDM, "content-usage", "content-signal")
        if headers.get(name, "").strip()
    ]
    for address, parameters in _LINK.findall(headers.get("link", "")[:20_000]):
        if _REL_LICENCE.search(parameters):
            found.append(Notice("header", "license", clean(address)))
    return tuple(dict.fromkeys(found))[:MOST]


def clean(text: str) -> str:
    """A value as it is kept: bounded, without control characters and what turns the direction of text."""
    return _CONTROL.sub(" ", text).strip()[:LONGEST]
