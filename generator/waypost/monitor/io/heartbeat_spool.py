"""Reports of jobs that wait for the poller, as files beside its database.

A SQLite database has one writer. Whoever else hears of a job leaves a small file, durable before it is answered;
the poller takes it in. So no report is lost while no poller runs.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from waypost.formats.observations import Ping, PingKind

MOST = 1000
"""How many files are taken at once."""

MAX_SIZE = 2000
"""Bytes of one file; a longer one is not ours."""


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
        return [(self.folder / name, _read(self.folder / name)) for name in names[:MOST]]

    def forget(self, files: Iterable[Path]) -> None:
        """Remove reports that were taken in."""
        for file in files:
            file.unlink(missing_ok=True)


def _read(path: Path) -> Ping | None:
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_SIZE))
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
