"""The order that readers knew: SUMMARY.md of GitBook and mdBook, `nav` of mkdocs.yml, docs.json of Mintlify."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

_ITEM = re.compile(
    r"(\s*)[*+-]\s+(?:\[(.{0,300}?)\]\(<?([^)>\n]{0,500}?)>?(?:\s+\"[^\"\n]{0,200}\")?\)|(\S.{0,300}))\s*$"
)
_HEADING = re.compile(r"#{1,6}\s+(.{1,300}?)\s*#*\s*$")
_MARKS = re.compile(r"[*_`]|\\(?=[^\w\s])|<[^<>\n]{0,200}>")
_MOST = 100
"""More levels than this are no order but a mistake."""


@dataclass(frozen=True)
class OutlineEntry:
    """One entry of an order: a page, a group, or a page with others below it."""

    title: str
    path: str = ""
    """The page, from the folder that is imported; empty for a group without one."""
    children: tuple[OutlineEntry, ...] = ()

    def pages(self) -> Iterator[str]:
        """Yield the paths of all pages in it, in their order."""
        if self.path:
            yield self.path
        for child in self.children:
            yield from child.pages()


@dataclass(frozen=True)
class Outline:
    """The order of a whole collection."""

    source: str
    """Its file, as people know it: `SUMMARY.md`."""
    entries: tuple[OutlineEntry, ...]
    is_whole: bool = False
    """Whether pages that it does not list were not published."""

    def pages(self) -> Iterator[str]:
        """Yield the paths of all pages in it, in their order."""
        for entry in self.entries:
            yield from entry.pages()


def read_summary(text: str) -> tuple[OutlineEntry, ...]:
    """Read SUMMARY.md: headings are groups, moved in entries belong to the one above."""
    groups: list[tuple[str, list[tuple[int, OutlineEntry]]]] = [("", [])]
    for line in text.expandtabs(4).split("\n"):
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if heading and not line.startswith("# "):
            groups.append((_words(heading[1]), []))
        elif item:
            title, target = (item[2], item[3]) if item[4] is None else (item[4], "")
            groups[-1][1].append((len(item[1]), OutlineEntry(_words(title), _path(target))))
    made: list[OutlineEntry] = []
    for title, items in groups:
        entries = _nested(items)
        made += [OutlineEntry(title, "", entries)] if title and entries else entries
    return tuple(made)


def _nested(items: list[tuple[int, OutlineEntry]]) -> tuple[OutlineEntry, ...]:
    """Put entries that are moved in below the entry before them."""
    made: list[OutlineEntry] = []
    at = 0
    while at < len(items):
        indent, entry = items[at]
        end = next((i for i in range(at + 1, len(items)) if items[i][0] <= indent), len(items))
        # Deep ones stand beside one another: no tree of pages is that deep.
        below = _nested(items[at + 1 : end]) if indent < _MOST else tuple(it for _, it in items[at + 1 : end])
        made.append(replace(entry, children=below))
        at = end
    return tuple(made)


def _words(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _path(target: str) -> str:
    """Return the file that an entry names; empty for an address elsewhere."""
    path = unquote(target.partition("#")[0].partition("?")[0]).strip()
    return "" if not path or ":" in path.split("/")[0] else posixpath.normpath(path.lstrip("/"))


def read_nav(nav: Any, depth: int = 0) -> tuple[OutlineEntry, ...]:
    """Read `nav` of mkdocs.yml; what is no list of pages and groups is left out."""
    made: list[OutlineEntry] = []
    for item in nav if isinstance(nav, list) and depth < _MOST else ():
        for title, value in item.items() if isinstance(item, dict) else [("", item)]:
            if isinstance(value, list):
                made.append(OutlineEntry(_words(str(title)), "", read_nav(value, depth + 1)))
            elif isinstance(value, str) and (path := _path(value)):
                made.append(OutlineEntry(_words(str(title or "")), path))
    return tuple(made)


def read_groups(navigation: Any, depth: int = 0) -> tuple[OutlineEntry, ...]:
    """Read `navigation` of docs.json or mint.json: pages, and groups of them in tabs, anchors and the like."""
    made: list[OutlineEntry] = []
    for item in navigation if isinstance(navigation, list) else [navigation]:
        if isinstance(item, str) and (path := _path(item)):
            made.append(OutlineEntry("", path))
        elif isinstance(item, dict) and depth < _MOST:
            inner = [it for key in _GROUPS for it in read_groups(item.get(key) or [], depth + 1)]
            title = next((item[key] for key in _TITLES if isinstance(item.get(key), str)), "")
            made += [OutlineEntry(_words(title), "", tuple(inner))] if title and inner else inner
    return tuple(made)


_GROUPS = ("tabs", "anchors", "dropdowns", "groups", "pages")
_TITLES = ("group", "tab", "anchor", "dropdown")


def mapped(entries: Iterable[OutlineEntry], change: Callable[[str], str]) -> tuple[OutlineEntry, ...]:
    """Return entries with the path of each page changed; pages without one and empty groups are left out."""
    made: list[OutlineEntry] = []
    for entry in entries:
        path = change(entry.path) if entry.path else ""
        children = mapped(entry.children, change)
        if path or children:
            made.append(replace(entry, path=path, children=children))
    return tuple(made)
