"""Get the documents of a Statuspage: from its address, from a saved file, or from a folder of saved files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from waypost.base.files.text_files import read_bytes, walk
from waypost.base.net.json_paths import read_json
from waypost.base.net.network import Unanswered, deadline
from waypost.importing.rules.histories import ForeignStatus, Importer
from waypost.importing.rules.statuspage import read_statuspage
from waypost.problems import Location, Problem, ProblemsFound

MAX_SIZE = 20 * 1024 * 1024
"""Bytes of one document: fifty incidents with long timelines have about one million."""

MAX_FILES = 1000
TIMEOUT = timedelta(seconds=30)
"""For one document."""

_DOCUMENTS = ("summary", "components", "incidents", "scheduled-maintenances")
_LOCAL = ("127.0.0.1", "localhost", "::1")

Documents = list[tuple[str, Any]]


def read_documents(place: str) -> Documents:
    """Return every document with its name; raises ProblemsFound where one cannot be had or is no JSON."""
    if "://" in place:
        return [(f"{name}.json", _fetched(place, name)) for name in _DOCUMENTS]
    return list(_saved(Path(place)))


def _fetched(place: str, name: str) -> Any:
    from waypost.base.net.web import Request, fetch  # noqa: PLC0415  # slow to load, and files need none of it

    url = _address(place, name)
    try:
        with deadline(TIMEOUT):
            answer = fetch(Request(url), max_size=MAX_SIZE, redirects=3)
        if answer.status != 200:
            raise Unanswered(f"the server answered with HTTP status {answer.status}")
        if len(answer.body) > MAX_SIZE:
            raise Unanswered(f"the answer is larger than {MAX_SIZE // 1024 // 1024} MiB")
        return read_json(answer.body)
    except Unanswered as error:
        raise _unusable(url, f"The page cannot be read: {error}.") from None
    except OSError as error:
        raise _unusable(url, f"The page cannot be read: {error.strerror or error}.") from None


def _address(place: str, name: str) -> str:
    """Return where a document is; only what nobody on the way can have changed is believed."""
    try:
        parts = urlsplit(place)
        host = parts.hostname or ""
    except ValueError:
        raise _unusable(place, "This is no address.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise _unusable(place, "Expected an address that begins with https://.")
    if "@" in parts.netloc or not host:
        raise _unusable(f"{parts.scheme}://{host}", "Leave name and password out of the address.")
    root = parts.path.partition("/api/v2")[0].rstrip("/")
    return parts._replace(path=f"{root}/api/v2/{name}.json", query="", fragment="").geturl()


def _saved(place: Path) -> Iterator[tuple[str, Any]]:
    if not place.exists():
        raise _unusable(place.as_posix(), "There is no file and no folder of this name.")
    root = place if place.is_dir() else place.parent
    files = walk(place, place, ".json")[0] if place.is_dir() else [place]
    if not files or len(files) > MAX_FILES:
        message = f"Expected one to {MAX_FILES} files that end in .json, such as incidents.json."
        raise _unusable(place.as_posix(), message)
    for file in files:
        data, problems = read_bytes(root, file, MAX_SIZE)
        if data is None:
            raise ProblemsFound(problems)
        try:
            yield file.relative_to(root).as_posix(), read_json(data)
        except Unanswered as error:
            raise ProblemsFound([_broken(file, data, error)]) from None


def _broken(file: Path, data: bytes, error: Unanswered) -> Problem:
    """Say what is wrong with a saved document, at the place where reading it ended."""
    cause = error.__cause__
    location, what = Location(file.as_posix()), str(error)
    if isinstance(cause, json.JSONDecodeError):
        reason = cause.msg.removesuffix(" starting at").lower()
        location, what = (
            Location(file.as_posix(), cause.lineno, cause.colno),
            f"{what} from here on: {reason}",
        )
    elif isinstance(cause, UnicodeDecodeError):
        before = data[: cause.start].rpartition(b"\n")
        line, column = before[0].count(b"\n") + bool(before[1]) + 1, len(before[2]) + 1
        location, what = Location(file.as_posix(), line, column), f"{what}, because it is not text in UTF-8"
    return Problem(location, "unreadable", f"The file {what}. Save the answer of the page again.")


def _unusable(place: str, message: str) -> ProblemsFound:
    return ProblemsFound([Problem(Location(place), "unreadable", message)])


def _read(place: str) -> ForeignStatus:
    return read_statuspage(read_documents(place))


STATUSPAGE = Importer(
    "statuspage",
    "URL|FILE",
    """Bring in the incidents, maintenance and components of an Atlassian Statuspage.

    Name the address of the page, or a file or folder with saved documents of its API. Files that are in status/
    already are kept.

    Example: waypost import statuspage https://status.example.com --dry-run
    """,
    _read,
)
