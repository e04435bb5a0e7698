"""Where each page of a collection goes: categories, sections, names of files, and places among neighbours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waypost.base.ids import slugify
from waypost.formats.article import UNPLACED
from waypost.importing.rules.addresses import free_name, index_rank, is_index
from waypost.importing.rules.collection import FolderNote, ImportNote, SourcePage, SourceTree
from waypost.importing.rules.outline import Outline, OutlineEntry
from waypost.reading.rules.redirects import parent_folders

GENERAL = "general"
"""The category of pages that stand in no folder."""

DEEPEST = 2
"""Levels of folders below the home page: categories and sections."""

RESERVED = frozenset({"assets", "search", "status", "ticket"})
"""First parts of addresses that belong to the site itself."""

_OTHER_WORDS = {"index": "overview", "readme": "read-me"}
"""Names that mean something else in content/."""

_NUMBERED = re.compile(r"(\d{1,4})(?:[-_.)]+ *| +)(?=[^\W\d])")
_ID = re.compile(r"\d{5,20}[-_. ]+(?=\w)")
_CATEGORY_KEYS = ("category", "section", "section_name", "parent")
_SECTION_KEYS = ("section", "section_name")

_JOINED = (
    "This page stood deeper than a category and a section, which are the levels that there are. "
    "It was joined to its section."
)


@dataclass
class Names:
    """Where the pages of a collection go."""

    targets: dict[str, str] = field(default_factory=dict)
    """For each page that is imported its path in content/."""
    folders: dict[str, str] = field(default_factory=dict)
    """For each folder of the collection its path in content/."""
    groups: dict[str, str] = field(default_factory=dict)
    """For each category and section the folder of the collection it comes from; empty where there was none."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of categories and sections that pages or an outline name, and of pages that an outline names."""
    words: dict[str, str] = field(default_factory=dict)
    """Names of files and folders without their numbers, by the path in content/."""
    positions: dict[str, float] = field(default_factory=dict)
    """Places among its neighbours, by the path in content/, where an outline or a number in a name gives one."""
    homes: set[str] = field(default_factory=set)
    """Pages that were the first page of the collection, which the site has already."""
    unlisted: set[str] = field(default_factory=set)
    """Pages that an outline does not list."""
    notes: list[ImportNote] = field(default_factory=list)


def name_pages(
    pages: Sequence[SourcePage], outline: Outline | None = None, *, takes_all: bool = True
) -> Names:
    """Choose a path in content/ for every page; `takes_all` is for those that a whole outline does not list."""
    namer = _Namer(pages)
    if outline:
        namer.name_by_outline(outline, takes_all=takes_all)
    else:
        namer.name_by_folders()
    return namer.names


