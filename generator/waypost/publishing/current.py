"""The current status of a site, from its database: the snapshot, and the latency that is cached in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.files.languages import load_words
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.observations import Resolution
from waypost.formats.project import Project
from waypost.formats.status_config import StatusConfig
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_read
from waypost.monitor.store.reading import read_history
from waypost.status.rules.latency import Latency, LatencySeries, latencies, latency_series, window
from waypost.status.rules.snapshot import Snapshot, take_snapshot


@dataclass(frozen=True)
class _CachedSeries:
    end: datetime
    """Where the window of the series ends."""
    summed_up_to: datetime | None
    """Up to when the database had summed up answers when the series was read."""
    series: Mapping[str, LatencySeries]


@dataclass
class LatencyCache:
    """The latency in one database as it was last read; it is read again where the hours or days moved on."""

    _checks: frozenset[tuple[str, str]] = frozenset()
    _cached: dict[Resolution, _CachedSeries] = field(default_factory=dict)

    def read(self, url: str, config: StatusConfig, now: datetime) -> dict[str, Latency]:
        """Return the latency of each component that was summed up.

        Raises StoreError where the database cannot be read.
        """
        checks = timed_checks(config)
        if checks != self._checks:
            self._checks, self._cached = checks, {}
        due = [resolution for resolution in Resolution if not self._is_whole(resolution, now)]
        if due and checks:
            with opened_to_read(url) as database:
                if database:
                    self._update(MonitorStore(database), due, now)
        known = {name: cached.series for name, cached in self._cached.items()}
        return latencies(known.get(Resolution.HOUR, {}), known.get(Resolution.DAY, {}), now)

    def _is_whole(self, resolution: Resolution, now: datetime) -> bool:
        """Whether nothing can be added to a series any more."""
        cached, end = self._cached.get(resolution), window(now, resolution)[1]
        return bool(cached and cached.end == end and cached.summed_up_to and cached.summed_up_to >= end)

    def _update(self, store: MonitorStore, due: Sequence[Resolution], now: datetime) -> None:
        summed_up_to = store.summed_up_to()
        for resolution in due:
            start, end = window(now, resolution)
            cached = self._cached.get(resolution)
            if cached is None or (cached.end, cached.summed_up_to) != (end, summed_up_to):
                rows = [
                    row for row in store.latency(start, end, resolution) if row.series[:2] in self._checks
                ]
                series = latency_series(rows, start, end, resolution)
                self._cached[resolution] = _CachedSeries(end, summed_up_to, series)


def timed_checks(config: StatusConfig) -> frozenset[tuple[str, str]]:
    """Return the checks that ask and time the answer; a heartbeat reports by itself and has no latency."""
    return frozenset(
        (component.id, name)
        for component in config.flat
        for name, check in component.named_checks
        if not isinstance(check, HeartbeatCheck)
    )


def current_status(project: Project, database_url: str, now: datetime) -> Snapshot:
    """Return the status page of a site at a moment, in English; raises StoreError."""
    history = read_history(database_url)
    return take_snapshot(project.status, history, now, load_words())
