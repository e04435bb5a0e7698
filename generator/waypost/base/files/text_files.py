"""Read text that people wrote: capped, in UTF-8, inside the site, with every refusal as a problem."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from waypost.problems import Level, Location, Problem

MAX_BYTES = 2 * 1024 * 1024
"""Files beyond this size are not read: nothing people write by hand is larger."""

MAX_MEDIA_BYTES = 50 * 1024 * 1024
"""Pictures and files to save beyond this size are not copied by an import: no page should make people wait for them."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_UNNAMEABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Characters that no name may hold: control characters, and the surrogates of bytes that are no UTF-8."""


@dataclass(frozen=True)
class Source:
    """The text of one file, with its path as problems show it."""

    path: str
    text: str

    def problem(
        self, code: str, message: str, line: int = 0, column: int = 0, *, level: Level = Level.ERROR
    ) -> Problem:
        """Build a problem at a line and column (from 1) of this file; 0 means the file as a whole."""
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(Location(self.path, line, column), code, message, level, shown)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return self.text.split("\n")


def read_source(root: Path, path: Path) -> tuple[Source | None, list[Problem]]:
    """Read one file below `root`; its path in problems is relative to `root`.

    Returns the source, or None with the reasons why it cannot be used.
    """
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    data, problems = read_bytes(root, path)
    return (None, problems) if data is None else decode(name, data)


def read_bytes(root: Path, path: Path, limit: int = MAX_BYTES) -> tuple[bytes | None, list[Problem]]:
    """Read one file below `root` as it is, or return None with the reasons why it cannot be used."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    source = Source(name, "")
    try:
        refusal = _refuse(root, path, source)
        if refusal:
            return None, [refusal]
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        return None, [source.problem("missing-file", f"There is no file {name}. Create it.")]
    except OSError as error:
        return None, [source.problem("unreadable", f"The file cannot be read: {_reason(error)}.")]
    if len(data) > limit:
        size = limit // 1024 // 1024
        return None, [source.problem("file-too-large", f"The file is larger than {size} MiB. Split it.")]
    return data, []


def _refuse(root: Path, path: Path, source: Source) -> Problem | None:
    """Return why a file must not even be opened: a link out of the site or in a circle, a pipe, a device."""
    if path.is_symlink() and not _exists(path):
        return source.problem(
            "symlink", "The link leads in a circle or to nothing. Put the file itself here."
        )
    if not _is_inside(path, root):
        return source.problem("symlink", "The link leads out of the site. Put the file itself here.")
    if not stat.S_ISREG(path.stat().st_mode):
        return source.problem("unreadable", "This is not a regular file. Put a text file here.")
    return None


def _is_inside(path: Path, root: Path) -> bool:
    """Return whether a file is below a folder once all links are followed."""
    # os.path, because a site has thousands of files and pathlib takes ten times as long.
    real, top = os.path.realpath(path), os.path.realpath(root)
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)


def _exists(path: Path) -> bool:
    try:
        return path.resolve(strict=True).exists()
    except (RuntimeError, OSError):
        return False


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def decode(name: str, data: bytes) -> tuple[Source | None, list[Problem]]:
    """Return the bytes of a file as text, or None with the reasons why they are none; `name` is its path."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = "The file is not text in UTF-8. Save it again with the encoding UTF-8."
        return None, [Problem(Location(name, line, column), "not-utf8", message)]
    source = Source(name, text.replace("\r\n", "\n").replace("\r", "\n"))
    found = CONTROL.search(source.text)
    if found is None:
        return source, []
    line = source.text.count("\n", 0, found.start()) + 1
    column = found.start() - source.text.rfind("\n", 0, found.start())
    message = f"The file holds the control character U+{ord(found[0]):04X} here. Delete it."
    return None, [source.problem("control-character", message, line, column)]


def walk(root: Path, folder: Path, suffix: str) -> tuple[list[Path], list[Problem]]:
    """List the files below `folder` that end in `suffix`, sorted, and complain of linked folders.

    Hidden files and folders are left out. Linked folders are never entered: one that points to its
    parent would make the site endless.
    """
    found: list[Path] = []
    problems: list[Problem] = []

    def complain(path: Path, message: str) -> None:
        problems.append(Source(path.relative_to(root).as_posix(), "").problem("symlink", message))

    if folder.is_symlink() and not _exists(folder):
        complain(folder, "The link leads in a circle or to nothing. Put the folder itself here.")
    elif not folder.resolve().is_relative_to(root.resolve()):
        complain(folder, "The link leads out of the site. Put the folder itself here.")

    def refuse(error: OSError) -> None:
        path = Path(error.filename)
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        message = f"The folder cannot be read: {_reason(error)}. Give Waypost the right to read it."
        if path.exists():
            problems.append(Source(name, "").problem("unreadable", message))

    for path in () if problems else _entries(folder, refuse):
        problem = _fault_of(path, path.relative_to(root).as_posix())
        if problem:
            problems.append(problem)
        elif path.name.endswith(suffix) and not path.is_dir():
            found.append(path)
    return sorted(found), problems


def _fault_of(path: Path, name: str) -> Problem | None:
    """Return why an entry of a folder cannot be used, or None."""
    if _UNNAMEABLE.search(path.name):
        shown = _UNNAMEABLE.sub("\N{REPLACEMENT CHARACTER}", name)
        message = (
            "The name holds a character that no address can hold. Rename it; UTF-8 is understood everywhere."
        )
        return Problem(Location(shown), "bad-value", message)
    if path.is_symlink() and not _exists(path):
        message = "The link leads in a circle or to nothing. Put the file itself here."
        return Problem(Location(name), "symlink", message)
    if path.is_symlink() and path.is_dir():
        message = "A linked folder could make the site endless. Put the folder itself here."
        return Problem(Location(name), "symlink", message)
    return None


def _entries(folder: Path, refuse: Callable[[OSError], None]) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, onerror=refuse, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(files)):
            if not name.startswith("."):
                yield Path(parent, name)