class _Namer:
    """Names pages one after the other, so that no two get the same."""

    def __init__(self, pages: Sequence[SourcePage]) -> None:
        self.names = Names()
        self._pages = {page.path: page for page in pages}
        self._taken: set[str] = set()
        self._indexes = _indexes(pages)
        self._every_folder = {parent for page in pages for parent in parent_folders(page.path)}
        self._numbered = _numbered_folders([*self._every_folder, *self._pages])
        # What stands alone in its folder as the folder's page is an article like those beside it.
        self._shared = {
            parent
            for page in pages
            for parent in parent_folders(page.path)
            if page.path not in self._indexes or parent != _folder(page.path)
        }

    def name_by_folders(self) -> None:
        """Take folders for categories and sections."""
        for folder in sorted(self._every_folder, key=lambda path: (path.count("/"), path)):
            self._name_folder(folder)
        # Pages of categories first: their paths cannot be any others.
        for path in sorted(self._pages, key=lambda path: (path not in self._indexes, path)):
            if path in self._indexes and "/" not in path:
                self.names.homes.add(path)
            else:
                self._name_page(path, self._target(self._pages[path]))
        self._name_groups()

    def _name_folder(self, folder: str) -> None:
        parent, _, name = folder.rpartition("/")
        words, number = self._stripped(parent or ".", name)
        if folder.count("/") < DEEPEST:
            target = self._new_group(
                self.names.folders.get(parent, ""), words, has_page=folder in self._shared
            )
            self.names.words[target] = words
            self._place(target, number)
        else:
            target = self.names.folders[parent]
        self.names.folders[folder] = target

    def _new_group(self, parent: str, words: str, *, has_page: bool = True) -> str:
        """Name a category or section; `has_page` says that no article may have its address."""
        wanted = f"{parent}/{slug_of(words)}" if parent else _category_slug(words)
        articles = {path.removesuffix(".md") for path in self._taken} if has_page else set()
        target = free_name(wanted, self._taken | articles)
        self._taken.update((target, f"{target}.md") if has_page else (target,))
        return target

    def _stripped(self, folder: str, name: str) -> tuple[str, float | None]:
        """Return a name without the number or id in front of it, and the number where it is an order."""
        found = _NUMBERED.match(name)
        if found and (folder in self._numbered or name.startswith("0")):
            return name[found.end() :], float(found[1])
        return _ID.sub("", name, count=1) if _ID.match(name) else name, None

    def _place(self, target: str, number: float | None) -> None:
        if number is not None:
            self.names.positions.setdefault(target, number)

    def _name_page(self, path: str, target: str) -> None:
        free = free_name(target.removesuffix(".md"), self._taken, ".md")
        self._taken.add(free)
        if free != target:
            message = (
                f"Two pages would be content/{target}. This one became content/{free}: give one another name."
            )
            self.names.notes.append(ImportNote(self._pages[path].problem("duplicate-id", message)))
        self.names.targets[path] = free
        if path not in self._indexes:
            self.names.words[free], number = self._stripped(_folder(path), PurePosixPath(path).stem)
            self._place(free, number)

    def _target(self, page: SourcePage) -> str:
        folder = _folder(page.path)
        depth = 0 if folder == "." else folder.count("/") + 1
        if depth > DEEPEST:
            self._note_depth(page)
        if page.path not in self._indexes:
            slug = slug_of(self._stripped(folder, PurePosixPath(page.path).stem)[0])
            return f"{self.names.folders[folder] if depth else self._group(page)}/{slug}.md"
        parent, _, name = folder.rpartition("/")
        if depth <= DEEPEST and folder in self._shared:
            return f"{self.names.folders[folder]}/index.md"
        slug = slug_of(self._stripped(parent or ".", name)[0])
        return f"{self.names.folders[parent] if parent else self._group(page)}/{slug}.md"

    def _note_depth(self, page: SourcePage) -> None:
        self.names.notes.append(ImportNote(page.problem("import", _JOINED, 1, 1), _JOINED))

    def _group(self, page: SourcePage) -> str:
        """Return the category and section that a page in no folder names, or the general one."""
        category = _named(page, _CATEGORY_KEYS)
        if not category:
            return GENERAL
        section = _named(page, _SECTION_KEYS) if isinstance(page.front.get("category"), str) else ""
        target = ""
        for title in filter(None, (category, section)):
            target = f"{target}/{slug_of(title)}" if target else _category_slug(title)
            self.names.titles.setdefault(target, title)
        return target

    def _name_groups(self) -> None:
        """Enter the category and section of each page."""
        folders = reversed(self.names.folders.items())
        origins = {it: folder for folder, it in folders if it != GENERAL and it not in self.names.titles}
        for target in self.names.targets.values():
            for group in parent_folders(target):
                self.names.groups.setdefault(group, origins.get(group, ""))

    def name_by_outline(self, outline: Outline, *, takes_all: bool) -> None:
        """Take the order that readers knew; pages that it does not list follow those of their folder."""
        self._outline_groups(outline.entries, "")
        for path in sorted(self._pages):
            if path not in self.names.targets and path not in self.names.homes:
                self.names.unlisted.add(path)
        taken = sorted(self.names.unlisted) if takes_all or not outline.is_whole else []
        self._follow_folders(taken)
        for path in taken:
            if "/" not in path and path in self._indexes:
                self.names.homes.add(path)
                continue
            name = _folder(path).rpartition("/")[2] if path in self._indexes else PurePosixPath(path).stem
            self._name_page(path, f"{self.names.folders.get(_folder(path), GENERAL)}/{slug_of(name)}.md")
        self._name_groups()

    def _outline_groups(self, entries: Iterable[OutlineEntry], here: str) -> None:
        """Name the pages of entries that stand beside one another in a category or section."""
        for number, entry in enumerate(entries, start=1):
            if not entry.children:
                self._outline_page(entry, here, number)
            elif here.count("/") + bool(here) < DEEPEST:
                index = self._index_of(entry)
                folder = _folder(index).rpartition("/")[2] if index and "/" in index else ""
                group = self._new_group(here, folder or entry.title or PurePosixPath(entry.path).stem)
                self.names.titles[group] = entry.title
                self._place(group, number)
                if index:
                    self.names.targets[index] = f"{group}/index.md"
                    self._taken.add(f"{group}/index.md")
                elif entry.path:
                    self._outline_page(OutlineEntry(entry.title, entry.path), group, 0)
                self._outline_groups(entry.children, group)
            else:
                for path in entry.pages():
                    if path in self._pages and path not in self.names.targets:
                        self._note_depth(self._pages[path])
                        self._outline_page(OutlineEntry("", path), here, number)

    def _index_of(self, entry: OutlineEntry) -> str:
        """Return the page that stands for a group, among its own and its first ones."""
        own = [entry.path] if entry.path else [it.path for it in entry.children if not it.children]
        usable = (path for path in own if path in self._pages and path not in self.names.targets)
        return next((path for path in usable if is_index(path) and "/" in path), "")

    def _outline_page(self, entry: OutlineEntry, here: str, number: int) -> None:
        path = entry.path
        if path not in self._pages or path in self.names.targets:
            return
        if "/" not in path and path in self._indexes:
            self.names.homes.add(path)
            return
        folder, stem = _folder(path), PurePosixPath(path).stem
        words = (
            folder.rpartition("/")[2] if is_index(path) and folder != "." else self._stripped(folder, stem)[0]
        )
        if not here:
            # An entry that stands by itself belongs where the pages of its folder are.
            top = path.split("/")[0] if "/" in path and not (is_index(path) and path.count("/") == 1) else ""
            here = _category_slug(self._stripped(".", top)[0]) if top else self._group(self._pages[path])
            self._place(here, number)
        self._name_page(path, f"{here}/{slug_of(words)}.md")
        self.names.positions[self.names.targets[path]] = number
        if entry.title:
            self.names.titles[self.names.targets[path]] = entry.title

    def _follow_folders(self, taken: Iterable[str]) -> None:
        """Say for each folder where most of its pages went; one of `taken` pages only is a group of its own."""
        went: dict[str, Counter[str]] = {}
        for path, target in self.names.targets.items():
            for folder in parent_folders(path):
                went.setdefault(folder, Counter())[target.rpartition("/")[0]] += 1
        needed = {folder for path in taken for folder in parent_folders(path)}
        for folder in sorted(self._every_folder, key=lambda it: (it.count("/"), it)):
            if folder in went:
                self.names.folders[folder] = went[folder].most_common(1)[0][0]
            elif folder in needed and self.names.folders.get(folder.rpartition("/")[0], "").count("/") == 0:
                self._name_folder(folder)
            else:
                self.names.folders[folder] = self.names.folders.get(folder.rpartition("/")[0], GENERAL)


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()


