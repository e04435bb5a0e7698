from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import golden
from waypost.base.net.addresses import is_public, refuser


@golden("addresses.yml")
def test_an_address_is_public_or_not(case: dict[str, Any]) -> None:
    address = case.get("address", case["name"])
    networks = case.get("allowed", ())
    allowed = tuple(map(ipaddress.ip_network, networks))
    assert is_public(address, allowed) is case["public"], case.get("why", "")
    assert refuser(networks)(address) is not case["public"]


def test_what_is_no_network_is_told() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        refuser(["everything"])


@given(st.ip_addresses(v=4))
def test_an_address_of_ipv4_is_as_public_as_what_carries_it(address: ipaddress.IPv4Address) -> None:
    is_it = is_public(str(address))
    assert is_public(f"::ffff:{address}") is is_it
    assert is_public(f"64:ff9b::{address}") is is_it
    assert is_public(str(ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80) | 1))) is is_it
    assert not is_public(f"::{address}")


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6, network="2000::/3"))
def test_nothing_that_python_calls_private_is_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(str(address)):
        # Of addresses that carry another, versions of Python think differently.
        assert address.is_global or address in ipaddress.ip_network("2002::/16")
        assert not address.is_multicast


@given(st.text(max_size=60))
def test_anything_at_all_is_judged_without_an_error(text: str) -> None:
    assert is_public(text) in (True, False)
