"""Write a tree of files so that a reader never sees half a file, and only what changed is touched."""

from __future__ import annotations

import bisect
import os
import shutil
import stat
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from waypost.base.files.lazy_files import NO_FILES, FileRecord, FileStamp, LazyFiles, stamp_of

_TEMPORARY = ".waypost-tmp"


def write_atomic(path: Path, data: bytes) -> bool:
    """Write a file by a temporary one and a rename; return whether anything had to be written."""
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    _replace(str(path), data)
    return True


_READABLE, _ENTERABLE = 0o444, 0o555
"""What everybody may do with a published file and a published folder, whatever the umask: a web server is somebody
else."""


def _publish(path: str, mode: int, granted: int) -> None:
    """Grant everybody rights on a file or folder whose mode is known, where they lack them."""
    if mode & granted != granted:
        # What belongs to somebody else stays as they want it.
        with suppress(PermissionError):
            os.chmod(path, stat.S_IMODE(mode) | granted)  # noqa: PTH101  # many files: pathlib takes longer


def _make_folder(folder: Path) -> None:
    """Make a published folder and those above it that are missing."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
        _publish(str(folder), folder.stat().st_mode, _ENTERABLE)


def _replace(path: str, data: bytes, granted: int = 0) -> None:
    """Put a file with these bytes and rights where there is none or another; its folder must be there."""
    folder, name = os.path.split(path)
    # A short name of its own: a long one plus ours could be longer than the system allows.
    short = f".{zlib.crc32(name.encode()):08x}.{os.getpid()}{_TEMPORARY}"
    temporary = Path(os.path.join(folder, short))  # noqa: PTH118  # many files: pathlib takes longer than the system
    try:
        temporary.write_bytes(data)
        if granted:
            _publish(str(temporary), os.lstat(temporary).st_mode, granted)
        temporary.replace(path)
    except OSError as error:
        # A full disk must not be filled further by what could not be finished.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        # The name of the file that people know.
        error.filename, error.filename2 = path, None
        raise


@dataclass
class TreeCache:
    """The files that a process has written into a folder, so that it need not read them again to compare."""

    written: dict[str, tuple[bytes, FileStamp]] = field(default_factory=dict)
    """The bytes of each file by its path, and its stamp afterwards."""
    record: FileRecord = field(default_factory=FileRecord)
    """The lazy files among them."""
    listings: dict[str, _Listing] = field(default_factory=dict)
    """What is in each folder, by its path with a slash at its end."""


class _Listing(NamedTuple):
    """What is in a folder but for settled ones."""

    stamp: FileStamp
    settled: Collection[str]
    names: Sequence[tuple[str, bool]] | None
    """Each with whether it is a folder; None while the folder may yet change without another stamp."""


@dataclass(frozen=True)
class _FolderContent:
    """The paths of what is in a folder now."""

    files: set[str]
    folders: set[str]


class FileChange(NamedTuple):
    """A file that was added, modified or deleted."""

    mark: str
    """A for added, M for modified, D for deleted."""
    path: str


def sync_tree(root: Path, files: Mapping[str, bytes], keep: Iterable[str] = ()) -> list[str]:
    """Do what `sync_changes` does, and return the paths alone."""
    return [change.path for change in sync_changes(root, files, keep)]


def sync_changes(
    root: Path,
    files: Mapping[str, bytes],
    keep: Iterable[str] = (),
    cache: TreeCache | None = None,
    lazy: LazyFiles = NO_FILES,
) -> list[FileChange]:
    """Make the folder `root` hold exactly `files` (paths with forward slashes) and the `lazy` ones, which are pages.

    Pages are written after what they refer to, and what is gone is removed last, so that a page that
    is open never points to nothing. Top-level names in `keep` are left alone. With a `cache`, files that
    are as this process left them are not read. Everybody may read what is there, whatever the umask. Returns
    what was written or removed, in that order.
    """
    kept, cache = frozenset(keep), cache or TreeCache()
    due = cache.record.due(root, lazy)
    settled = lazy.folders - {path.rpartition("/")[0] for path in due} if due else lazy.folders
    present = _present(root, kept, settled, cache.listings)
    needed = lazy.parents.union(parent for path in files for parent in _parents(path))
    removed = _make_way(root, [*files, *due], needed, present)
    if removed:
        present = _present(root, kept, settled, {})
    for folder in (str(root), *(f"{root}/{folder}" for folder in present.folders & needed)):
        with suppress(FileNotFoundError, NotADirectoryError):
            _publish(folder, os.lstat(folder).st_mode, _ENTERABLE)
    # Pages come after what they refer to.
    ordered = sorted(files, key=lambda path: (path.endswith(".html"), path))
    pages = bisect.bisect_left(ordered, True, key=lambda path: path.endswith(".html"))
    changed = _written(root, {path: files[path] for path in ordered[:pages]}, present, cache)
    for path in due:
        mark = "M" if os.path.lexists(f"{root}/{path}") else "A"
        if _write(root, path, lazy.make(path), present):
            changed.append(FileChange(mark, path))
        cache.record.written(root, path, lazy.digests[path])
    changed += _written(root, {path: files[path] for path in ordered[pages:]}, present, cache)
    unknown = [path for path in present.files - files.keys() if path not in lazy.digests]
    removed += _prune(root, unknown, kept)
    _remove_empty(root, needed, kept, present)
    for path in cache.written.keys() - files.keys():
        del cache.written[path]
    cache.record.done(root, lazy)
    if removed or any(change.mark == "A" for change in changed):
        cache.listings.clear()
    return changed + [FileChange("D", path) for path in removed if path not in files]


def _written(
    root: Path, files: Mapping[str, bytes], present: _FolderContent, cache: TreeCache
) -> list[FileChange]:
    """Write the files that are not as they are to be; return those that were."""
    changed = []
    for path, data in files.items():
        is_there = path in present.files
        if is_there and _is_as_written(cache.written.get(path), data, f"{root}/{path}"):
            continue
        if _write(root, path, data, present):
            changed.append(FileChange("M" if is_there else "A", path))
        cache.written[path] = (data, stamp_of(os.lstat(f"{root}/{path}")))
    return changed


def _write(root: Path, path: str, data: bytes, present: _FolderContent) -> bool:
    """Write one file; return whether anything had to be written."""
    folder, place = path.rpartition("/")[0], f"{root}/{path}"
    if path in present.files:
        # What cannot be read is replaced.
        with suppress(OSError):
            if Path(place).read_bytes() == data:
                _publish(place, os.lstat(place).st_mode, _READABLE)
                return False
    if folder not in present.folders:
        _make_folder(root / folder)
        present.folders.add(folder)
    try:
        _replace(place, data, _READABLE)
    except FileNotFoundError:
        # Another process is at work here too, or somebody has removed the folder.
        _make_folder(root / folder)
        _replace(place, data, _READABLE)
    return True


def _present(
    root: Path, keep: Collection[str], settled: Collection[str], listings: dict[str, _Listing]
) -> _FolderContent:
    """Return all that is there but what is kept or the web host's, at the top, and what is in settled folders."""
    found, folders = _FolderContent(set(), set()), [""] if root.is_dir() else []
    for prefix in folders:
        for name, is_folder in _listed(root, prefix, settled, listings):
            path = prefix + name
            (found.folders if is_folder else found.files).add(path)
            if is_folder and (prefix or not (name in keep or _is_hosts(name))):
                folders.append(f"{path}/")
    return found


