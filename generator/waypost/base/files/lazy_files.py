"""Files that are made only where they are missing, or where their sources are others than when they were made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path

from waypost.base.files.digests import read_bytes

FileStamp = tuple[int, int, int, int]
"""Inode, size and times of a file; another value as soon as the file was changed or replaced."""

AT_ONCE = 1000
"""How many files are looked at each time, though nothing speaks for a change."""


def stamp_of(stat: os.stat_result) -> FileStamp:
    """Return the stamp of a file."""
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


@dataclass(frozen=True, eq=False)
class LazyFiles:
    """Files by path, each with a digest of everything that it is made from."""

    digests: Mapping[str, str]
    """In the order in which they are best made."""
    make: Callable[[str], bytes]

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that hold one."""
        return frozenset(path.rpartition("/")[0] for path in self.digests)

    @cached_property
    def parents(self) -> frozenset[str]:
        """These folders, and all that they are in."""
        found = set(self.folders)
        for folder in self.folders:
            while (folder := folder.rpartition("/")[0]) and folder not in found:
                found.add(folder)
        return frozenset(found)


def _none(path: str) -> bytes:
    raise KeyError(path)


NO_FILES = LazyFiles({}, _none)
"""No file at all."""


class FileRecord:
    """The digest of the sources of each lazy file as it was written, and the stamp of the file.

    It is kept in a file, which another process can go on with and which may be deleted at any time.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._known: dict[str, tuple[str, FileStamp]] = {} if file is None else _read(file)
        self._is_saved = True
        self._checked: tuple[LazyFiles | None, dict[str, FileStamp | None]] = (None, {})
        self._rounds: Iterable[str] = ()

    def due(self, root: Path, files: LazyFiles) -> list[str]:
        """Return the files that must be made: not there, not as they were written, or from other sources.

        Where the same files were there last time, in folders that are as they were, some are looked at in turn.
        """
        digests, known = files.digests, self._known
        folders = {name: _stamp(f"{root}/{name}") for name in self._checked[1]}
        if self._checked == (files, folders):
            return [path for path in islice(self._rounds, AT_ONCE) if not self._is_there(root, path)]
        for path in known.keys() - digests.keys():
            del known[path]
            self._is_saved = False
        # All at once: for each file, a set and a loop in Python would take as long as the system does.
        return [
            path
            for path, digest in digests.items()
            if (path not in known or known[path][0] != digest or not self._is_there(root, path))
        ]

    def _is_there(self, root: Path, path: str) -> bool:
        return _stamp(f"{root}/{path}") == self._known[path][1]

    def written(self, root: Path, path: str, digest: str) -> None:
        """Note that a file was written, or found as it is to be."""
        self._known[path] = (digest, stamp_of(os.lstat(f"{root}/{path}")))
        self._is_saved = False

    def done(self, root: Path, files: LazyFiles) -> None:
        """Note that all files are there now, and keep the record, if the disk takes it."""
        if self._checked[0] is not files:
            self._rounds = cycle(files.digests)
        around = files.parents - files.folders
        self._checked = files, {name: _stamp(f"{root}/{name}") for name in around}
        if self._file is not None and not self._is_saved:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                temporary = self._file.with_name(f"{self._file.name}.{os.getpid()}")
                temporary.write_text(json.dumps(self._known, separators=(",", ":")), encoding="utf-8")
                temporary.replace(self._file)
                self._is_saved = True


def _stamp(path: str) -> FileStamp | None:
    try:
        return stamp_of(os.lstat(path))
    except OSError:
        return None


def _read(file: Path) -> dict[str, tuple[str, FileStamp]]:
    data = read_bytes(str(file))
    with suppress(ValueError, TypeError, AttributeError):
        values = json.loads(data or b"{}")
        return {path: (digest, (a, b, c, d)) for path, (digest, (a, b, c, d)) in values.items()}
    return {}
