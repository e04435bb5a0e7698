"""Former addresses of imported pages, and finding a page by any address that it had."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from waypost.importing.rules.names import is_index
from waypost.reading.rules.redirects import file_at

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
    if not target.endswith(".md"):
        return target
    stem = target.removesuffix(".md")
    return stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else f"{stem}/"


def known_as(path: str, addresses: Iterable[str]) -> Iterator[str]:
    """Return every address, from the root of the collection, by which links may name a page."""
    natural = natural_address(path)
    yield natural
    yield _without(_NUMBER, natural)
    for address in addresses:
        yield absolute(path, address)


def published_at(path: str) -> str:
    """Return the address that a page most likely had by the name of its file."""
    return _without(_ORDER, natural_address(path))


def _without(pattern: re.Pattern[str], path: str) -> str:
    return pattern.sub(lambda found: "/" if found[0].startswith("/") else "", path)


def absolute(path: str, address: str) -> str:
    """Return a written address from the root; one without a slash in front stands beside the page."""
    if address.startswith("/"):
        return address.lstrip("/")
    folder = _without(_ORDER, posixpath.dirname(path))
    return posixpath.normpath(posixpath.join(folder, address)) + ("/" if address.endswith("/") else "")


class AddressBook:
    """Finds pages by addresses; what two pages claim belongs to neither."""

    def __init__(self) -> None:
        self._pages: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}

    def add(self, path: str, addresses: Sequence[str], number: str) -> None:
        """Enter a page."""
        for address in known_as(path, addresses):
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
        self._taken = {path.lower(): "" for path in published} | {
            path.lower(): owner for path, owner in claimed.items()
        }
        self._folders = {parent for path in self._taken for parent in _parents(path)}
        self._own_folders = frozenset(own_folders)

    def claim(self, target: str, address: str) -> str:
        """Return an address as front matter holds it, or an empty string where it is of no use.

        `target` is the path of the page in content/. Whether the form is right is for the model to say.
        """
        address = address.strip().strip("/")
        address = address if address.lower().endswith((".html", ".htm")) else f"{address}/"
        file = file_at(address).lower()
        if (
            address == "/"
            or address.partition("/")[0].lower() in self._own_folders
            or ".." in address.split("/")
        ):
            return ""
        taken = next((path for path in (file, *_parents(file)) if path in self._taken), "")
        if (taken and self._taken[taken] != target) or file in self._folders:
            return ""
        self._taken[file] = target
        self._folders.update(_parents(file))
        return address


def is_usual(address: str) -> bool:
    """Tell whether a tool would have published an address that was only guessed from the name of a file."""
    return bool(_USUAL.fullmatch(address))


def _parents(path: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(path).parents][:-1]
