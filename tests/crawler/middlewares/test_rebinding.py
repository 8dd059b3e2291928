"""A name that resolves to a public address once and to a private one next: what is connected to is what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scrapy.resolver import dnscache
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.middlewares import address_guard
from crawler.middlewares.address_guard import GuardedResolver

PUBLIC = "93.184.216.34"


@implementer(IHostnameResolver)
class Scripted:
    """A name server: each answer once, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: Any) -> Any:
        receiver.resolutionBegan(self)
        for ip in self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]:
            kind = IPv6Address if ":" in ip else IPv4Address
            receiver.addressResolved(kind("TCP", ip, port))
        receiver.resolutionComplete()
        return self


@implementer(IReactorPluggableNameResolver)
class Reactor(MemoryReactorClock):
    """Writes down what is connected to."""

    def __init__(self, names: Scripted) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.nameResolver: Any = names
        reactor: Any = self
        GuardedResolver(reactor, 100).install_on_reactor()

    def installNameResolver(self, resolver: Any) -> Any:
        before, self.nameResolver = self.nameResolver, resolver
        return before

    def connect(self, host: str) -> list[str]:
        """Try to connect; the addresses that were tried."""
        before = len(self.tcpClients)
        factory: Any = Factory()
        attempt: Any = HostnameEndpoint(self, host, 80).connect(factory)
        attempt.addErrback(lambda failure: failure.trap(DNSLookupError))
        self.advance(60)
        return [client[0] for client in self.tcpClients[before:]]


@pytest.fixture(autouse=True)
def _no_names_known() -> Iterator[None]:
    dnscache.clear()
    yield
    dnscache.clear()


def test_first_public_then_private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_guard, "REMEMBERED", 0.0)
    reactor = Reactor(Scripted([PUBLIC], ["127.0.0.1"], ["::ffff:10.0.0.1", "fd00::1"], [PUBLIC]))
    assert [reactor.connect("rebinding.example") for _ in range(4)] == [[PUBLIC], [], [], [PUBLIC]]


def test_what_was_checked_once_is_remembered_for_a_while() -> None:
    reactor = Reactor(Scripted([PUBLIC], ["127.0.0.1"]))
    assert [reactor.connect("rebinding.example") for _ in range(3)] == [[PUBLIC]] * 3


def test_of_both_at_once_only_the_public_one_is_tried() -> None:
    reactor = Reactor(Scripted(["127.0.0.1", PUBLIC, "169.254.169.254", "0.0.0.0", "::1"]))
    assert reactor.connect("both.example") == [PUBLIC]