def _named(page: SourcePage, keys: Iterable[str]) -> str:
    values = (page.front.get(key) for key in keys)
    return next((" ".join(it.split()) for it in values if isinstance(it, str) and it.strip()), "")


def _numbered_folders(paths: Iterable[str]) -> set[str]:
    """Return the folders in which everything is numbered, so that the numbers are an order and not words."""
    within: dict[str, set[str]] = {}
    for path in paths:
        if not is_index(path):
            place = PurePosixPath(path)
            within.setdefault(place.parent.as_posix(), set()).add(place.name)
    return {
        parent
        for parent, found in within.items()
        if len(found) > 1 and all(_NUMBERED.match(name) for name in found)
    }


def readable(name: str) -> str:
    """Return the name of a file or folder as a title: `02-getting_started` becomes `Getting started`."""
    found = _NUMBERED.match(name) if name.startswith("0") else _ID.match(name)
    words = " ".join(re.sub(r"[-_]+", " ", name[found.end() :] if found else name).split())
    return words[:1].upper() + words[1:] or name


def _category_slug(name: str) -> str:
    slug = slug_of(name)
    return f"{slug}-articles" if slug in RESERVED else slug


def slug_of(name: str) -> str:
    """Return a name as a part of an address."""
    slug = slugify(name)
    return _OTHER_WORDS.get(slug, slug)


def _indexes(pages: Iterable[SourcePage]) -> set[str]:
    """Return for each folder the page that stands for it."""
    found: dict[str, str] = {}
    for path in sorted((page.path for page in pages if is_index(page.path)), key=index_rank, reverse=True):
        found[_folder(path)] = path
    return set(found.values())


def positions(tree: SourceTree, names: Names, written: Mapping[str, float]) -> dict[str, int]:
    """Return the position of each page and group by its path in content/, where the collection gave one.

    `written` are the positions that pages have in their own front matter, by the path of the page.
    """
    found = dict(names.positions)
    if tree.outline is None:
        for path, target in names.targets.items():
            if not target.endswith("/index.md"):
                _first(found, target, _listed(tree, path), written.get(path))
        indexes = {target.removesuffix("/index.md"): path for path, target in names.targets.items()}
        for group, origin in names.groups.items():
            note = tree.folders.get(origin, FolderNote())
            _first(found, group, _listed(tree, origin), note.position, written.get(indexes.get(group, "")))
    return _whole(found, frozenset(names.groups))


def _first(found: dict[str, float], target: str, *numbers: float | None) -> None:
    """Keep the first number that is there, in place of one that a name gave."""
    number = next((number for number in numbers if number is not None), None)
    if number is not None:
        found[target] = number


def _listed(tree: SourceTree, path: str) -> float | None:
    """Return the place of a file or folder in the order of its folder."""
    place = PurePosixPath(path)
    order = tree.folders.get(place.parent.as_posix(), FolderNote()).order
    return float(order.index(place.name) + 1) if place.name in order else None


def _whole(found: Mapping[str, float], groups: frozenset[str]) -> dict[str, int]:
    """Return numbers as they were where all neighbours have whole ones in our range, and ranks elsewhere."""
    neighbours: dict[tuple[str, bool], list[str]] = {}
    for target in found:
        neighbours.setdefault((target.rpartition("/")[0], target in groups), []).append(target)
    made: dict[str, int] = {}
    for targets in neighbours.values():
        usable = all(
            number == int(number) and 0 <= number < UNPLACED for number in map(found.__getitem__, targets)
        )
        ranks = {number: rank for rank, number in enumerate(sorted({found[it] for it in targets}), start=1)}
        made |= {it: int(found[it]) if usable else min(ranks[found[it]], UNPLACED - 1) for it in targets}
    return made
