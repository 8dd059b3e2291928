"""Wire services that spread press releases: their hosts, and how a text that came by one says so in its first lines."""

from __future__ import annotations

import re

HOSTS = (
    "prnewswire.com",
    "www.prnewswire.com",
    "businesswire.com",
    "www.businesswire.com",
    "globenewswire.com",
    "www.globenewswire.com",
    "accesswire.com",
    "www.accesswire.com",
    "einpresswire.com",
    "www.einpresswire.com",
    "newsfilecorp.com",
    "www.newsfilecorp.com",
    "chainwire.org",
    "www.chainwire.org",
    "app.chainwire.org",
)
LEAD = 600
"""Characters of a body in which a wire names itself."""

_NAMED = re.compile(
    r"/\s?PR\s?Newswire\s?/|\(\s?BUSINESS WIRE\s?\)|\(\s?GLOBE\s?NEWSWIRE\s?\)|\bACCESS\s?(?:WIRE|Newswire)\b"
    r"|\bEIN\s?Presswire\b|\bNewsfile Corp\b|(?:,|[-–—/(])\s?Chainwire\b",
    re.IGNORECASE,
)


def from_wire(body: str) -> bool:
    """Whether a body says in its first lines that a press wire spread it."""
    return _NAMED.search(body, 0, LEAD) is not None
