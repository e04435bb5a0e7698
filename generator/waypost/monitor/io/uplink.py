"""Reach well known hosts, to know whether our own connection works."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime

from waypost.formats.checks import TcpCheck
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Uplink
from waypost.monitor.probes.registry import ProbeContext, probe


def reach(uplink: Uplink, now: datetime) -> bool:
    """Tell whether one of the targets takes a connection; all are tried at once, within one timeout."""
    context = ProbeContext(now=now)
    checks = [TcpCheck(tcp=target, timeout=uplink.timeout, every=uplink.timeout) for target in uplink.targets]
    with ThreadPoolExecutor(len(checks), "waypost-uplink") as pool:
        tries = [pool.submit(probe, check, context) for check in checks]
        return any(item.result().status is ComponentStatus.OPERATIONAL for item in as_completed(tries))
