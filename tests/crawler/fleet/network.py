"""Machines for a test: network namespaces with an address and a link of their own, joined by a bridge in another one.

The namespaces have no names and nothing of them is in the machine's own network: each lives as long as this process
has it open or something runs in it, so that nothing is left behind, however a test ends.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_OWN = "/proc/thread-self/ns/net"
_libc = ctypes.CDLL(None, use_errno=True)

SUBNET = "198.51.100"
"""Set aside for examples (RFC 5737)."""
HUB = f"{SUBNET}.1"


@dataclass(frozen=True)
class Namespace:
    """A network namespace, by the number of an open file."""

    handle: int

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in it for the block; threads, processes and sockets that it makes there stay in it."""
        own = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_libc.setns(self.handle, _NEW_NETWORK))
            yield
        finally:
            _checked(_libc.setns(own, _NEW_NETWORK))
            os.close(own)

    def ip(self, *commands: str) -> None:
        """Have iproute2 do these in it."""
        with self.entered():
            done = subprocess.run(
                ["ip", "-batch", "-"], input="\n".join(commands), text=True, capture_output=True, check=False
            )
        if done.returncode:
            raise OSError(done.stderr.strip())


@dataclass(frozen=True)
class Machine(Namespace):
    """One that is linked to the hub; ``address`` is what the others see of it."""

    address: str
    link: str
    hub: Namespace

    def cut(self) -> None:
        """Pull the cable: packets are lost, and nobody is told."""
        self.hub.ip(f"link set {self.link} down")

    def join(self) -> None:
        """Put it in again."""
        self.hub.ip(f"link set {self.link} up")

    def lose(self, address: str) -> None:
        """Lose what is sent to this one address."""
        self.ip(f"route add blackhole {address}")

    def find(self, address: str) -> None:
        """Send to it again."""
        self.ip(f"route del blackhole {address}")


@contextmanager
def network(machines: int, sites: int) -> Iterator[tuple[Namespace, list[Machine], list[str]]]:
    """The hub with a bridge, at ``HUB`` and so many further addresses, and machines linked to it.

    Skips where that is impossible, saying why.
    """
    with ExitStack() as stack:
        try:
            hub = Namespace(_made(stack))
            places = [f"{SUBNET}.{number}" for number in range(101, 101 + sites)]
            addresses = [f"address add {each}/24 dev bridge" for each in (HUB, *places)]
            hub.ip("link set lo up", "link add bridge type bridge", "link set bridge up", *addresses)
            linked = [_linked(hub, number, stack) for number in range(machines)]
        except OSError as error:
            pytest.skip(f"workers with addresses of their own are not tested: {_why(error)}")
        yield hub, linked, places


def _linked(hub: Namespace, number: int, stack: ExitStack) -> Machine:
    machine = Machine(_made(stack), f"{SUBNET}.{11 + number}", f"machine{number}", hub)
    there = f"/proc/{os.getpid()}/fd/{machine.handle}"
    hub.ip(
        f"link add {machine.link} type veth peer name uplink netns {there}",
        f"link set {machine.link} master bridge up",
    )
    machine.ip("link set lo up", f"address add {machine.address}/24 dev uplink", "link set uplink up")
    return machine


def _made(stack: ExitStack) -> int:
    """A new namespace, which this thread is not in."""
    own = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _checked(_libc.unshare(_NEW_NETWORK))
        made = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, made)
        _checked(_libc.setns(own, _NEW_NETWORK))
    finally:
        os.close(own)
    return made


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _why(error: OSError) -> str:
    if os.geteuid():
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "install Debian's package iproute2 (tests/crawler/fleet/install.sh)"
    return f"this machine does not allow it ({error})"
