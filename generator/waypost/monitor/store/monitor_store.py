"""The store of what machines observe."""

from __future__ import annotations

from waypost.monitor.store.reading import HistoryReader
from waypost.monitor.store.recording import Recorder
from waypost.monitor.store.rollups import Rollups
from waypost.monitor.store.schedule import CheckSchedule
from waypost.monitor.store.signals import Signals


class MonitorStore(CheckSchedule, Recorder, Signals, Rollups, HistoryReader):
    """The schedule, what was observed, and what is kept of it. Every method may be called from several threads.

    All times know their zone, and come back in UTC with whole milliseconds. Every method raises
    StoreError when the database cannot be used; what a method that writes has returned from is durable.
    """
