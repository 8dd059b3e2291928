"""Which network addresses are of the public internet, in whatever way they are spelled. Pure."""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that the public internet routes; around it lie site-local, IPv4-compatible and translated ranges."""
_RELAYS = ipaddress.ip_network("192.88.99.0/24")


def is_public(ip: str) -> bool:
    """Whether the address belongs to the public internet; IPv4 inside IPv6 counts as what it wraps."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and address not in _RELAYS


def literal_address(host: str) -> str | None:
    """The address that a host name spells out, as 127.0.0.1, 2130706433, 0x7f.1 or [::1]; None for a real name."""
    bare = host.strip("[]")
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None
