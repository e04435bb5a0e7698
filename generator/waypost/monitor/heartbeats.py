"""Take in the reports of jobs, from the command line and over HTTP, and keep each before it is answered.

A report waits beside a SQLite database, in its spool, until the poller takes it in, so none is lost while no poller
runs. What waits is removed only when it is recorded; what cannot be read now is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from waypost.base.database.engine import StoreError, sqlite_path
from waypost.base.faults import FaultKind, Faults
from waypost.formats.observations import Ping, Series
from waypost.formats.status_config import StatusConfig
from waypost.monitor.io.heartbeat_spool import Spool, SpoolRefused
from waypost.monitor.rules.heartbeats import heartbeat_names, newest_reports, read_ping
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_write
from waypost.problems import Refused, did_you_mean
from waypost.reading.project import load_project
from waypost.reading.site import Site

MOST_FILES = 1000
"""How many files are taken at once."""

_RECEIPT, _FOLDER, _FILES, _REMOVAL = "receipt", "spool", "spool files", "removal"
"""The subjects of faults."""


class UnknownHeartbeat(Refused):
    """There is no heartbeat of this name; the message names those that there are."""


def report_job(site: Site, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep the report of a job of a site.

    Raises ProblemsFound, UnknownHeartbeat, SpoolRefused, StoreError and OSError.
    """
    return report(load_project(site).status.config, database_url, name, word, now)


def report(config: StatusConfig, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep the report of a job; raises UnknownHeartbeat, SpoolRefused, StoreError and OSError."""
    ping = _ping(heartbeat_names(config), name, word, now)
    path = sqlite_path(database_url)
    if path:
        Spool(path).put(ping)
        return ping
    with opened_to_write(database_url) as database:
        _take_in(MonitorStore(database), [ping], now)
    return ping


def _take_in(store: MonitorStore, pings: Collection[Ping], now: datetime) -> None:
    """Store reports, and have their checks judged at once."""
    for ping in pings:
        store.ping(ping, now)
    store.make_due({Series(ping.component, ping.check) for ping in pings}, now)


def _ping(names: Mapping[str, tuple[str, str]], name: str, word: str, now: datetime) -> Ping:
    place = names.get(name)
    if place is None:
        known = ", ".join(sorted(names)) or "none"
        hint = did_you_mean(name, names) or f" Heartbeats: {known}."
        raise UnknownHeartbeat(f"There is no heartbeat '{name}' in status/status.yml.{hint}")
    ping = read_ping(place, word, now)
    if ping is None:
        raise UnknownHeartbeat("An exit code is a number from 0 to 255.")
    return ping


class HeartbeatReceiver:
    """Keeps what jobs report to a process that stays, by the configuration of the moment. For several threads."""

    def __init__(
        self,
        config: Callable[[], StatusConfig],
        database_url: str,
        store: MonitorStore,
        clock: Callable[[], datetime],
        faults: Faults,
    ) -> None:
        self._config = config
        self._clock = clock
        self._store = store
        self._faults = faults
        path = sqlite_path(database_url)
        self._spool = Spool(path) if path else None
        self._names = (config(), heartbeat_names(config()))

    def receive(self, name: str, word: str) -> HTTPStatus:
        """Keep a report, and return what to answer."""
        now = self._clock()
        place = self._known().get(name)
        ping = read_ping(place, word, now) if place else None
        if ping is None:
            return HTTPStatus.NOT_FOUND
        try:
            if self._spool:
                self._spool.put(ping)
            else:
                _take_in(self._store, [ping], now)
        except (StoreError, SpoolRefused, OSError) as error:
            # The job may try again; nothing was kept.
            reason = f"{_reason(error)}." if isinstance(error, OSError) else str(error)
            self._faults.begin(FaultKind.HEARTBEATS, f"Reports over HTTP cannot be kept: {reason}", _RECEIPT)
            return HTTPStatus.SERVICE_UNAVAILABLE
        self._faults.end(FaultKind.HEARTBEATS, _RECEIPT)
        return HTTPStatus.OK

    def _known(self) -> Mapping[str, tuple[str, str]]:
        config = self._config()
        if self._names[0] is not config:
            self._names = (config, heartbeat_names(config))
        return self._names[1]


class Intake:
    """Brings waiting reports into the store, and has their checks judged at once.

    What goes wrong with the spool is noted among the faults, and never ends anything else.
    """

    def __init__(self, database: Path | None, faults: Faults) -> None:
        self._spool = Spool(database) if database else None
        self._faults = faults
        self._recorded: set[str] = set()
        """What was recorded and could not be removed."""
        self._unreadable: set[str] = set()

    def step(self, store: MonitorStore, now: datetime) -> int:
        """Take in what waits; return how many reports there were. Raises StoreError, and loses nothing then."""
        if self._spool is None:
            return 0
        pings = self._read(self._spool, self._names(self._spool))
        if pings:
            _take_in(store, newest_reports(pings.values(), now), now)
            self._recorded |= pings.keys()
        self._remove(self._spool)
        return len(pings)

    def _names(self, spool: Spool) -> list[str]:
        try:
            spool.prepare()
            names = set(spool.names())
        except OSError as error:
            self._tell(_FOLDER, f"Reports of jobs in {spool.folder} cannot be taken in", error)
            return []
        self._faults.end(FaultKind.HEARTBEATS, _FOLDER)
        self._recorded &= names
        self._unreadable &= names
        # What cannot be read must not stand in the way of the others.
        return sorted(names - self._recorded, key=lambda name: (name in self._unreadable, name))[:MOST_FILES]

    def _read(self, spool: Spool, names: Iterable[str]) -> dict[str, Ping]:
        pings: dict[str, Ping] = {}
        for name in names:
            try:
                ping = spool.read(name)
                if ping:
                    pings[name] = ping
                else:
                    spool.set_aside(name)
                    self._faults.note(
                        FaultKind.HEARTBEATS,
                        f"{spool.folder / name} is no report of a job; it is kept as {name}.bad.",
                    )
                self._unreadable.discard(name)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._unreadable.add(name)
                self._tell(_FILES, f"{spool.folder / name} cannot be taken in, and is tried again", error)
        if not self._unreadable:
            self._faults.end(FaultKind.HEARTBEATS, _FILES)
        return pings

    def _remove(self, spool: Spool) -> None:
        for name in sorted(self._recorded):
            try:
                spool.remove(name)
                self._recorded.discard(name)
            except OSError as error:
                self._tell(
                    _REMOVAL,
                    f"Reports of jobs were taken in, but {spool.folder / name} cannot be removed",
                    error,
                )
        if not self._recorded:
            self._faults.end(FaultKind.HEARTBEATS, _REMOVAL)

    def _tell(self, subject: str, what: str, error: OSError) -> None:
        hint = " Give it to the user of the poller." if isinstance(error, PermissionError) else ""
        self._faults.begin(FaultKind.HEARTBEATS, f"{what}: {_reason(error)}.{hint}", subject)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
