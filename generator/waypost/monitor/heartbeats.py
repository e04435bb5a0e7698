"""Take in what jobs report, from the command line and over HTTP, and keep it before it is answered."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from waypost.base.database.engine import StoreError, sqlite_path
from waypost.base.net.one_click import Leaving
from waypost.formats.observations import Line, Ping
from waypost.formats.run_options import KEY_VARIABLE
from waypost.formats.status_config import StatusConfig
from waypost.monitor.io.heartbeat_listener import HeartbeatListener
from waypost.monitor.io.heartbeat_spool import Spool
from waypost.monitor.rules.heartbeat_names import heartbeat_names, read_ping
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_write
from waypost.problems import Refused, did_you_mean
from waypost.reading.project import load_project
from waypost.reading.site import Site


class UnknownHeartbeat(Refused):
    """There is no heartbeat of this name; the message names those that there are."""


class ListenRefused(Refused):
    """The listener cannot be started; the message says why and what to do."""


def report_job(site: Site, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep what a job of a site says of itself; raises ProblemsFound, UnknownHeartbeat, StoreError and OSError."""
    return report(load_project(site).status.config, database_url, name, word, now)


def report(config: StatusConfig, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep what a job says of itself; raises UnknownHeartbeat, StoreError and OSError."""
    ping = _ping(heartbeat_names(config), name, word, now)
    path = sqlite_path(database_url)
    if path:
        Spool(path).put(ping)
        return ping
    with opened_to_write(database_url) as database:
        store = MonitorStore(database)
        store.ping(ping)
        store.hasten([Line(ping.component, ping.check)], now)
    return ping


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


class Intake:
    """Brings waiting reports into the store, and has their checks judged at once."""

    def __init__(self, database: Path | None) -> None:
        self._spool = Spool(database) if database else None

    def step(self, store: MonitorStore, now: datetime) -> int:
        """Take in what waits; return how many reports there were. Raises StoreError, and loses nothing then."""
        waiting = self._spool.waiting() if self._spool else []
        pings = [ping for _, ping in waiting if ping]
        for ping in pings:
            store.ping(ping)
        if pings:
            store.hasten([Line(ping.component, ping.check) for ping in pings], now)
        if self._spool:
            self._spool.forget(path for path, _ in waiting)
        return len(pings)


@contextmanager
def listening(
    address: tuple[str, int],
    config: Callable[[], StatusConfig],
    database_url: str,
    key: str | None,
    clock: Callable[[], datetime],
    leaving: Leaving | None = None,
) -> Iterator[int]:
    """Listen for reports, and for people who leave, while the block runs; yields the port. Raises ListenRefused.

    Without a key only this machine may report: an address that others reach is refused.
    """
    host, port = address
    if not key and not _is_own(host):
        raise ListenRefused(f"Everybody could report to {host}. Set {KEY_VARIABLE}, or listen on 127.0.0.1.")

    def receive(name: str, word: str) -> HTTPStatus:
        try:
            report(config(), database_url, name, word, clock())
        except UnknownHeartbeat:
            return HTTPStatus.NOT_FOUND
        except (StoreError, OSError):
            # The job may try again; nothing was kept.
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    try:
        server = HeartbeatListener(host, port, receive, key, leaving)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise ListenRefused(f"{host}:{port} cannot be listened on: {reason}.") from None
    thread = threading.Thread(target=server.serve_forever, name="waypost-heartbeats", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
