"""What is refused before any connection, and what the resolver lets through."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.failures import Refused
from crawler.middlewares.address_guard import AddressGuard, _PublicOnly
from crawler.sources import Source


@pytest.fixture
def guard() -> AddressGuard:
    guard = AddressGuard(get_crawler(Spider))
    sources = (
        Source("intranet", "Intranet", "news.intranet.example", feeds=("http://10.0.0.5/feed",), allow_private=True),
        Source("larkspur", "Larkspur", "larkspur.example", feeds=("https://larkspur.example/feed",)),
    )
    guard._learn(SimpleNamespace(sources=sources))  # type: ignore[arg-type]
    return guard


@pytest.mark.parametrize(
    ("source", "url", "kind"),
    [
        ("larkspur", "https://larkspur.example/news", None),
        ("larkspur", "https://93.184.216.34/news", None),
        ("larkspur", "http://10.0.0.5/feed", "private_address"),
        ("larkspur", "http://127.1/", "private_address"),
        ("larkspur", "http://[::1]/", "private_address"),
        ("larkspur", "http://printer.local/", "private_address"),
        ("larkspur", "http://news.intranet.example/", "private_address"),
        ("larkspur", "ftp://larkspur.example/", "scheme"),
        ("larkspur", "https://name:word@larkspur.example/", "credentials"),
        ("intranet", "http://10.0.0.5/feed", None),
        ("intranet", "http://news.intranet.example/", None),
        ("intranet", "http://10.0.0.6/", "private_address"),
        ("", "http://10.0.0.5/feed", "private_address"),
    ],
)
def test_a_private_host_is_only_for_the_source_that_names_it(
    guard: AddressGuard, source: str, url: str, kind: str | None
) -> None:
    request = Request(url, meta={"source": source})
    if kind is None:
        guard.process_request(request)
        return
    with pytest.raises(Refused) as caught:
        guard.process_request(request)
    assert caught.value.kind == kind


def test_a_name_that_resolves_to_both_keeps_only_the_public_address() -> None:
    passed: list[Any] = []
    sieve = _PublicOnly(SimpleNamespace(addressResolved=passed.append), "rebinding.example")
    public = IPv4Address("TCP", "93.184.216.34", 80)
    addresses: list[Any] = [IPv4Address("TCP", "127.0.0.1", 80), public, IPv6Address("TCP", "::ffff:10.0.0.1", 80)]
    for address in addresses:
        sieve.addressResolved(address)
    assert passed == [public]
