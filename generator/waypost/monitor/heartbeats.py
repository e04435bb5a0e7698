"""Take in the reports of jobs, from the command line and over HTTP, and keep each before it is answered.

A SQLite database has one writer. Every other process that receives a report leaves a small file beside the
database, durable before the report is answered; the poller takes it in. So no report is lost while no poller runs.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from waypost.base.database.engine import sqlite_path
from waypost.formats.observations import Ping, PingKind, Series
from waypost.formats.status_config import StatusConfig
from waypost.monitor.rules.heartbeats import heartbeat_names, read_ping
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_write
from waypost.problems import Refused, did_you_mean
from waypost.reading.project import load_project
from waypost.reading.site import Site

MOST_FILES = 1000
"""How many files are taken at once."""

MAX_FILE_SIZE = 2000
"""Bytes of one file; a longer one is not ours."""


class UnknownHeartbeat(Refused):
    """There is no heartbeat of this name; the message names those that there are."""


def report_job(site: Site, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep the report of a job of a site; raises ProblemsFound, UnknownHeartbeat, StoreError and OSError."""
    return report(load_project(site).status.config, database_url, name, word, now)


def report(config: StatusConfig, database_url: str, name: str, word: str, now: datetime) -> Ping:
    """Keep the report of a job; raises UnknownHeartbeat, StoreError and OSError."""
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
        store.ping(ping)
    store.make_due([Series(ping.component, ping.check) for ping in pings], now)


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
        if self._spool is None:
            return 0
        waiting = self._spool.waiting()
        pings = [ping for _, ping in waiting if ping]
        _take_in(store, pings, now)
        self._spool.forget(path for path, _ in waiting)
        return len(pings)


class Spool:
    """The folder of the reports beside one database."""

    def __init__(self, database: Path) -> None:
        self.folder = database.with_name(database.name + ".heartbeats")

    def put(self, ping: Ping) -> None:
        """Keep a report; when this returns, it survives a crash. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{ping.at.timestamp():.6f}-{secrets.token_hex(4)}"
        document = {
            "component": ping.component,
            "check": ping.check,
            "at": ping.at.astimezone(UTC).isoformat(),
            "kind": ping.kind.value,
            "exit_code": ping.exit_code,
        }
        temporary = self.folder / f".{name}"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / f"{name}.json")
        _sync_folder(self.folder)

    def waiting(self) -> list[tuple[Path, Ping | None]]:
        """Return what waits, oldest first; None for a file that is no report."""
        try:
            names = sorted(entry.name for entry in os.scandir(self.folder) if entry.name.endswith(".json"))
        except FileNotFoundError:
            return []
        return [(self.folder / name, _read_file(self.folder / name)) for name in names[:MOST_FILES]]

    def forget(self, files: Iterable[Path]) -> None:
        """Remove reports that were taken in."""
        for file in files:
            file.unlink(missing_ok=True)


def _read_file(path: Path) -> Ping | None:
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_FILE_SIZE))
        at = datetime.fromisoformat(data["at"])
        code = data["exit_code"]
        if at.tzinfo is None or not (code is None or type(code) is int):
            return None
        return Ping(str(data["component"]), str(data["check"]), at, PingKind(data["kind"]), code)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
