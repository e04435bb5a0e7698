"""Files that were written before, by another process too: what was made from the same sources is taken from there."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from waypost.base.files.digests import digest, read_bytes
from waypost.base.files.file_tree import write_atomic

Digests = Mapping[str, str]
"""The digest of each of some files by its path."""


class KeptFiles:
    """The digests of files that stand below a folder, and of their sources.

    They are kept in a file of their own, which may be deleted at any time. A file that is not as it was made is none of
    them, whoever wrote it.
    """

    def __init__(self, root: Path, record: Path) -> None:
        self._root, self._record = root, record
        self._known = _read(record)
        self._is_saved = True

    def get(self, name: str, sources: str) -> dict[str, bytes] | None:
        """Return the files that were made under a name from sources with this digest; None where one is gone."""
        known = self._known.get(name)
        if known is None or known[0] != sources:
            return None
        found: dict[str, bytes] = {}
        for path, expected in known[1].items():
            data = read_bytes(f"{self._root}/{path}")
            if data is None or _digest(data) != expected:
                return None
            found[path] = data
        return found

    def put(self, name: str, sources: str, files: Mapping[str, bytes]) -> None:
        """Note files that were made and are about to be written."""
        self._known[name] = sources, {path: _digest(data) for path, data in files.items()}
        self._is_saved = False

    def save(self, names: Collection[str]) -> None:
        """Keep what was made under these names, if the disk takes it; forget the rest."""
        for name in self._known.keys() - names:
            del self._known[name]
            self._is_saved = False
        if not self._is_saved:
            with suppress(OSError):
                write_atomic(self._record, json.dumps(self._known, separators=(",", ":")).encode())
                self._is_saved = True


def _digest(data: bytes) -> str:
    return digest(data)[:32]


def _read(record: Path) -> dict[str, tuple[str, Digests]]:
    with suppress(ValueError, TypeError, AttributeError):
        values = json.loads(read_bytes(str(record)) or b"{}")
        return {name: (str(sources), dict(digests)) for name, (sources, digests) in values.items()}
    return {}
