"""Whose a host is: the part of it that somebody registered. The list of suffixes comes with tldextract: no network."""

from __future__ import annotations

from functools import lru_cache

from tldextract import TLDExtract

from pipelines.urls import host


def brand(url: str) -> str:
    """The word of the domain that names the site: ``example`` of ``news.example.co.uk``."""
    return _extract()(host(url)).domain


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str:
    """``example.co.uk`` of ``https://news.example.co.uk/x``; the host where there is no public suffix."""
    name = host(url)
    return _extract()(name).top_domain_under_public_suffix or name


@lru_cache(maxsize=1)
def _extract() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list that comes with the library: no network, no files
