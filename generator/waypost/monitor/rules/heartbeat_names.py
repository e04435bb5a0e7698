"""What jobs call themselves when they report, and what their reports say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from waypost.formats.checks import HeartbeatCheck
from waypost.formats.observations import Ping, PingKind
from waypost.formats.status_config import StatusConfig


def heartbeat_names(config: StatusConfig) -> Mapping[str, tuple[str, str]]:
    """Return the component and check of every name: `backups/nightly`, and `backups` where it has only one."""
    found = [
        (component.id, name)
        for component in config.flat
        for name, check in component.named_checks
        if isinstance(check, HeartbeatCheck)
    ]
    of_component = Counter(component for component, _ in found)
    single = {component: (component, name) for component, name in found if of_component[component] == 1}
    return {**single, **{f"{component}/{name}": (component, name) for component, name in found}}


def read_ping(place: tuple[str, str], word: str, at: datetime) -> Ping | None:
    """Return what a job says: nothing or `success`, `start`, `fail`, or its exit code; None for anything else."""
    if word.isascii() and word.isdecimal() and int(word) <= 255:
        code = int(word)
        return Ping(*place, at, PingKind.FAIL if code else PingKind.SUCCESS, code)
    try:
        return Ping(*place, at, PingKind(word or PingKind.SUCCESS))
    except ValueError:
        return None
