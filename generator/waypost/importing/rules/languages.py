"""One language of a collection that has several, each in a folder or behind a mark in the names of its files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waypost.importing.rules.addresses import is_index
from waypost.importing.rules.collection import ImportNote, SourcePage, SourceTree, merged
from waypost.problems import Problem

_CODE = re.compile(r"[a-z]{2,3}(?:[-_](?:[A-Za-z]{2}|[A-Za-z]{4}|\d{3}))?")
_MARK = re.compile(r"(.+)\.([a-z]{2}(?:[-_][A-Za-z]{2,4})?)(\.(?:mdx?|markdown))$")


@dataclass(frozen=True)
class Languages:
    """The languages of a collection."""

    folders: Mapping[str, frozenset[str]]
    """By the name of its folder the pages of a language, as they count from that folder."""
    has_own: bool
    """Whether pages of a further language stand beside these folders."""

    def choose(self, wanted: str) -> str:
        """Return the folder of the language to take; empty for the pages beside the folders."""
        names = {name.lower().replace("_", "-"): name for name in self.folders}
        asked = wanted.lower().replace("_", "-")
        if asked in names or not self.folders:
            return names.get(asked, "")
        if self.has_own:
            return ""
        return (
            names.get("en")
            or names.get("en-us")
            or max(names.values(), key=lambda it: (len(self.folders[it]), it))
        )


def languages_of(tree: SourceTree) -> Languages:
    """Return the folders that are translations: named like a language, with the files of another one."""
    named: dict[str, set[str]] = {}
    rest: set[str] = set()
    for page in tree.pages:
        top, _, path = page.path.partition("/")
        if path and _CODE.fullmatch(top):
            named.setdefault(top, set()).add(path)
        else:
            rest.add(page.path)
    folders = {
        name: frozenset(paths)
        for name, paths in named.items()
        if any(_alike(paths, other) for key, other in [*named.items(), ("", rest)] if key != name)
    }
    return Languages(folders, any(_alike(paths, rest) for paths in folders.values()))


def _alike(paths: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether most pages of one folder are also in another one."""
    own = {path.rpartition(".")[0] for path in paths if not is_index(path)}
    theirs = {path.rpartition(".")[0] for path in others}
    return bool(own) and 2 * len(own & theirs) >= len(own)


def without_folders(tree: SourceTree, folders: Iterable[str]) -> SourceTree:
    """Return a collection without the pages of some folders at its top."""
    starts = tuple(f"{folder}/" for folder in folders)
    pages = tuple(page for page in tree.pages if not (starts and page.path.startswith(starts)))
    return dataclasses.replace(tree, pages=pages)


def without_marks(tree: SourceTree, wanted: str) -> tuple[SourceTree, list[Problem]]:
    """Return a collection without the translations that stand beside their pages, such as `first.de.md`."""
    paths = {page.path for page in tree.pages}
    marks = {page.path: found for page in tree.pages if (found := _MARK.match(page.path))}
    stems: dict[str, set[str]] = {}
    for path, found in marks.items():
        stems.setdefault(found[1], set()).add(path)
    kept: list[SourcePage] = []
    notes: list[ImportNote] = []
    for page in tree.pages:
        found = marks.get(page.path)
        plain = f"{found[1]}{found[3]}" if found else ""
        if not found or (plain not in paths and len(stems[found[1]]) == 1 and not wanted):
            kept.append(page)
        elif found[2] == (wanted or "en") and plain not in paths:
            kept.append(dataclasses.replace(page, path=plain))
        else:
            message = f"This is a translation ({found[2]}), and a site has one language. It was left out."
            notes.append(ImportNote(page.problem("import", message, 1, 1), message))
    return dataclasses.replace(tree, pages=tuple(kept)), merged(notes)
