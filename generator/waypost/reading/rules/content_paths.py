"""What the paths of the files in content/ mean: categories, sections and addresses, and which of them cannot be."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from waypost.formats.article import page_url
from waypost.problems import Level, Location, Problem
from waypost.reading.rules.redirects import parent_folders

INDEX = "index.md"

_RESERVED = {"search": "the search", "ticket": "the ticket form"}
"""Whose each address is that no page of content/ can take."""


def is_index(path: str) -> bool:
    """Tell whether a file is the page of its folder."""
    return PurePosixPath(path).name == INDEX


def category_ids(paths: Collection[str]) -> frozenset[str]:
    """Return the folders whose page makes them a category or, one level below, a section."""
    folders = (PurePosixPath(path).parent.parts for path in paths if is_index(path))
    return frozenset("/".join(parts) for parts in folders if len(parts) in (1, 2))


def category_at(path: str, categories: Collection[str]) -> str:
    """Return the id of the section or category that a file belongs to by its folder; empty at the top."""
    parts = PurePosixPath(path).parent.parts
    section = "/".join(parts[:2])
    return section if section in categories else "".join(parts[:1])


def check_paths(paths: Sequence[str]) -> Iterator[Problem]:
    """Complain of names that cannot become an address, and of articles that no list would show."""
    if INDEX not in paths:
        message = "There is no content/index.md, so the site has no home page. Create it with `kind: home`."
        yield Problem(Location("content/index.md"), "missing-file", message)
    for path in paths:
        message = path_fault(path)
        if message:
            yield Problem(Location(f"content/{path}"), "bad-value", message)
    yield from _missing_pages(paths)
    yield from _clashes(paths)


def path_fault(path: str) -> str:
    """Say why a path cannot become an address, or nothing."""
    parts = path.split("/")
    if set(path) & set("?#%\\"):
        return "The file's name becomes its address: leave out the characters ? # % and \\."
    if parts[0] == "status" and len(parts) > 1:
        return "The address status/ belongs to the status page. Give this folder another name."
    first = parts[0].removesuffix(".md")
    if first in _RESERVED:
        return f"The address {first}/ belongs to {_RESERVED[first]}. Give this another name."
    return _page_fault(parts)


def _page_fault(parts: Sequence[str]) -> str:
    """Say why a file cannot be what its name says, or nothing."""
    if parts[-1].lower() == "readme.md":
        return "A README.md is not an article. Call the file index.md if it describes a category."
    if parts[-1] != INDEX and parts[-1].lower() == INDEX:
        return "The page of a folder is called index.md, in lower case. Rename this file."
    if parts[-1] == INDEX and len(parts) > 3:
        return (
            "Categories have sections, and sections have none, so this is one level too many. "
            f"Move the folder to content/{parts[0]}/{parts[-2]}/ to make it a section, or give the file another name."
        )
    return ""


def _missing_pages(paths: Sequence[str]) -> Iterator[Problem]:
    """Complain of folders at the top without a page of their own: no list shows what is in them."""
    pages = {path for path in paths if is_index(path)}
    for name in sorted({path.split("/")[0] for path in paths if "/" in path} - {"status"}):
        if f"{name}/{INDEX}" in pages:
            continue
        section = next((path for path in sorted(pages) if path.startswith(f"{name}/")), "")
        what = (
            f"content/{section} is a section of no category"
            if section
            else "no list shows the articles in this folder"
        )
        message = f"There is no content/{name}/index.md, so {what}. Create it."
        yield Problem(
            Location(f"content/{name}"), "missing-file", message, Level.ERROR if section else Level.WARNING
        )


def _clashes(paths: Sequence[str]) -> Iterator[Problem]:
    """Complain of two files with one address, and of names that differ only in case.

    Many systems, web hosts among them, take the latter for one name: a file would be lost there.
    """
    names: dict[str, str] = {}
    folders = {folder for path in paths for folder in parent_folders(path)}
    for path in sorted({*paths, *folders}):
        known = names.setdefault(_caseless(path), path)
        # Where folders differ, what is in them is no further news.
        if known != path and PurePosixPath(known).parent == PurePosixPath(path).parent:
            for one, other in ((path, known), (known, path)):
                message = (
                    f"This name and content/{other} differ only in upper and lower case, "
                    "so some systems keep only one of them. Rename one of the two."
                )
                yield Problem(Location(f"content/{one}"), "duplicate-id", message)
    addresses: dict[str, str] = {}
    for path in paths:
        known = addresses.setdefault(page_url(path), path)
        if known != path:
            for one, other in ((path, known), (known, path)):
                message = f"The page of content/{other} has the same address, {page_url(path)}. Rename one of the two."
                yield Problem(Location(f"content/{one}"), "duplicate-id", message)


def _caseless(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
