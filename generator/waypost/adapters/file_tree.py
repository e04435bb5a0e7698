"""Write a tree of files so that a reader never sees half a file, and only what changed is touched."""

from __future__ import annotations

import os
import shutil
import zlib
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
    # A short name of its own: a long one plus ours could be longer than the system allows.
    temporary = path.with_name(f".{zlib.crc32(path.name.encode()):08x}.{os.getpid()}{_TEMPORARY}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        # A full disk must not be filled further by what could not be finished.
        temporary.unlink(missing_ok=True)
        raise
    return True


def sync_tree(root: Path, files: Mapping[str, bytes], keep: Iterable[str] = ()) -> list[str]:
    """Make the folder `root` hold exactly `files` (paths with forward slashes).

    Pages are written after what they refer to, and what is gone is removed last, so that a page that
    is open never points to nothing. Top-level names in `keep` are left alone. Returns the paths that
    were written or removed, in that order.
    """
    removed = _make_way(root, files)
    changed = [path for path in sorted(files, key=_pages_last) if write_atomic(root / path, files[path])]
    return changed + removed + _prune(root, frozenset(files), frozenset(keep))


def _make_way(root: Path, files: Iterable[str]) -> list[str]:
    """Remove a file where a folder must be, and a folder where a file must be."""
    removed: list[str] = []
    for path in files:
        target = root / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
            removed.append(path)
        for parent in target.relative_to(root).parents:
            if parent.parts and (root / parent).is_file():
                (root / parent).unlink()
                removed.append(parent.as_posix())
    return removed


def _pages_last(path: str) -> tuple[bool, str]:
    return path.endswith(".html"), path


def _prune(root: Path, files: frozenset[str], keep: frozenset[str]) -> list[str]:
    removed: list[str] = []
    for parent, folders, names in os.walk(root, topdown=True):
        prefix = parent[len(str(root)) :].replace(os.sep, "/").lstrip("/")
        if not prefix:
            folders[:] = [name for name in folders if name not in keep and not _is_hosts(name)]
        for name in names:
            if not prefix and _is_hosts(name) and not name.endswith(_TEMPORARY):
                continue
            path = f"{prefix}/{name}" if prefix else name
            if name.endswith(_TEMPORARY):
                _remove_leftover(Path(parent, name))
            elif path not in files and path not in keep:
                Path(parent, name).unlink(missing_ok=True)
                removed.append(path)
    _remove_empty(root, keep)
    return removed


def _is_hosts(name: str) -> bool:
    """Tell whether a top-level name is for the web host (.git, .nojekyll, .well-known, CNAME), not ours."""
    return name.startswith(".") or name == "CNAME"


def _remove_leftover(path: Path) -> None:
    """Remove what a process that died left behind, but not what another is about to rename."""
    owner = path.name.removesuffix(_TEMPORARY).rpartition(".")[2]
    if not owner.isdecimal() or int(owner) == os.getpid() or not is_alive(int(owner)):
        path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Tell whether a process with this number runs."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove_empty(root: Path, keep: frozenset[str]) -> None:
    for parent, folders, names in os.walk(root, topdown=False):
        if names and not folders:
            continue
        here = Path(parent)
        first = here.relative_to(root).parts[0] if here != root else ""
        inside_kept = first in keep or _is_hosts(first)
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
