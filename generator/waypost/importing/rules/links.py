"""Links and pictures of imported pages, turned to where their targets are now."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from waypost.base.markdown.links import map_line, outside_code
from waypost.importing.rules.addresses import MEDIA, AddressBook, Names, free_name, slug_of, url_of
from waypost.importing.rules.collection import Conversion, Lines, SourceLine, SourceTree, marked

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HTML = re.compile(
    r"""(<(?:a|img|source|video|audio)\b[^<>\n]{0,500}?\b(?:href|src|poster)\s*=\s*)(["'])([^"'<>\n]{1,500})\2""",
    re.IGNORECASE,
)
_ROOTS = ("", "static/", "public/", "assets/", "docs/", "content/", "source/", "images/")
"""Folders of other tools whose files are published at the root of their site."""


@dataclass
class Assets:
    """Files that pages show or offer, with the places where they are copied to."""

    folders: Mapping[str, str]
    copies: dict[str, str] = field(default_factory=dict)
    """For each path in content/ the path of the file in the collection."""
    _targets: dict[str, str] = field(default_factory=dict)

    def target(self, path: str) -> str:
        """Return where a file of the collection goes, in content/."""
        if path not in self._targets:
            place = PurePosixPath(path)
            stem = f"{self._folder(place.parent)}/{slug_of(place.stem)}"
            target = free_name(stem, self.copies, place.suffix.lower())
            self.copies[target] = path
            self._targets[path] = target
        return self._targets[path]

    def _folder(self, folder: PurePosixPath) -> str:
        """Keep files beside the pages of their folder; those of folders without pages go to images/."""
        inner: list[str] = []
        while folder.as_posix() not in self.folders and folder.parts:
            inner.insert(0, slug_of(folder.name))
            folder = folder.parent
        if not folder.parts:
            rest = inner[1:] if inner[:1] in (["static"], ["public"], ["assets"]) else inner
            return "/".join(["images", *(rest[1:] if rest[:1] in (["images"], ["img"]) else rest)])
        return "/".join([self.folders[folder.as_posix()], *inner])


@dataclass
class LinkMapper:
    """Turns the links of one collection."""

    tree: SourceTree
    names: Names
    book: AddressBook
    assets: Assets
    anchors: Mapping[str, Mapping[str, str]]
    """For each page its anchors elsewhere, with those here."""
    skipped: frozenset[str] = frozenset()
    """Pages that are not imported."""

    def __post_init__(self) -> None:
        self._paths = {page.path for page in self.tree.pages}
        self._categories = {f"{name}/index.md" for name in self.names.categories}

    def map_lines(self, lines: Lines, conversion: Conversion) -> Lines:
        """Return the lines of a page with every link and picture turned."""
        return [line if is_code else self._map(line, conversion) for line, is_code in marked(lines)]

    def _map(self, line: SourceLine, conversion: Conversion) -> SourceLine:
        def turned(found: re.Match[str]) -> str:
            return f"{found[1]}{found[2]}{self._turn(found[3], line, conversion, in_html=True)}{found[2]}"

        text = line.text
        if "](" in text or "]:" in text:
            text = map_line(text, lambda target: self._turn(target, line, conversion, in_html=False))
        if "<" in text and "=" in text:
            text = outside_code(text, lambda part: _HTML.sub(turned, part))
        return line.with_text(text)

    def _turn(self, target: str, line: SourceLine, conversion: Conversion, *, in_html: bool) -> str:
        """Return where a link leads now; a link to nowhere is reported and stays as it is."""
        page = conversion.page.path
        path, mark, anchor = target.partition("#")
        if not path:
            return f"#{self.anchors.get(page, {}).get(anchor, anchor)}"
        if _SCHEME.match(path):
            found = self.book.numbered(path)
            return self._page_link(page, found, mark, anchor, in_html=in_html) if found else target
        if _MAIL.fullmatch(path):
            return f"mailto:{path}"
        path = unquote(path.partition("?")[0])
        found = self._find_page(page, path)
        if found and found not in self.skipped:
            return self._page_link(page, found, mark, anchor, in_html=in_html)
        file = self._find_file(page, path)
        if file and not self._refusal(file):
            return self._link(page, self.assets.target(file), mark + anchor, in_html=in_html)
        self._complain(target, path, file, line, conversion)
        return target

    def _find_page(self, page: str, path: str) -> str:
        """Return the page that a link means, by its file first and then by its address."""
        if path.startswith(("/", "@site/")):
            rooted = path.removeprefix("@site").lstrip("/")
            return self._at(rooted) or self.book.below_prefix(rooted) or self.book.numbered(path)
        return next(filter(None, map(self._at, _beside(page, path))), "") or self.book.numbered(f"/{path}")

    def _at(self, path: str) -> str:
        """Return the page or category at a path from the root of the collection."""
        suffix = PurePosixPath(path).suffix.lower()
        if path in self._paths:
            return path
        if suffix in MEDIA or path.startswith("../"):
            return ""
        folder = path.rstrip("/")
        is_category = "/" not in folder and f"{self.names.folders.get(folder)}/index.md" in self._categories
        return self.book.at(path) or (f"{folder}/" if is_category else "")

    def _find_file(self, page: str, path: str) -> str:
        places = _beside(page, path)
        if path.startswith(("/", "@site/")):
            places = [root + path.removeprefix("@site").lstrip("/") for root in _ROOTS]
        return next((file for file in places if file in self.tree.files), "")

    def _refusal(self, file: str) -> str:
        if file in self.tree.large:
            return "is too large to be copied"
        return "" if PurePosixPath(file).suffix.lower() in MEDIA else "is of a type that is not copied"

    def _page_link(self, page: str, found: str, mark: str, anchor: str, *, in_html: bool) -> str:
        if found in self.names.homes:
            target = "index.md"
        elif found.endswith("/"):
            target = f"{self.names.folders[found.rstrip('/')]}/index.md"
        else:
            target = self.names.targets[found]
        anchor = self.anchors.get(found, {}).get(anchor, anchor)
        return self._link(page, target, mark + anchor, in_html=in_html)

    def _link(self, page: str, target: str, end: str, *, in_html: bool) -> str:
        """Return a link between two files of content/; in HTML it names addresses, because MkDocs leaves HTML alone."""
        here = self.names.targets[page]
        if not in_html:
            return quote(posixpath.relpath(target, posixpath.dirname(here) or ".")) + end
        address = url_of(target)
        start = url_of(here).rstrip("/") or "."
        link = posixpath.relpath(address.rstrip("/") or ".", start)
        return quote(link + ("/" if address.endswith("/") or not address else "")) + end

    def _complain(self, target: str, path: str, file: str, line: SourceLine, conversion: Conversion) -> None:
        here = f"content/{self.names.targets[conversion.page.path]}"
        if file:
            code = "import"
            message = (
                f"The file {file} {self._refusal(file)}. Put it where people can get it, and correct {here}."
            )
        elif PurePosixPath(path).suffix.lower() in MEDIA:
            code = "missing-file"
            message = (
                f"There is no file {path} in what was imported. Add it beside {here}, or remove the link."
            )
        else:
            code = "unknown-article"
            message = f"This link leads to no page that was imported: {path}. Correct it in {here}."
        conversion.note(line, message, target, code, is_grouped=False)


def _beside(page: str, path: str) -> list[str]:
    """Return a path as it counts from the file of a page, and from the address of the page."""
    folder, name = posixpath.split(page)
    bases = (folder, posixpath.join(folder, PurePosixPath(name).stem))
    return [posixpath.normpath(posixpath.join(base, path)) for base in bases]
