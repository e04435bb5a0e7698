"""What the sources of notices look at: the page, what was told of it, and the settings that say when to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from waypost.formats.lint import Cadence
from waypost.formats.notices import Told
from waypost.formats.subscribers import SubscriberFile
from waypost.notify.rules.wording import time_writer
from waypost.status.rules.snapshot import Snapshot


@dataclass(frozen=True)
class Look:
    """One look at the page."""

    snapshot: Snapshot
    told: Told
    file: SubscriberFile
    cadence: Cadence

    @property
    def now(self) -> datetime:
        """The moment of the snapshot."""
        return self.snapshot.now

    @cached_property
    def placed(self) -> frozenset[str]:
        """The keys of all maintenance whose window was told, each as `maintenance/ID`."""
        mark = "/window/"
        return frozenset(key.partition(mark)[0] for key in self.told.keys if mark in key)

    def time(self, moment: datetime) -> str:
        """Write a moment in the zone of the page, with the zone."""
        return time_writer(self.snapshot)(moment)
