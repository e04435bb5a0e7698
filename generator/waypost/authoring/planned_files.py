"""What a command is about to write: planned whole, shown to whoever asked for it, then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.git_commit import commit_files
from waypost.problems import Location, Problem, ProblemsFound
from waypost.reading.site import Site


@dataclass(frozen=True)
class PlannedFile:
    """A file as it will be."""

    path: Path
    """Where it is written; links inside of the site are followed."""
    data: bytes
    before: bytes | None = None
    """What it held when the plan was made; None where it was not there."""


def write_planned(files: Sequence[PlannedFile]) -> None:
    """Write files in their order.

    Raises ProblemsFound, with nothing written, where one was changed since the plan was made: whoever was
    asked may have thought for an hour, and another person may have written an update meanwhile.
    """
    changed = [file for file in files if _present(file.path) != file.before]
    if changed:
        message = "The file was changed while the command waited. Nothing was written; run it again."
        raise ProblemsFound([Problem(Location(file.path.name), "bad-value", message) for file in changed])
    for file in files:
        write_atomic(file.path, file.data)


def _present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def commit_planned(site: Site, files: Sequence[PlannedFile], message: str) -> str:
    """Make a git commit of exactly these files and return its short id; raises GitRefused."""
    return commit_files(site.root, [file.path for file in files], message)
