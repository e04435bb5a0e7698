"""Why a database cannot be used: the kinds of reasons, each with a sentence that says what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ReasonKind(StrEnum):
    """What keeps a database from being used."""

    NO_ANSWER = "no_answer"
    """The server is silent, or cannot be reached."""
    FULL = "full"
    READ_ONLY = "read_only"
    FORBIDDEN = "forbidden"
    """The system refuses this user, or a folder is not there."""
    LOCKED = "locked"
    DAMAGED = "damaged"
    VANISHED = "vanished"
    """The database that was in use is gone, or another stands in its place."""
    OUTDATED = "outdated"
    """The tables are of another version."""
    EXHAUSTED = "exhausted"
    """This process has no descriptors or connections left."""
    OTHER = "other"


@dataclass(frozen=True)
class Reason:
    """Why a database cannot be used."""

    kind: ReasonKind
    text: str
    """Sentences without the password: what is wrong, and what to do."""


def sqlite_reason(path: Path, error: BaseException | None) -> Reason:
    """Return why SQLite raised this error for this file; where its code says little, the system is asked."""
    code = getattr(error, "sqlite_errorcode", None)
    message = " ".join(str(error).split()).rstrip(".")
    if code is None:
        # The module itself found that it cannot go on, for example with what is no text.
        return Reason(ReasonKind.OTHER, f"The database {path} cannot be used now: {message}.")
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return Reason(
                ReasonKind.LOCKED,
                f"The database {path} cannot be used now: another program holds it locked."
                " End that program, or wait until it is done.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CONSTRAINT:
            return Reason(
                ReasonKind.DAMAGED,
                f"The database is damaged: {message} ({path}). Keep a copy of it, and restore it from a backup.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
            return _surroundings(path, message)
    return Reason(ReasonKind.OTHER, f"The database {path} cannot be used now: {message}.")


def _full(path: Path) -> Reason:
    return Reason(
        ReasonKind.FULL,
        f"The database {path} cannot be written: its disk or quota is full, or a limit on the size of files is reached."
        " Make room there; what could not be stored counts as not watched.",
    )


def _surroundings(path: Path, message: str) -> Reason:
    """Return what the system says of a file that SQLite could not read or write."""
    # The file itself is never opened here: closing it would drop every lock that SQLite has on it in this process.
    try:
        os.close(os.open(os.sep, os.O_RDONLY))
        system = os.statvfs(path.parent)
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        return system_reason(path, error.errno or 0)
    if system.f_flag & os.ST_RDONLY:
        return system_reason(path, errno.EROFS)
    if is_folder:
        return system_reason(path, errno.EISDIR)
    for each, right in ((path, os.R_OK | os.W_OK), (path.parent, os.W_OK | os.X_OK)):
        if not os.access(each, right, effective_ids=True):
            return system_reason(each, errno.EACCES)
    if not system.f_bavail:
        return _full(path)
    return Reason(
        ReasonKind.OTHER,
        f"The database {path} cannot be used now: {message}."
        " Look whether its disk works, and whether a quota or a limit on the size of files is reached.",
    )


def system_reason(path: Path, number: int) -> Reason:
    """Return why the system refused a file of the database, by the number of its error."""
    cause = os.strerror(number)
    match number:
        case errno.EROFS:
            return Reason(
                ReasonKind.READ_ONLY,
                f"The database {path} cannot be written: its disk is mounted read-only. Mount it for writing.",
            )
        case errno.EACCES | errno.EPERM:
            return Reason(
                ReasonKind.FORBIDDEN,
                f"The user of this process may not write {path}. Give it to the user that polls, with its folder.",
            )
        case errno.ENOENT | errno.ENOTDIR | errno.EISDIR:
            return Reason(ReasonKind.FORBIDDEN, f"There is no database {path} ({cause}).")
        case errno.EMFILE | errno.ENFILE:
            return Reason(
                ReasonKind.EXHAUSTED,
                f"The database {path} cannot be opened: {cause}. Raise the limit of open files (ulimit -n).",
            )
        case errno.ENOSPC | errno.EDQUOT:
            return _full(path)
    return Reason(ReasonKind.OTHER, f"The database {path} cannot be used now: {cause}.")
