"""The current status of a site, from its database: the snapshot, and the latency that is cached in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.files.languages import load_words
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.rollups import Resolution
from waypost.formats.status_config import StatusConfig
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_read
from waypost.monitor.store.reading import read_history
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.latency import Latency, LatencySeries, latencies, latency_series, window
from waypost.status.rules.snapshot import Snapshot, take_snapshot


@dataclass(frozen=True)
class _CachedSeries:
    end: datetime
    """Where the window of the series ends."""
    summed_up_to: datetime | None
    """Up to when the database had summed up answers when the series was read."""
    timed: frozenset[tuple[str, str]]
    series: Mapping[str, LatencySeries]

    @property
    def is_whole(self) -> bool:
        """Whether nothing can be added any more."""
        return self.summed_up_to is not None and self.summed_up_to >= self.end


@dataclass
class LatencyCache:
    """The latency in one database as it was last read; it is read again where the hours or days moved on."""

    _cached: dict[Resolution, _CachedSeries] = field(default_factory=dict)

    def read(self, url: str, config: StatusConfig, now: datetime) -> dict[str, Latency]:
        """Return the latency of each component that was summed up.

        Raises StoreError where the database cannot be read.
        """
        timed = timed_checks(config)
        due = [resolution for resolution in Resolution if not self._is_known(resolution, timed, now)]
        if due and timed:
            with opened_to_read(url) as database:
                if database:
                    store = MonitorStore(database)
                    mark = store.summed_up_to()
                    for resolution in due:
                        self._read(store, resolution, timed, now, mark)
        known = {
            name: cached.series if cached.timed == timed else {} for name, cached in self._cached.items()
        }
        return latencies(known.get(Resolution.HOUR, {}), known.get(Resolution.DAY, {}), now)

    def _is_known(self, resolution: Resolution, timed: frozenset[tuple[str, str]], now: datetime) -> bool:
        cached = self._cached.get(resolution)
        if cached is None or cached.timed != timed:
            return False
        return cached.is_whole and cached.end == window(now, resolution)[1]

    def _read(
        self,
        store: MonitorStore,
        resolution: Resolution,
        timed: frozenset[tuple[str, str]],
        now: datetime,
        mark: datetime | None,
    ) -> None:
        start, end = window(now, resolution)
        cached = self._cached.get(resolution)
        if cached and (cached.end, cached.summed_up_to, cached.timed) == (end, mark, timed):
            return
        rows = [row for row in store.latency(start, end, resolution) if row.line[:2] in timed]
        series = latency_series(rows, start, end, resolution)
        self._cached[resolution] = _CachedSeries(end, mark, timed, series)


def timed_checks(config: StatusConfig) -> frozenset[tuple[str, str]]:
    """Return the checks that ask and time the answer; a heartbeat reports by itself and has no latency."""
    return frozenset(
        (component.id, name)
        for component in config.flat
        for name, check in component.named_checks
        if not isinstance(check, HeartbeatCheck)
    )


def current_status(site: Site, database_url: str, now: datetime) -> Snapshot:
    """Return the status page of a site at a moment, in English; raises ProblemsFound and StoreError."""
    history = read_history(database_url)
    return take_snapshot(load_project(site).status, history, now, load_words())