def _listed(
    root: Path, prefix: str, settled: Collection[str], listings: dict[str, _Listing]
) -> Iterable[tuple[str, bool]]:
    """Return what is in a folder but for settled ones; of one that is as it was, from its listing.

    Its stamp is as it was twice before that is used: files may come within the same tick of the clock of files.
    """
    folder = f"{root}/{prefix}"
    stamp, known = stamp_of(os.stat(folder)), listings.get(prefix)  # noqa: PTH116  # many folders: pathlib takes longer
    is_as_before = known is not None and known.stamp == stamp and known.settled is settled
    if known and is_as_before and known.names is not None:
        return known.names
    with os.scandir(folder) as entries:
        found = ((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        names = [(name, kind) for name, kind in found if not (kind and prefix + name in settled)]
    listings[prefix] = _Listing(stamp, settled, names if is_as_before else None)
    return names


def _is_as_written(written: tuple[bytes, FileStamp] | None, data: bytes, path: str) -> bool:
    if written is None or written[0] != data:
        return False
    try:
        return stamp_of(os.lstat(path)) == written[1]
    except FileNotFoundError:
        return False


def _make_way(
    root: Path, files: Iterable[str], needed: Collection[str], present: _FolderContent
) -> list[str]:
    """Remove a file where a folder is needed, and a folder where a file must be."""
    removed: list[str] = []
    for path in sorted(present.files.intersection(needed)):
        # A link to a folder is as good as a folder.
        if not (root / path).is_dir():
            (root / path).unlink()
            removed.append(path)
    for path in files:
        if path in present.folders:
            shutil.rmtree(root / path)
            removed += sorted(inside for inside in present.files if inside.startswith(f"{path}/"))
    return removed


def _parents(path: str) -> Iterator[str]:
    place = path.find("/")
    while place >= 0:
        yield path[:place]
        place = path.find("/", place + 1)


def _prune(root: Path, unknown: Iterable[str], keep: frozenset[str]) -> list[str]:
    removed: list[str] = []
    for path in sorted(unknown):
        if "/" not in path and _is_hosts(path) and not path.endswith(_TEMPORARY):
            continue
        if path.endswith(_TEMPORARY):
            _remove_leftover(root / path)
        elif path not in keep:
            (root / path).unlink(missing_ok=True)
            removed.append(path)
    return removed


def _is_hosts(name: str) -> bool:
    """Return whether a top-level name is for the web host (.git, .nojekyll, .well-known, CNAME), not ours."""
    return name.startswith(".") or name == "CNAME"


def _remove_leftover(path: Path) -> None:
    """Remove what a process that died left behind, but not what another is about to rename."""
    owner = path.name.removesuffix(_TEMPORARY).rpartition(".")[2]
    if not owner.isdecimal() or int(owner) == os.getpid() or not is_alive(int(owner)):
        path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Return whether a process with this number runs."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove_empty(root: Path, needed: Collection[str], keep: frozenset[str], present: _FolderContent) -> None:
    for path in sorted(present.folders.difference(needed), reverse=True):
        first = path.partition("/")[0]
        folder = root / path
        if not (first in keep or _is_hosts(first)) and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


class FolderFiles(Mapping[str, bytes]):
    """The files below a folder by their path with forward slashes, read only when they are asked for."""

    def __init__(self, root: Path, leave_out: str = "") -> None:
        self._root = root
        files = (path for path in root.rglob("*") if path.is_file() and not path.name.endswith(_TEMPORARY))
        found = (path.relative_to(root) for path in files)
        self._paths = [path.as_posix() for path in sorted(found) if path.parts[0] != leave_out]
        self._known = frozenset(self._paths)

    def __getitem__(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def __contains__(self, path: object) -> bool:
        # A file that was moved over may be gone from here, and is still one of them.
        return path in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
