"""Read saved JSON documents of another status page: one file, or all in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import read_bytes, walk
from waypost.base.net.failures import Unanswered
from waypost.base.net.json_paths import read_json
from waypost.problems import Location, Problem, ProblemsFound

MAX_SIZE = 20 * 1024 * 1024
"""Bytes of one document: fifty incidents with long timelines have about one million."""

MAX_FILES = 1000


def saved_documents(place: Path) -> Iterator[tuple[str, Any]]:
    """Give each document at a place with its path; raises ProblemsFound where one cannot be read, or none is there."""
    if not place.exists():
        raise unusable(place.as_posix(), "There is no file and no folder of this name.")
    root = place if place.is_dir() else place.parent
    files = walk(place, place, ".json")[0] if place.is_dir() else [place]
    if not files or len(files) > MAX_FILES:
        message = f"Expected one to {MAX_FILES} files that end in .json, such as incidents.json."
        raise unusable(place.as_posix(), message)
    for file in files:
        yield file.relative_to(root).as_posix(), read_document(root, file)


def read_document(root: Path, file: Path) -> Any:
    """Read one document; raises ProblemsFound where it cannot be read."""
    data, problems = read_bytes(root, file, MAX_SIZE)
    if data is None:
        raise ProblemsFound(problems)
    try:
        return read_json(data)
    except Unanswered as error:
        raise ProblemsFound([_broken(file, data, error)]) from None


def _broken(file: Path, data: bytes, error: Unanswered) -> Problem:
    """Return the problem of a saved document, at the place where reading it ended."""
    cause = error.__cause__
    location, what = Location(file.as_posix()), str(error)
    if isinstance(cause, json.JSONDecodeError):
        reason = cause.msg.removesuffix(" starting at").lower()
        location = Location(file.as_posix(), cause.lineno, cause.colno)
        what = f"{what} from here on: {reason}"
    elif isinstance(cause, UnicodeDecodeError):
        before = data[: cause.start].rpartition(b"\n")
        line, column = before[0].count(b"\n") + bool(before[1]) + 1, len(before[2]) + 1
        location, what = Location(file.as_posix(), line, column), f"{what}, because it is not text in UTF-8"
    return Problem(location, "unreadable", f"The file {what}. Save the answer of the page again.")


def unusable(place: str, message: str) -> ProblemsFound:
    """Return the failure of an import from a place that cannot be read."""
    return ProblemsFound([Problem(Location(place), "unreadable", message)])
