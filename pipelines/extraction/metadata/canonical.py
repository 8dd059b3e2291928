"""The page's one address, as the page itself names it, believed only where it can be true."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from pipelines.domains import registrable_domain
from pipelines.extraction.jsonld import article_rank, first
from pipelines.extraction.structured import PageData
from pipelines.urls import canonicalise, host, identity

MAX_ALIASES = 3
_SHORTENERS = frozenset({"wp.me"})
"""Hosts of short links that name one post each, whatever the site."""
_POST_NUMBER = re.compile(r"(?:^|&)(?:p|post|article|story|[a-z]{0,10}_?id)=\d+(?:&|$)")
_LATER_PAGE = re.compile(r"(?:/page)?/([2-9]|[1-9]\d)/?$")
_PAGE_PARAMETER = re.compile(r"[?&](?:page|p|pg|seite|pagina)=(?:[2-9]|[1-9]\d)(?=&|$)")
_LISTING = re.compile(
    r"/(?:category|categories|tag|tags|topic|topics|author|authors|section|archive|search)(?:/[^/]+)?/?$"
)


def read_canonical(data: PageData, url: str) -> str | None:
    """The canonical address: of the same site, no home page, no listing; page 2 folds to page 1. None: use ``url``.

    A saved file, whose own address tells nothing, is believed.
    """
    own = canonicalise(url)
    for stated in _stated(data):
        found = canonicalise(stated, url)
        if found and _credible(found, own or url):
            return _first_page(found, own or url)
    return _first_page(own, own) if own else None


def read_aliases(data: PageData, url: str, canonical: str | None) -> tuple[str, ...]:
    """Further addresses that the page gives itself, at most ``MAX_ALIASES``: ``/?p=4711``, its AMP page, its og:url.

    Of the same site, or of a service that shortens for it; spellings of the page's own addresses are left out.
    """
    known = {identity(address) for address in (url, canonical) if address}
    stated = [*data.links("shortlink")[:2], *data.links("amphtml")[:2], *data.meta("og:url")[:2]]
    found = (canonicalise(address, url) for address in stated)
    aliases = {identity(each): each for each in found if each and _is_alias(each, canonical or url)}
    return tuple(each for key, each in aliases.items() if key not in known)[:MAX_ALIASES]


def _is_alias(found: str, own: str) -> bool:
    there = urlsplit(found)
    if host(found) in _SHORTENERS:
        return there.path != "/"
    if there.path == "/":
        return registrable_domain(found) == registrable_domain(own) and _POST_NUMBER.search(there.query) is not None
    return _credible(found, own)


def base_url(data: PageData, url: str) -> str:
    """What relative addresses of the page are relative to."""
    base = next((element.get("href") for element in data.root.iter("base") if element.get("href")), None)
    try:
        return urljoin(url, base) if base else url
    except ValueError:
        return url


def _stated(data: PageData) -> list[str]:
    stated = [*data.links("canonical")[:2], *data.meta("og:url")[:2]]
    for node in data.articles[:2]:
        if article_rank(node) > 1:
            stated.extend(filter(None, (first(node.get("mainEntityOfPage")), first(node.get("url")))))
    return [address for address in stated if not address.startswith("#")]


def _credible(found: str, own: str) -> bool:
    if found == own:
        return True
    there, here = urlsplit(found), urlsplit(own)
    if here.scheme in ("http", "https") and registrable_domain(found) != registrable_domain(own):
        return False
    if there.path in ("", "/") and not there.query:
        return False
    deeper = here.path.rstrip("/").startswith(there.path.rstrip("/") + "/") and not _LATER_PAGE.search(here.path)
    return not (_LISTING.search(there.path) or deeper)


def _first_page(address: str, own: str) -> str:
    """Page 2 of an article names itself as canonical on many sites: it folds to the address of page 1."""
    if _PAGE_PARAMETER.search(address):
        address = _PAGE_PARAMETER.sub("", address).replace("?&", "?")
    found = _LATER_PAGE.search(address)
    slug = address[: found.start()].rsplit("/", 1)[-1] if found else ""
    return address[: found.start()] if found and len(slug) > 12 and "-" in slug else address
