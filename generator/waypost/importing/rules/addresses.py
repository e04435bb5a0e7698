"""Where each page and file of a collection goes, the addresses it had, and finding a page by any of them."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from waypost.formats.article import page_url
from waypost.importing.rules.hosts import is_unique, number_in
from waypost.reading.rules.redirects import file_at, parent_folders

_INDEX = ("_index", "index", "readme")
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


def is_picture(path: str) -> bool:
    """Tell whether a file is a picture, by its name."""
    return PurePosixPath(path).suffix.lower() in _PICTURES


def is_index(path: str) -> bool:
    """Tell whether a page stands for its folder, by its name."""
    return PurePosixPath(path).stem.lower() in _INDEX


def index_rank(path: str) -> tuple[int, str]:
    """Return by which of several pages a folder is shown: that with the lowest rank."""
    return _INDEX.index(PurePosixPath(path).stem.lower()), path


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


def published_at(path: str) -> list[str]:
    """Return the addresses that a page most likely had by the name of its file; none where no tool would give one."""
    natural = natural_address(path)
    addresses = dict.fromkeys((_without(_ORDER, natural), natural))
    return [address for address in addresses if _USUAL.fullmatch(address)]


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
        self._numbers: dict[tuple[str, str], set[str]] = {}

    def add(self, path: str, addresses: Iterable[str], number: str, *, is_group: bool = False) -> None:
        """Enter a page, or the folder of a category or section, by its addresses and its number in a help desk."""
        natural = [] if path.endswith("/") else [natural_address(path)]
        plain = (_without(_NUMBER, address) for address in natural)
        for address in (*natural, *plain, *(absolute(path, it) for it in addresses)):
            self._pages.setdefault(key_of(address), set()).add(path)
            kind, found = number_in(f"/{address}")
            if found:
                self._numbers.setdefault((kind, found), set()).add(path)
        if number:
            self._numbers.setdefault(("group" if is_group else "article", number), set()).add(path)

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

    def numbered(self, address: str, *, is_own: bool = False) -> str:
        """Return the page whose number an address of a help desk names; short ones count on the `own` host only."""
        kind, number = number_in(address)
        return _only(self._numbers.get((kind, number), set())) if is_own or is_unique(number) else ""


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
