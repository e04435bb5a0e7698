"""The folder beside a SQLite database in which reports of jobs wait for the poller, one small file each.

The database has one writer, so every other process leaves its report here, durable before it is answered. Whoever
leaves one may be another user than the poller: a report is accepted only where the poller can read and remove it.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from waypost.base.files.users import may_empty, user_name
from waypost.formats.observations import Ping, PingKind
from waypost.problems import Refused

MAX_FILE_SIZE = 2000
"""Bytes of one file; a longer one is not ours."""

MOST_SET_ASIDE = 100
"""Files that were no reports and are kept; the oldest go first."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Opening a pipe would wait for whoever writes to it, and a link may lead anywhere.
_WAITING_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SpoolRefused(Refused):
    """A report cannot be left where the poller would take it in; the message says what to do."""


class Spool:
    """The folder of the reports beside one database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.folder = database.with_name(database.name + ".heartbeats")

    def prepare(self) -> None:
        """Make the folder where it is missing, for the owner of the database. Raises OSError.

        Where a group may write beside the database, it may put reports here too.
        """
        if not self.folder.is_dir():
            self._make(self._poller())

    def put(self, ping: Ping) -> None:
        """Keep a report; when this returns, it survives a crash. Raises OSError and SpoolRefused."""
        poller = None
        try:
            poller = self._poller()
            if os.geteuid() in (0, poller):
                self.prepare()
            elif not self.folder.is_dir():
                raise self._refusal(poller)
            with self._opened_for(poller) as folder:
                _write(folder, ping, poller)
        except PermissionError:
            raise self._refusal(poller) from None

    def names(self) -> list[str]:
        """Return the names of what waits, oldest first. Raises OSError."""
        with os.scandir(self.folder) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(".json"))

    def read(self, name: str) -> Ping | None:
        """Return a report; None for what is none and never will be. Raises OSError where that is not known."""
        path = self.folder / name
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with os.fdopen(os.open(path, _WAITING_FILE), "rb") as file:
            return _parsed(file.read(MAX_FILE_SIZE + 1))

    def remove(self, name: str) -> None:
        """Remove what was taken in. Raises OSError."""
        (self.folder / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """Keep what is no report out of the way, as NAME.bad; only the newest are kept. Raises OSError."""
        (self.folder / name).rename(self.folder / f"{name}.bad")
        for old in sorted(self.folder.glob("*.json.bad"))[:-MOST_SET_ASIDE]:
            # A folder, or what may not be removed, stays: it is in nobody's way.
            with suppress(OSError):
                old.unlink()

    def _poller(self) -> int:
        """Return the user who takes in what waits: the owner of the database, or of where it will be."""
        for path in (self._database, self._database.parent):
            with suppress(FileNotFoundError):
                found = path.stat()
                # A folder like /tmp is everybody's, whoever owns it.
                return os.geteuid() if found.st_mode & stat.S_ISVTX else found.st_uid
        return os.geteuid()

    def _make(self, poller: int) -> None:
        self._database.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.folder.mkdir(0o700)
        except FileExistsError:
            # Another process was faster, or a file is in the way, which is told when the folder is opened.
            return
        beside = self._database.parent.stat()
        mode = 0o700
        handle = os.open(self.folder, _FOLDER | os.O_NOFOLLOW)
        try:
            if beside.st_mode & stat.S_IWGRP and not beside.st_mode & stat.S_ISVTX:
                # Who is not of the group cannot give it the folder.
                with suppress(PermissionError):
                    os.fchown(handle, -1, beside.st_gid)
                    mode = 0o2770
            if os.geteuid() == 0:
                _give_empty(handle, poller)
            os.fchmod(handle, mode)
        finally:
            os.close(handle)

    @contextmanager
    def _opened_for(self, poller: int) -> Iterator[int]:
        """Open the folder, from which the poller must be able to take."""
        is_root = os.geteuid() == 0
        # Root follows no link that others made.
        handle = os.open(self.folder, _FOLDER | (os.O_NOFOLLOW if is_root else 0))
        try:
            if is_root and not may_empty(poller, os.fstat(handle)):
                _give_empty(handle, poller)
            if not may_empty(poller, os.fstat(handle)):
                raise self._refusal(poller)
            yield handle
        finally:
            os.close(handle)

    def _refusal(self, poller: int | None) -> SpoolRefused:
        me, owner = user_name(os.geteuid()), "the poller" if poller is None else user_name(poller)
        if poller is not None and os.geteuid() in (0, poller):
            advice = f"Give that folder to {owner}: chown {poller} {self.folder}"
        else:
            advice = f"Report as {owner}, or over HTTP to `waypost run --listen`."
        return SpoolRefused(
            f"Nothing was kept: {owner}, who owns the database, could not take in what {me} puts into {self.folder}."
            f" {advice}"
        )


def _give_empty(folder: int, poller: int) -> None:
    """Give an open folder to the poller as root, unless it holds what may not be the poller's business."""
    if not os.listdir(folder):
        os.fchown(folder, poller, -1)
        os.fchmod(folder, stat.S_IMODE(os.fstat(folder).st_mode) | stat.S_IRWXU)


def _write(folder: int, ping: Ping, poller: int) -> None:
    """Write a report into an open folder, whole or not at all."""
    name = f"{ping.at.timestamp():.6f}-{secrets.token_hex(4)}"
    document = {
        "component": ping.component,
        "check": ping.check,
        "at": ping.at.astimezone(UTC).isoformat(),
        "kind": ping.kind.value,
        "exit_code": ping.exit_code,
    }
    handle = os.open(f".{name}", _NEW_FILE, 0o600, dir_fd=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            _give(handle, poller)
            os.fsync(handle)
        os.rename(f".{name}", f"{name}.json", src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(f".{name}", dir_fd=folder)
        raise
    os.fsync(folder)


def _give(handle: int, poller: int) -> None:
    """Let the poller read a file, whatever the umask of whoever wrote it."""
    if os.geteuid() == poller:
        return
    # What guards a report from others is its folder.
    os.fchmod(handle, 0o644)
    if os.geteuid() == 0:
        os.fchown(handle, poller, -1)


def _parsed(text: bytes) -> Ping | None:
    if len(text) > MAX_FILE_SIZE:
        return None
    try:
        data = json.loads(text)
        at = datetime.fromisoformat(data["at"])
        component, check, code = data["component"], data["check"], data["exit_code"]
        if at.tzinfo is None or not (code is None or type(code) is int):
            return None
        # Not every text in JSON can be stored.
        f"{component}{check}".encode("ascii")
        return Ping(str(component), str(check), at.astimezone(UTC), PingKind(data["kind"]), code)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
