"""Write a tree of files so that a reader never sees half a file, and only what changed is touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_TEMPORARY = ".waypost-tmp"


def write_atomic(path: Path, data: bytes) -> bool:
    """Write a file by a temporary one and a rename; return whether anything had to be written."""
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY}")
    temporary.write_bytes(data)
    temporary.replace(path)
    return True


def sync_tree(root: Path, files: Mapping[str, bytes], keep: Iterable[str] = ()) -> list[str]:
    """Make the folder `root` hold exactly `files` (paths with forward slashes).

    Pages are written after what they refer to, and what is gone is removed last, so that a page that
    is open never points to nothing. Top-level names in `keep` are left alone. Returns the paths that
    were written or removed, in that order.
    """
    changed = [path for path in sorted(files, key=_pages_last) if write_atomic(root / path, files[path])]
    return changed + _prune(root, frozenset(files), frozenset(keep))


def _pages_last(path: str) -> tuple[bool, str]:
    return path.endswith(".html"), path


def _prune(root: Path, files: frozenset[str], keep: frozenset[str]) -> list[str]:
    removed: list[str] = []
    for parent, folders, names in os.walk(root, topdown=True):
        here = Path(parent)
        if here == root:
            folders[:] = [name for name in folders if name not in keep]
        for name in names:
            path = (here / name).relative_to(root).as_posix()
            if path not in files and path not in keep:
                (here / name).unlink()
                if not name.endswith(_TEMPORARY):
                    removed.append(path)
    _remove_empty(root, keep)
    return removed


def _remove_empty(root: Path, keep: frozenset[str]) -> None:
    for parent, _, _ in os.walk(root, topdown=False):
        here = Path(parent)
        inside_kept = here != root and here.relative_to(root).parts[0] in keep
        if here != root and not inside_kept and not any(here.iterdir()):
            here.rmdir()


class FolderFiles(Mapping[str, bytes]):
    """The files below a folder by their path with forward slashes, read only when they are asked for."""

    def __init__(self, root: Path, leave_out: str = "") -> None:
        self._root = root
        files = (path for path in root.rglob("*") if path.is_file() and not path.name.endswith(_TEMPORARY))
        found = (path.relative_to(root) for path in files)
        self._paths = [path.as_posix() for path in sorted(found) if path.parts[0] != leave_out]

    def __getitem__(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
