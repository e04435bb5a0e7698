"""Where each page and file of a collection goes, the addresses it had, and finding a page by any of them."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from waypost.base.ids import slugify
from waypost.formats.article import page_url
from waypost.importing.rules.collection import ImportNote, SourcePage
from waypost.reading.rules.redirects import file_at, parent_folders

GENERAL = "general"
"""The category of pages that stand in no folder."""

RESERVED = frozenset({"assets", "search", "status", "ticket"})
"""First parts of addresses that belong to the site itself."""

_OTHER_WORDS = {"index": "overview", "readme": "read-me"}
"""Names that mean something else in content/."""

_INDEX = ("_index", "index", "readme")
_NUMBERED = re.compile(r"\d{1,4}(?:[-_.)]+ *| +)(?=[^\W\d])")
_GROUP_KEYS = ("category", "section", "section_name", "parent")
_PICTURES = frozenset({".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
MEDIA = _PICTURES.union(
    (
        ".csv",
        ".doc",
        ".docx",
        ".epub",
        ".odt",
        ".ods",
        ".pdf",
        ".ppt",
        ".pptx",
        ".rtf",
        ".txt",
        ".xls",
        ".xlsx",
    ),
    (".gz", ".m4a", ".mov", ".mp3", ".mp4", ".tar", ".vtt", ".webm", ".zip"),
)
"""Endings of the files that are copied; scripts, styles and whole pages of other sites are not."""


@dataclass
class Names:
    """Where the pages of a collection go."""

    targets: dict[str, str] = field(default_factory=dict)
    """For each page that is imported its path in content/."""
    folders: dict[str, str] = field(default_factory=dict)
    """For each folder of the collection its path in content/."""
    categories: dict[str, str] = field(default_factory=dict)
    """For each category the folder of the collection it comes from; empty where pages without one were put into it."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of categories that pages name."""
    homes: set[str] = field(default_factory=set)
    """Pages that were the first page of the collection, which the site has already."""
    notes: list[ImportNote] = field(default_factory=list)


def is_picture(path: str) -> bool:
    """Tell whether a file is a picture, by its name."""
    return PurePosixPath(path).suffix.lower() in _PICTURES


def is_index(path: str) -> bool:
    """Tell whether a page stands for its folder, by its name."""
    return PurePosixPath(path).stem.lower() in _INDEX


def name_pages(pages: Sequence[SourcePage]) -> Names:
    """Choose a path in content/ for every page."""
    namer = _Namer(pages)
    namer.name_all()
    return namer.names


class _Namer:
    """Names pages one after the other, so that no two get the same."""

    def __init__(self, pages: Sequence[SourcePage]) -> None:
        self.names = Names()
        self._pages = pages
        self._indexes = _indexes(pages)
        self._taken: set[str] = set()
        folders = {parent for page in pages for parent in parent_folders(page.path)}
        self._numbered = _numbered_folders([*folders, *(page.path for page in pages)])
        # What stands alone in its folder as the folder's page is an article like those beside it.
        self._shared = {
            parent
            for page in pages
            for parent in parent_folders(page.path)
            if page.path not in self._indexes or parent != PurePosixPath(page.path).parent.as_posix()
        }
        for folder in sorted(folders, key=lambda path: (path.count("/"), path)):
            self._name_folder(folder)

    def name_all(self) -> None:
        # Pages of categories first: their paths cannot be any others.
        for page in sorted(self._pages, key=lambda page: (page.path not in self._indexes, page.path)):
            if page.path in self._indexes and "/" not in page.path:
                self.names.homes.add(page.path)
            else:
                self._name_page(page)
        origins = {target: folder for folder, target in self.names.folders.items()}
        for category in sorted({path.split("/")[0] for path in self.names.targets.values()}):
            self.names.categories.setdefault(category, origins.get(category, ""))

    def _name_folder(self, folder: str) -> None:
        parent, _, name = folder.rpartition("/")
        words = _strip_number(name, numbered=(parent or ".") in self._numbered)
        wanted = f"{self.names.folders[parent]}/{slug_of(words)}" if parent else _category_slug(words)
        target = free_name(wanted, self._taken)
        self._taken.add(target)
        self.names.folders[folder] = target

    def _name_page(self, page: SourcePage) -> None:
        target = self._target(page)
        free = free_name(target.removesuffix(".md"), self._taken, ".md")
        self._taken.add(free)
        if free != target:
            message = (
                f"Two pages would be content/{target}. This one became content/{free}: give one another name."
            )
            self.names.notes.append(ImportNote(page.problem("duplicate-id", message)))
        self.names.targets[page.path] = free

    def _target(self, page: SourcePage) -> str:
        folder = PurePosixPath(page.path).parent.as_posix()
        if page.path not in self._indexes:
            slug = slug_of(_strip_number(PurePosixPath(page.path).stem, numbered=folder in self._numbered))
            return f"{self._group(page) if folder == '.' else self.names.folders[folder]}/{slug}.md"
        place = self.names.folders[folder]
        if "/" not in folder and folder in self._shared:
            return f"{place}/index.md"
        parent, _, name = place.rpartition("/")
        return f"{parent or self._group(page)}/{name}.md"

    def _group(self, page: SourcePage) -> str:
        """Return the category of a page that stands in no folder: the one that it names, or the general one."""
        for key in _GROUP_KEYS:
            title = page.front.get(key)
            if isinstance(title, str) and title.strip():
                slug = _category_slug(title)
                self.names.titles.setdefault(slug, " ".join(title.split()))
                return slug
        return GENERAL


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


def _strip_number(name: str, *, numbered: bool) -> str:
    found = _NUMBERED.match(name)
    return name[found.end() :] if found and (numbered or name.startswith("0")) else name


