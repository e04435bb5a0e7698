"""Texts that other pages show inside of themselves: partials of MDX, snippets, includes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waypost.base.markdown.links import leads_elsewhere, map_line
from waypost.importing.rules.collection import (
    Conversion,
    Lines,
    SourceLine,
    SourcePage,
    SourceTree,
    lines_of,
    marked,
)

_IMPORT = re.compile(r"import\s+(\w{1,80})\s+from\s+['\"]([^'\"\n]{1,300}\.mdx?)['\"];?\s*$")
_USE = re.compile(r"(\s*)<(\w{1,80})((?:\s[^<>\n]{0,500})?)/>\s*$")
_VALUE = re.compile(r"""(\w+)=(?:\{?["'`]([^"'`\n]{0,300})["'`]\}?)""")
_PROP = re.compile(r"\{props\.(\w{1,80})\}")
_INCLUDES = (
    re.compile(r"(\s*)-+8<-+\s+['\"]([^'\"\n]{1,300}\.mdx?)['\"]\s*$"),
    re.compile(r"(\s*)\{%-?\s*include(?:-markdown)?\s+['\"]([^'\"\n]{1,300}\.md)['\"][^%\n]{0,100}%\}\s*$"),
    re.compile(
        r"(\s*)\{\{[<%]\s*(?:include|readfile)\s+(?:file=)?['\"]([^'\"\n]{1,300}\.md)['\"][^{}\n]{0,100}[>%]\}\}\s*$"
    ),
)
_DEEPEST = 5
"""Parts within parts within parts."""


def is_part(path: str) -> bool:
    """Tell whether a file is no page by itself, by its name: `_first.mdx`, but not Hugo's `_index.md`."""
    return any(part.startswith("_") and PurePosixPath(part).stem != "_index" for part in path.split("/"))


@dataclass
class Parts:
    """The parts of a collection, and which of them pages show."""

    tree: SourceTree
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pages = {page.path: page for page in self.tree.pages}

    def lines(self, page: SourcePage, conversion: Conversion) -> Lines:
        """Return the lines of a page with those of its parts in their places."""
        return list(self._lines(page, lines_of(page), conversion, {}, 0))

    def _lines(
        self, page: SourcePage, lines: Lines, conversion: Conversion, values: Mapping[str, str], depth: int
    ) -> Iterator[SourceLine]:
        imported: dict[str, str] = {}
        for line, is_code in marked(lines):
            found = None if is_code else _IMPORT.match(line.text)
            part = self._find(page, found[2]) if found else ""
            if found and part:
                imported[found[1]] = part
                continue
            shown = None if is_code or depth >= _DEEPEST else self._shown(page, line, imported)
            if shown is None:
                text = _PROP.sub(lambda it: values.get(it[1], it[0]), line.text) if values else line.text
                yield line.with_text(text)
                continue
            margin, path, given = shown
            self.used.add(path)
            inner = self._pages[path]
            moved = _rebased(inner, page)
            for inner_line in self._lines(inner, lines_of(inner), conversion, given, depth + 1):
                text = map_line(inner_line.text, moved)
                # Notes name the line that shows the part.
                yield SourceLine(f"{margin}{text}" if text.strip() else "", line.number)

    def _shown(
        self, page: SourcePage, line: SourceLine, imported: Mapping[str, str]
    ) -> tuple[str, str, dict[str, str]] | None:
        """Return the margin, the path and the values of the part that a line shows."""
        use = _USE.match(line.text)
        if use and use[2] in imported:
            return use[1], imported[use[2]], dict(_VALUE.findall(use[3]))
        for form in _INCLUDES:
            found = form.match(line.text)
            path = self._find(page, found[2]) if found else ""
            if found and path:
                return found[1], path, {}
        return None

    def _find(self, page: SourcePage, path: str) -> str:
        """Return the part that a path means: beside the page, from a root of the collection, or by its name."""
        rooted = path.removeprefix("@site").lstrip("/")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))
        places = [beside, *(posixpath.normpath(root + rooted) for root in ("", *self.tree.roots))]
        found = next((place for place in places if place in self._pages and place != page.path), "")
        if found:
            return found
        ends = [
            it for it in self._pages if it.endswith(f"/{rooted.lstrip('./')}") and self._pages[it].is_part
        ]
        return ends[0] if len(ends) == 1 else ""


def _rebased(part: SourcePage, page: SourcePage) -> Callable[[str], str]:
    """Return what turns links of a part, which count from its own file, into those of a page."""
    there, here = posixpath.dirname(part.path), posixpath.dirname(page.path) or "."

    def turned(target: str) -> str:
        if target.startswith(("/", "#", "@", "~")) or leads_elsewhere(target):
            return target
        path, mark, anchor = target.partition("#")
        return posixpath.relpath(posixpath.join(there, path), here) + mark + anchor

    return (lambda target: target) if there == posixpath.dirname(page.path) else turned
