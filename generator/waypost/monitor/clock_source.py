"""What keeps the clock of this machine right, as far as the machine tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PID_FILES = {
    "chrony": ("chrony/chronyd.pid", "chronyd.pid"),
    "ntpd": ("ntpd.pid", "openntpd.pid", "ntpsec/ntpd.pid"),
}


@dataclass(frozen=True)
class ClockSource:
    """The service that keeps the clock."""

    name: str
    """Empty where none is known, as in a container, whose clock is that of its host."""
    synchronized: bool | None = None
    """Whether it has set the clock since the machine started; None where it does not tell."""


def clock_source(run: Path = Path("/run")) -> ClockSource:
    """Return what keeps the clock; `run` is the folder in which running services leave their files."""
    timesync = run / "systemd" / "timesync"
    if timesync.is_dir():
        return ClockSource("systemd-timesyncd", (timesync / "synchronized").exists())
    for name, files in _PID_FILES.items():
        if any((run / file).exists() for file in files):
            return ClockSource(name)
    return ClockSource("")
