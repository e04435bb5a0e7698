"""Read a folder of Markdown that was not written for Waypost, whatever is in it; nothing in it is changed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import CONTROL, MAX_MEDIA_BYTES, Source, read_bytes, walk
from waypost.base.files.yaml_source import parse_yaml
from waypost.importing.io.front_matter import read_front
from waypost.importing.rules.source import FolderNote, ForeignPage, ForeignTree
from waypost.problems import Level, Location, Problem

_ENDINGS = (".md", ".mdx", ".markdown")
_NOTES = ("_category_.json", "_category_.yml", "_category_.yaml")
_NEVER = frozenset({"node_modules", "bower_components", "vendor", "__pycache__"})
"""Folders of programs, in which there is Markdown that nobody wrote for readers."""


def read_tree(folder: Path) -> tuple[ForeignTree, list[Problem]]:
    """Read all Markdown below a folder and list all other files; what cannot be used becomes a warning."""
    shown = folder.as_posix()
    found, problems = walk(folder, folder, "")
    pages: list[ForeignPage] = []
    notes: dict[str, FolderNote] = {}
    files: set[str] = set()
    for file in found:
        place = file.relative_to(folder)
        path = place.as_posix()
        if _NEVER.intersection(place.parts) or not _is_usable(path):
            continue
        if path.lower().endswith(_ENDINGS):
            page, reasons = _read_page(folder, file, path)
            pages += [page] if page else []
            problems += reasons
        elif file.name in _NOTES:
            notes[place.parent.as_posix()] = _read_note(folder, file)
        else:
            files.add(path)
    large = frozenset(path for path in files if _size(folder, path) > MAX_MEDIA_BYTES)
    usable = frozenset(path for path in files if _size(folder, path) >= 0)
    tree = ForeignTree(shown, tuple(pages), notes, usable, large)
    return tree, [_as_warning(problem, shown) for problem in problems]


def _is_usable(path: str) -> bool:
    """Tell whether a name can be written down at all: file systems allow bytes that are no text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _size(folder: Path, path: str) -> int:
    """Return the size of a file; -1 for one that must not be read, such as a link out of the folder."""
    file = folder / path
    try:
        inside = file.resolve().is_relative_to(folder.resolve())
        return file.stat().st_size if inside and file.is_file() else -1
    except (OSError, RuntimeError):
        return -1


def _as_warning(problem: Problem, shown: str) -> Problem:
    """Name the file by its path as it was asked for; nothing in a collection stops an import."""
    place = problem.location
    path = place.path if place.path.startswith(f"{shown}/") else f"{shown}/{place.path}"
    return dataclasses.replace(problem, level=Level.WARNING, location=dataclasses.replace(place, path=path))


def _read_page(folder: Path, file: Path, path: str) -> tuple[ForeignPage | None, list[Problem]]:
    data, problems = read_bytes(folder, file)
    if data is None:
        return None, problems
    text, problem = _decode(path, data)
    problems = [problem] if problem else []
    if text is None:
        return None, problems
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        message = "Control characters, which no page may carry, were left out."
        problems.append(Source(path, "").problem("control-character", message))
        text = CONTROL.sub("", text)
    front = read_front(Source(path, text))
    shown = f"{folder.as_posix()}/{path}"
    page = ForeignPage(path, shown, front.data, front.places, front.body, front.body_line)
    return page, problems + front.problems


def _decode(path: str, data: bytes) -> tuple[str | None, Problem | None]:
    """Return the text of a file in whatever encoding it is, or None for what is no text."""

    def say(code: str, message: str) -> Problem:
        return Problem(Location(path), code, message)

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        return text, say(
            "not-utf8", "The file is in UTF-16. It was read as such; compare letters with accents."
        )
    if b"\x00" in data:
        return None, say("control-character", "The file holds NUL bytes, so it is no text. It was left out.")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        message = "The file is not in UTF-8. It was read as Windows-1252; compare letters with accents."
        return data.decode("cp1252", errors="replace"), say("not-utf8", message)


def _read_note(folder: Path, file: Path) -> FolderNote:
    """Read what Docusaurus keeps of a folder; anything unusable says nothing."""
    data, _ = read_bytes(folder, file)
    text = data.decode("utf-8-sig", errors="replace") if data else ""
    values: Any = None
    if file.suffix == ".json":
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
    else:
        document, _ = parse_yaml(Source(file.name, text), ignore_tags=True)
        values = document.data if document else None
    values = values if isinstance(values, dict) else {}
    link = values.get("link") if isinstance(values.get("link"), dict) else {}
    position = values.get("position")
    usable = isinstance(position, int) and not isinstance(position, bool) and 0 <= position <= 10_000
    return FolderNote(
        _text(values.get("label")),
        _text(values.get("description")) or _text(link.get("description")),
        position if usable else None,
        _text(link.get("slug")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
