"""The store of what machines observe."""

from __future__ import annotations

from waypost.adapters.store.reading import Reader
from waypost.adapters.store.recording import Recorder
from waypost.adapters.store.rollups import Rollups
from waypost.adapters.store.schedule import Schedule
from waypost.adapters.store.signals import Signals


class MonitorStore(Schedule, Recorder, Signals, Rollups, Reader):
    """The schedule, what was observed, and what is kept of it. Every method may be called from several threads.

    All times know their zone, and come back in UTC with whole milliseconds. Every method raises
    StoreError when the database cannot be used; what a method that writes has returned from is durable.
    """
