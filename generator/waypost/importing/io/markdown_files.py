"""Read a folder of Markdown that was not written for Waypost; nothing in it is changed."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import CONTROL, MAX_MEDIA_BYTES, Source, read_bytes, walk
from waypost.importing.io.front_matter import read_front
from waypost.importing.io.source_tools import find_tool, plain_value, read_mapping
from waypost.importing.rules.addresses import MEDIA
from waypost.importing.rules.collection import FolderNote, SourcePage, SourceTree
from waypost.importing.rules.front_matter import number_of
from waypost.importing.rules.outline import read_nav
from waypost.problems import Level, Location, Problem
from waypost.reading.rules.redirects import parent_folders

_ENDINGS = (".md", ".mdx", ".markdown")
_NOTES = ("_category_.json", "_category_.yml", "_category_.yaml")
_PARTS = ("includes", "snippets", "partials", "_snippets", "_includes")
_NEVER = frozenset({"node_modules", "bower_components", "vendor", "__pycache__"})
"""Folders of programs, in which there is Markdown that nobody wrote for readers."""


def read_tree(folder: Path, assets: Sequence[Path] = ()) -> tuple[SourceTree, list[Problem]]:
    """Read all Markdown below a folder and list all other files; a file that cannot be used becomes a warning.

    `assets` are folders of pictures beside those that the tool of the collection names itself.
    """
    shown = folder.as_posix()
    tool = find_tool(folder)
    found, problems = walk(folder, folder, "")
    pages: list[SourcePage] = []
    notes: dict[str, FolderNote] = {}
    sizes: dict[str, int] = {}
    for file in found:
        place = file.relative_to(folder)
        path = place.as_posix()
        if _NEVER.intersection(place.parts) or path in tool.own or not _is_usable(path):
            continue
        if path.lower().endswith(_ENDINGS):
            page, reasons = _read_page(folder, file, path)
            pages += [page] if page else []
            problems += reasons
        elif file.name in _NOTES:
            notes[place.parent.as_posix()] = _read_note(folder, file)
        else:
            sizes[path] = _size(folder, file)
    for part in tool.parts:
        pages += _read_parts(folder, part)
    roots = [*assets, *tool.roots]
    for root in roots:
        sizes |= _files_below(folder, root)
    _read_orders(folder, notes, pages)
    tree = SourceTree(
        shown,
        tuple(pages),
        notes,
        frozenset(path for path, size in sizes.items() if size >= 0),
        frozenset(path for path, size in sizes.items() if size > MAX_MEDIA_BYTES),
        tuple("" if root == "." else f"{root}/" for root in (_from(folder, root) for root in roots)),
        tool.outline,
        tool.former,
    )
    return tree, [*(_as_warning(problem, shown) for problem in problems), *tool.problems]


def _from(folder: Path, path: Path) -> str:
    """Return a path as it counts from the folder that is imported; it may begin with `../`."""
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _files_below(folder: Path, root: Path) -> dict[str, int]:
    """Return the files of a folder of pictures with their sizes, by their path from the folder that is imported."""
    files = walk(root, root, "")[0] if root.is_dir() else []
    usable = [
        file
        for file in files
        if file.suffix.lower() in MEDIA and not _NEVER.intersection(file.relative_to(root).parts)
    ]
    return {path: _size(root, file) for file in usable if _is_usable(path := _from(folder, file))}


def _read_parts(folder: Path, root: Path) -> Iterator[SourcePage]:
    """Read the texts outside of the folder that its pages may include."""
    place = _from(folder, root)
    inside = not any(part.startswith(".") for part in place.split("/")) or place == "."
    files = [] if inside or not root.is_dir() else walk(root, root, "")[0]
    for file in files:
        if file.name.lower().endswith(_ENDINGS) and file.parent.name in _PARTS:
            page, _ = _read_page(root, file, _from(folder, file))
            if page:
                yield dataclasses.replace(page, is_part=True)


def _read_orders(folder: Path, notes: dict[str, FolderNote], pages: list[SourcePage]) -> None:
    """Add what `.pages` of awesome-pages says of each folder."""
    folders = {parent for page in pages for parent in (".", *parent_folders(page.path))}
    for name in sorted(folders):
        file = folder / name / ".pages"
        values = read_mapping(folder, file) if file.is_file() else {}
        listed = values.get("nav") or values.get("arrange")
        if values:
            note = notes.get(name, FolderNote())
            order = tuple(entry.path for entry in read_nav(listed) if entry.path)
            notes[name] = dataclasses.replace(
                note, title=note.title or plain_value(values.get("title")), order=order
            )


def _is_usable(path: str) -> bool:
    """Tell whether a name can be written down at all: file systems allow bytes that are no text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _size(folder: Path, file: Path) -> int:
    """Return the size of a file; -1 for one that must not be read, such as a link out of the folder."""
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


def _read_page(folder: Path, file: Path, path: str) -> tuple[SourcePage | None, list[Problem]]:
    data, problems = read_bytes(folder, file)
    if data is None:
        return None, problems
    text, problems = _decode(path, data)
    if text is None:
        return None, problems
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        message = "Control characters, which no page may carry, were left out."
        problems.append(Source(path, "").problem("control-character", message))
        text = CONTROL.sub("", text)
    front = read_front(Source(path, text))
    shown = f"{folder.as_posix()}/{path}"
    page = SourcePage(path, shown, front.data, front.places, front.body, front.body_line)
    return page, problems + front.problems


def _decode(path: str, data: bytes) -> tuple[str | None, list[Problem]]:
    """Return the text of a file in any encoding, or None for bytes that are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "The file is in UTF-16. It was read as such; compare letters with accents."
        return data.decode("utf-16", errors="replace"), [Problem(Location(path), "not-utf8", message)]
    if b"\x00" in data:
        message = "The file holds NUL bytes, so it is no text. It was left out."
        return None, [Problem(Location(path), "control-character", message)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        message = "The file is not in UTF-8. It was read as Windows-1252; compare letters with accents."
        return data.decode("cp1252", errors="replace"), [Problem(Location(path), "not-utf8", message)]


def _read_note(folder: Path, file: Path) -> FolderNote:
    """Read the facts about a folder that Docusaurus keeps; unusable values count as missing."""
    values = read_mapping(folder, file)
    found = values.get("link")
    link = found if isinstance(found, dict) else {}
    return FolderNote(
        plain_value(values.get("label")),
        plain_value(values.get("description")) or plain_value(link.get("description")),
        number_of(values.get("position")),
        address=_list_address(plain_value(values.get("label")), link),
    )


def _list_address(label: str, link: dict[str, Any]) -> str:
    """Return the address that Docusaurus gives to the list of the pages in a folder, where it makes one."""
    slug = re.sub(r"\W+", "-", label.lower()).strip("-")
    return (
        (plain_value(link.get("slug")) or f"category/{slug}") if link.get("type") == "generated-index" else ""
    )
