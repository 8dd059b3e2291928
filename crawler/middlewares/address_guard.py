"""Only the public internet is fetched, unless a source allows its own private host.

Checked twice. The request's URL, at every hop: scheme, credentials, and hosts that belong to another source. And the
address actually connected to, in the resolver that all connections go through: that also stops host names that
resolve to a private address only now (DNS rebinding) and every spelling of 127.0.0.1.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import CachingHostnameResolver, dnscache
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.addresses import is_public, literal_address
from crawler.failures import Refused
from crawler.sources import Source
from pipelines.urls import host

REMEMBERED = 600.0
"""Seconds until a name is looked up again."""

MOST_REMEMBERED = 10_000
"""Names; a site may have any number of subdomains."""

_private_hosts: set[str] = set()
"""Names that may resolve to a private address. Global, since the reactor has one resolver for the whole process."""
_refused: dict[str, str] = {}
"""Host → the private address it resolved to."""


class AddressGuard:
    """Downloader middleware: refuses requests by their URL, and names the resolver's refusals."""

    def __init__(self, crawler: Crawler) -> None:
        self._allowed: dict[str, set[str]] = {}
        crawler.signals.connect(self._learn, signal=signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _learn(self, spider: Spider) -> None:
        sources: Sequence[Source] = getattr(spider, "sources", ())
        self._allowed = {source.key: _hosts_of(source) for source in sources if source.allow_private}
        proxies = [source.proxy for source in sources if source.proxy] + list(getproxies().values())
        _private_hosts.clear()
        _private_hosts.update(*self._allowed.values(), filter(None, map(host, proxies)))

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise Refused("scheme", f"{parts.scheme}: is not fetched")
        if "@" in parts.netloc:
            raise Refused("credentials", "a URL with a user name in it is not fetched")
        name = host(request.url)
        if name in self._allowed.get(request.meta.get("source", ""), ()):
            return
        address = literal_address(name)
        if (address and not is_public(address)) or name in _private_hosts or _is_local(name):
            raise Refused("private_address", f"{name} is not on the public internet")

    def process_exception(self, request: Request, exception: Exception) -> None:
        address = _refused.get(host(request.url))
        if address and isinstance(exception, CannotResolveHostError):
            raise Refused("private_address", f"{host(request.url)} is at {address}") from exception


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver without the private addresses, whoever asks and however often.

    What it remembers it forgets after ``REMEMBERED``: Scrapy's own would keep to it as long as the process runs.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self._asked: dict[str, float] = {}

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        *args: Any,
        **kwargs: Any,
    ) -> IHostResolution:
        name = hostName.lower().rstrip(".")
        if len(self._asked) > MOST_REMEMBERED:
            self._asked.clear()
            _refused.clear()
        if time.monotonic() - self._asked.get(hostName, -REMEMBERED) >= REMEMBERED:
            dnscache.pop(hostName, None)
            self._asked[hostName] = time.monotonic()
        receiver: Any = resolutionReceiver if name in _private_hosts else _PublicOnly(resolutionReceiver, name)
        return super().resolveHostName(receiver, hostName, *args, **kwargs)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes the public addresses on."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver, self._name = receiver, name

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        ip = str(getattr(address, "host", ""))
        if is_public(ip):
            self._receiver.addressResolved(address)
        else:
            _refused[self._name] = ip

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


def _hosts_of(source: Source) -> set[str]:
    """The host names that a source names itself."""
    domain = source.domain.partition("/")[0].partition(":")[0]
    urls = (*source.feeds, *source.sitemaps, *source.news_sitemaps, *source.listings, source.wordpress or "")
    return {domain, f"www.{domain}", *filter(None, map(host, urls))}


def _is_local(name: str) -> bool:
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".localdomain"))
