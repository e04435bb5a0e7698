"""Which addresses are public, so that what a subscriber names leads nowhere inside of our own networks.

`ipaddress.is_global` is not enough: depending on the version of Python it takes multicast, translated and
tunnelled addresses for global ones. The tables are those of IANA, "IPv4 Special-Purpose Address Registry" and
"IPv6 Special-Purpose Address Registry", and for IPv6 the one block that is given out at all.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host, and with many systems this machine
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers and clouds
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4, given up
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

_GIVEN_OUT_6 = ipaddress.IPv6Network("2000::/3")
"""All that is public lies in it: loopback, unique local, link-local, multicast and ::/96 do not."""

_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocols: benchmarks, ORCHID and others; Teredo is looked into before
        "2001:db8::/32",  # documentation
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Stands for all of IPv4 where a network has only IPv6 (RFC 6052); local ones (64:ff9b:1::/48) are private."""


def is_public(address: str, allowed_networks: Sequence[IPNetwork] = ()) -> bool:
    """Return whether a numeric address may be reached: it is public, or in a network that is allowed.

    What an address of IPv6 carries inside, an address of IPv4, must be public itself. What is no address is
    not public.
    """
    try:
        # A zone (fe80::1%eth0) may be in it: that says through which interface, and makes nothing public.
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if any(item in network for item in (found, mapped) if item is not None for network in allowed_networks):
        return True
    return _is_public(found)


def refuser(networks: Iterable[str]) -> Callable[[str], bool]:
    """Return a test of whether a numeric address must not be reached; `networks` are allowed besides.

    Raises ValueError for what is no network.
    """
    allowed = tuple(ipaddress.ip_network(text) for text in networks)
    return lambda address: not is_public(address, allowed)


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    carried = _carried(address)
    if carried:
        return all(map(_is_public, carried))
    return address in _GIVEN_OUT_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _carried(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the addresses of IPv4 that a packet to this one ends at or passes."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo or ()