def readable(name: str) -> str:
    """Return the name of a file or folder as a title: `02-getting_started` becomes `Getting started`."""
    words = " ".join(re.sub(r"[-_]+", " ", _strip_number(name, numbered=name[:1] == "0")).split())
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
    places = [PurePosixPath(page.path) for page in pages if is_index(page.path)]
    places.sort(key=lambda place: (_INDEX.index(place.stem.lower()), place.as_posix()), reverse=True)
    return set({place.parent: place.as_posix() for place in places}.values())


def free_name(stem: str, taken: Container[str], ending: str = "") -> str:
    """Return a name that is not taken: the stem with its ending, else with the first free number from 2."""
    numbered = (f"{stem}-{number}{ending}" for number in itertools.count(2))
    return next(name for name in itertools.chain([f"{stem}{ending}"], numbered) if name not in taken)


_PREFIX = re.compile(
    r"(?:docs?|help|support|kb|hc|articles?|guides?|latest|stable|next|v?\d+(?:\.\d+)*|[a-z]{2}(?:[-_][a-z]{2})?)$"
)
_NUMBER = re.compile(r"(?:^|/)\d{1,4}(?:[-_.)]+ *| +)(?=[^\W\d])")
_ORDER = re.compile(r"(?:^|/)0\d{0,3}[-_.)]+ *(?=[^\W\d])")
_ENDING = re.compile(r"\.(?:mdx?|markdown|html?)$", re.IGNORECASE)
_USUAL = re.compile(r"[A-Za-z0-9._~/-]+")
_ZENDESK = re.compile(r"/hc/(?:[A-Za-z-]{2,10}/)?articles/(\d{3,})")


def key_of(address: str) -> str:
    """Return an address in the form in which two that mean the same page are equal."""
    path = _ENDING.sub("", unquote(address).strip().strip("/").lower())
    path = re.sub(r"(?:^|/)(?:_index|index|readme)$", "", path)
    return posixpath.normpath(re.sub(r"[\s_]+", "-", path)) if path else "."


def natural_address(path: str) -> str:
    """Return the address that most tools give a file: `guides/first.md` becomes `guides/first/`."""
    place = PurePosixPath(path)
    parent = "" if place.parent.as_posix() == "." else f"{place.parent.as_posix()}/"
    return parent if is_index(path) else f"{parent}{place.stem}/"


def url_of(target: str) -> str:
    """Return the address of a path in content/, or of a file there as it is."""
    return page_url(target) if target.endswith(".md") else target


def published_at(path: str) -> str:
    """Return the address that a page most likely had by the name of its file; empty where no tool would give it."""
    address = _without(_ORDER, natural_address(path))
    return address if _USUAL.fullmatch(address) else ""


def _without(pattern: re.Pattern[str], path: str) -> str:
    return pattern.sub(lambda found: "/" if found[0].startswith("/") else "", path)


def absolute(path: str, address: str) -> str:
    """Return a written address from the root; one without a slash in front stands beside the page."""
    if address.startswith("/"):
        return address.lstrip("/")
    folder = _without(_ORDER, posixpath.dirname(path))
    return posixpath.normpath(posixpath.join(folder, address)) + ("/" if address.endswith("/") else "")


class AddressBook:
    """Finds pages by addresses; an address of two pages belongs to neither."""

    def __init__(self) -> None:
        self._pages: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}

    def add(self, path: str, addresses: Sequence[str], number: str) -> None:
        """Enter a page."""
        natural = natural_address(path)
        for address in (natural, _without(_NUMBER, natural), *(absolute(path, it) for it in addresses)):
            self._pages.setdefault(key_of(address), set()).add(path)
            found = _ZENDESK.search(f"/{address}")
            if found:
                self._numbers.setdefault(found[1], set()).add(path)
        if number:
            self._numbers.setdefault(number, set()).add(path)

    def at(self, address: str) -> str:
        """Return the page at an address from the root of the collection, or an empty string."""
        return _only(self._pages.get(key_of(address), set()))

    def below_prefix(self, address: str) -> str:
        """Return the page at an address of the old site, which may have stood in folders such as docs/ or en/."""
        parts = key_of(address).split("/")
        while parts:
            found = self.at("/".join(parts))
            if found or not _PREFIX.match(parts[0]):
                return found
            parts = parts[1:]
        return ""

    def numbered(self, address: str) -> str:
        """Return the page whose number an address of Zendesk names."""
        found = _ZENDESK.search(address)
        return _only(self._numbers.get(found[1], set())) if found else ""


def _only(pages: set[str]) -> str:
    return next(iter(pages)) if len(pages) == 1 else ""


class Redirects:
    """Gives each former address to one page, and none that leads anywhere already."""

    def __init__(
        self, published: Iterable[str], own_folders: Iterable[str], claimed: Mapping[str, str]
    ) -> None:
        owners = {**dict.fromkeys(published, ""), **claimed}
        self._taken = {path.lower(): owner for path, owner in owners.items()}
        self._folders = {parent for path in self._taken for parent in parent_folders(path)}
        self._own_folders = frozenset(own_folders)

    def claim(self, target: str, address: str) -> str:
        """Return an address as front matter holds it, or an empty string where it is of no use.

        `target` is the path of the page in content/. Whether the form is right is for the model to say.
        """
        address = address.strip().strip("/")
        address = address if address.lower().endswith((".html", ".htm")) else f"{address}/"
        file = file_at(address).lower()
        parts = address.split("/")
        if address == "/" or parts[0].lower() in self._own_folders or ".." in parts:
            return ""
        taken = next((path for path in (file, *parent_folders(file)) if path in self._taken), "")
        if (taken and self._taken[taken] != target) or file in self._folders:
            return ""
        self._taken[file] = target
        self._folders.update(parent_folders(file))
        return address
