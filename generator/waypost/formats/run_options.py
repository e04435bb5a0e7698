"""The options of a process that polls, publishes and notifies subscribers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KEY_VARIABLE = "WAYPOST_HEARTBEAT_KEY"
"""The environment variable with the key that reports over HTTP must bring."""

WORKERS = 64
"""Checks that run at the same time; each mostly waits."""


class WhenVanished(StrEnum):
    """What is done where the database is deleted or replaced while it is polled into."""

    WAIT = "wait"
    """Nothing is recorded until it is back."""
    NEW = "new"
    """Polling goes on in whatever is there, or in a new database."""


@dataclass(frozen=True)
class RunOptions:
    """The options of a daemon."""

    region: str = ""
    """Where it runs, by its name in `regions`; empty where the site has none."""
    everywhere: bool = False
    """Whether it also stands in for every region, as on the machine of a writer."""
    publishes: bool = True
    """Whether it writes pages, rather than leaving that to another poller of the same database."""
    delivers: bool = False
    """Whether it sends subscribers the news of each publication."""
    listen: tuple[str, int] | None = None
    """Where jobs may report to over HTTP."""
    heartbeat_key: str | None = None
    """The key that those jobs must bring."""
    workers: int = WORKERS
    """Checks that run at the same time."""
    when_vanished: WhenVanished = WhenVanished.WAIT
    """What is done where the database is deleted or replaced meanwhile."""
