"""What sites say of the use of their pages, and what follows from it. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 400
"""Characters of a notice's value that are kept."""
MOST = 40
"""Notices of one page that are kept."""


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """One thing that is said of a page, as evidence: where, about what, and the words.

    ``origin``: ``robots_txt``, ``tdmrep``, ``ai_txt`` (files of the host), ``header`` (of the answer), ``meta``,
    ``link``, ``json_ld`` (the page itself). A host's file says its ``status`` as well: a number of HTTP, or by what
    kind of failure it could not be read.
    """

    origin: str
    term: str
    value: str


OF_HOST = frozenset({"robots_txt", "tdmrep", "ai_txt"})
OF_PAGE = frozenset({"meta", "link", "json_ld"})
"""Origins that can be read again out of a stored page; the others only while it is fetched."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What follows from the notices of a page. ``pipelines.rights.judge`` makes it; None is: nothing is known."""

    ai_allowed: bool | None = None
    """False where anything reserves the text against the training of models; True where robots.txt was read and
    nothing does."""
    ai_reasons: tuple[str, ...] = ()
    """What does: ``robots_txt: GPTBot``, ``header: noai``, ``tdm`` …"""
    agents_forbidden: tuple[str, ...] = ()
    """Crawlers of ``agents.toml`` that robots.txt keeps from this page; ``*`` stands for all it does not name."""
    tdm_reserved: bool | None = None
    """Reserved against text and data mining, by TDMRep; None where TDMRep says nothing."""
    tdm_policy: str | None = None
    """Address of the terms under which it can be had."""
    directives: tuple[str, ...] = ()
    """Words for robots, of header and page together: ``noai``, ``noarchive``, ``noindex`` …"""
    licence: str | None = None
    """Address or name, as the page gives it."""
    licence_id: str | None = None
    """Its SPDX identifier where it is a known open one: ``CC-BY-4.0``."""
    is_free: bool | None = None
    """What the page says of itself: False is a paywall (``isAccessibleForFree``)."""
