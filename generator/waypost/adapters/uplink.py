"""Reach well known hosts, to know whether our own connection works."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed

from waypost.adapters.probers import probe
from waypost.model.checks import TcpCheck
from waypost.model.status import ComponentStatus
from waypost.model.status_config import Uplink


def reach(uplink: Uplink) -> bool:
    """Tell whether one of the targets takes a connection; all are tried at once, within one timeout."""
    checks = [TcpCheck(tcp=target, timeout=uplink.timeout, every=uplink.timeout) for target in uplink.targets]
    with ThreadPoolExecutor(len(checks), "waypost-uplink") as pool:
        tries = [pool.submit(probe, check) for check in checks]
        return any(item.result().status is ComponentStatus.OPERATIONAL for item in as_completed(tries))
