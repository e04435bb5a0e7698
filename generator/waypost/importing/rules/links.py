"""Links and pictures of imported pages, turned to where their targets are now."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from waypost.base.markdown.links import map_line, outside_code
from waypost.importing.rules.addresses import MEDIA, AddressBook, free_name
from waypost.importing.rules.collection import Conversion, Lines, SourceLine, SourceTree, marked
from waypost.importing.rules.hosts import Elsewhere, host_of, path_of
from waypost.importing.rules.names import Names, slug_of
from waypost.reading.rules.redirects import parent_folders

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HTML = re.compile(
    r"""(<(?:a|img|source|video|audio)\b[^<>\n]{0,500}?\b(?:href|src|poster)\s*=\s*)(["'])([^"'<>\n]{1,500})\2""",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"(?:@site|~@?|@)?/")
"""What a path begins with that counts from the root of the site or of its sources."""

_ROOTS = ("", "static/", "public/", "assets/", "docs/", "content/", "source/", "images/")
"""Folders of other tools whose files are published at the root of their site."""

_PLAIN_ROOTS = frozenset({"static", "public", "assets", "img", "images"})

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MENTION = re.compile(r'<a data-mention href="([^"<>\n]{1,500})">([^<>\n]{0,300})</a>')
"""How GitBook names another page inside of HTML."""
_LINK_AS_TEXT = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\(<?([^()<>\n]{1,500})>?\)")


@dataclass
class Assets:
    """Files that pages show or offer, with the places where they are copied to."""

    folders: Mapping[str, str]
    roots: Sequence[str] = ()
    copies: dict[str, str] = field(default_factory=dict)
    """For each path in content/ the path of the file in the collection."""
    _targets: dict[str, str] = field(default_factory=dict)

    def target(self, path: str) -> str:
        """Return where a file of the collection goes, in content/."""
        if path not in self._targets:
            place = PurePosixPath(path)
            stem = f"{self._folder(path)}/{slug_of(place.stem)}"
            target = free_name(stem, self.copies, place.suffix.lower())
            self.copies[target] = path
            self._targets[path] = target
        return self._targets[path]

    def _folder(self, path: str) -> str:
        """Keep files beside the pages of their folder; those of folders without pages go to images/."""
        for folder in parent_folders(path):
            if folder in self.folders:
                inner = PurePosixPath(path).parent.relative_to(folder).parts
                return "/".join([self.folders[folder], *map(slug_of, inner)])
        root = max((root for root in self.roots if path.startswith(root)), key=len, default="")
        rest = [part for part in path[len(root) :].split("/")[:-1] if part != ".."]
        while rest and rest[0] in _PLAIN_ROOTS:
            rest.pop(0)
        return "/".join(["images", *map(slug_of, rest)])


@dataclass
class LinkMapper:
    """Turns the links of one collection."""

    tree: SourceTree
    names: Names
    book: AddressBook
    assets: Assets
    anchors: Mapping[str, Mapping[str, str]]
    """For each page its anchors elsewhere, with those here."""
    titles: Mapping[str, str]
    """For each page the words that a link to it shows where it shows only an address."""
    elsewhere: Elsewhere
    skipped: frozenset[str] = frozenset()
    """Pages that are not imported."""

    def __post_init__(self) -> None:
        self._paths = {page.path for page in self.tree.pages}
        self._groups = frozenset(self.names.groups)

    def map_lines(self, lines: Lines, conversion: Conversion) -> Lines:
        """Return the lines of a page with every link and picture turned."""
        return [line if is_code else self._map(line, conversion) for line, is_code in marked(lines)]

    def _map(self, line: SourceLine, conversion: Conversion) -> SourceLine:
        def turned(found: re.Match[str]) -> str:
            return f"{found[1]}{found[2]}{self._turn(found[3], line, conversion)}{found[2]}"

        text = line.text
        if "](" in text:
            text = outside_code(
                text, lambda part: _LINK_AS_TEXT.sub(lambda it: self._named(it, conversion), part)
            )
        if "data-mention" in text:
            text = _MENTION.sub(lambda it: self._mentioned(it, conversion), text)
        if "](" in text or "]:" in text:
            text = map_line(text, lambda target: self._turn(target, line, conversion))
        if "<" in text and "=" in text:
            text = outside_code(text, lambda part: _HTML.sub(turned, part))
        return line.with_text(text)

    def _named(self, found: re.Match[str], conversion: Conversion) -> str:
        """Give a link whose text is the name of a file the title of its page."""
        words, target = (_ESCAPED.sub(r"\1", part) for part in found.groups())
        path = target.partition("#")[0]
        is_name = words in (target, path, posixpath.basename(target)) and bool(re.search(r"[./]", words))
        page = self._find_page(conversion.page.path, unquote(path)) if is_name else ""
        title = self.titles.get(page, "") if not _SCHEME.match(target) else ""
        if not title:
            return found[0]
        conversion.replaced.append(words)
        return f"[{title.replace('[', '(').replace(']', ')')}]{found[0][len(found[1]) + 2 :]}"

    def _mentioned(self, found: re.Match[str], conversion: Conversion) -> str:
        named = self._named(re.match(_LINK_AS_TEXT, f"[{found[2]}]({found[1]})") or found, conversion)
        return f'<a href="{found[1]}">{named[1:].partition("](")[0]}</a>'

    def _turn(self, target: str, line: SourceLine, conversion: Conversion) -> str:
        """Return where a link leads now; a link to nowhere is reported and stays as it is."""
        page = conversion.page.path
        target = _ESCAPED.sub(r"\1", target)
        path, mark, anchor = target.partition("#")
        if not path:
            return f"#{self.anchors.get(page, {}).get(anchor, anchor)}"
        if _MAIL.fullmatch(path):
            return f"mailto:{path}"
        is_elsewhere = bool(_SCHEME.match(path))
        path = path if is_elsewhere else unquote(path.partition("?")[0])
        found = self._at_old_host(path) if is_elsewhere else self._find_page(page, path)
        if found and found not in self.skipped:
            return self._page_link(page, found, mark, anchor)
        file = self.tree.fetched.get(target, "") if is_elsewhere else self._find_file(page, path)
        if file and not self._refusal(file):
            return self._link(page, self.assets.target(file), mark + anchor)
        if is_elsewhere:
            self.elsewhere.add(target, line, conversion, is_file=_shows(line.text, target))
        else:
            self._complain(target, path, file, line, conversion)
        return target

    def _find_page(self, page: str, path: str) -> str:
        """Return the page that a link means, by its file first and then by its address."""
        alias = _ALIAS.match(path)
        if alias:
            rooted = path[alias.end() :]
            return self._at(rooted) or self.book.below_prefix(rooted) or self.book.numbered(path, is_own=True)
        found = next(filter(None, map(self._at, _beside(page, path))), "")
        # Some tools count paths such as docs/first.md from the root of their sources.
        found = found or (self.book.below_prefix(path) if re.match(r"(?:docs|content|src)/", path) else "")
        return found or self.book.numbered(f"/{path}", is_own=True)

    def _at_old_host(self, address: str) -> str:
        """Return the page that an address of a host of the collection means."""
        is_own = host_of(address) in self.elsewhere.own
        found = self.book.numbered(address, is_own=is_own)
        return found or (self.book.below_prefix(path_of(address)) if is_own else "")

    def _at(self, path: str) -> str:
        """Return the page or category at a path from the root of the collection."""
        suffix = PurePosixPath(path).suffix.lower()
        if path in self._paths:
            return path
        if suffix in MEDIA or path.startswith("../"):
            return ""
        folder = path.rstrip("/")
        is_group = self.names.folders.get(folder) in self._groups
        return self.book.at(path) or (f"{folder}/" if is_group else "")

    def _find_file(self, page: str, path: str) -> str:
        return next((file for file in self._places(page, path) if file in self.tree.files), "")

    def _places(self, page: str, path: str) -> Iterator[str]:
        """Yield where a file may be, the likeliest first."""
        roots = (*self.tree.roots, *_ROOTS)
        alias = _ALIAS.match(path)
        if alias:
            rooted = path[alias.end() :]
            # The site may have stood below a path of its host.
            for rest in (rooted, rooted.partition("/")[2]):
                yield from (posixpath.normpath(root + rest) for root in roots if rest)
            return
        beside = _beside(page, path)
        yield from beside
        for place in beside:
            # As a browser would, from the address of the page.
            rest = re.sub(r"^(?:\.\./)+", "", place)
            yield from (posixpath.normpath(root + rest) for root in self.tree.roots)

    def _refusal(self, file: str) -> str:
        if file in self.tree.large:
            return "is too large to be copied"
        return "" if PurePosixPath(file).suffix.lower() in MEDIA else "is of a type that is not copied"

    def _page_link(self, page: str, found: str, mark: str, anchor: str) -> str:
        if found in self.names.homes:
            target = "index.md"
        elif found.endswith("/"):
            target = f"{self.names.folders[found.rstrip('/')]}/index.md"
        else:
            target = self.names.targets[found]
        anchor = self.anchors.get(found, {}).get(anchor, anchor)
        return self._link(page, target, mark + anchor)

    def _link(self, page: str, target: str, end: str) -> str:
        """Return a link between two files of content/, as it counts in Markdown and in HTML."""
        return quote(posixpath.relpath(target, posixpath.dirname(self.names.targets[page]) or ".")) + end

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


def _shows(line: str, target: str) -> bool:
    """Tell whether a line shows an address as a picture, or offers it as a file."""
    path = PurePosixPath(path_of(target.partition("?")[0])).suffix.lower()
    start = line.find(target)
    before = line[max(start - 600, 0) : start]
    return path in MEDIA or bool(re.search(r"!\[[^\[\]]{0,500}\]\(\s*<?$|\bsrc\s*=\s*[\"']$", before))


def _beside(page: str, path: str) -> list[str]:
    """Return a path as it counts from the file of a page, and from the address of the page."""
    folder, name = posixpath.split(page)
    bases = (folder, posixpath.join(folder, PurePosixPath(name).stem))
    return [posixpath.normpath(posixpath.join(base, path)) for base in bases]
