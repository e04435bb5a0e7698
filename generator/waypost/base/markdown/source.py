"""Markdown as source: what of it is code, where it links to, and how to write plain words in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_SPECIAL = re.compile(r"[\\`*_\[\]]|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)")
# Not every reader of Markdown takes a backslash before these two.
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
# Bounded, so that a page of brackets costs no more than its length. Angle brackets hold targets with spaces.
_INLINE_LINK = re.compile(
    r"(\]\([ \t]*)(<[^<>\n]{1,500}>|[^()\s<>]{1,500}(?:\([^()\s<>]{0,200}\)[^()\s<>]{0,200})?)"
)
_REFERENCE = re.compile(r"^([ \t]{0,3}\[[^\[\]\n]{1,200}\]:[ \t]*)(<[^<>\n]{1,500}>|\S{1,500})")
_CODE_SPAN = re.compile(r"(`{1,9})(?!`)[^\n]*?(?<!`)\1(?!`)")


def as_markdown(text: str) -> str:
    """Write plain words so that Markdown shows them as they are: `a * b` becomes `a \\* b`."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), text)


def marked_lines(body: str) -> Iterator[tuple[str, bool]]:
    """Return each line, and whether it belongs to a fenced block of code."""
    fence = ""
    for line in body.split("\n"):
        found = _FENCE.match(line)
        if fence:
            yield line, True
            # A fence closes with at least as many of its own marks, and nothing behind them.
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            fence = found[1] if found else ""
            yield line, bool(found)


def map_links(body: str, change: Callable[[str], str]) -> str:
    """Return Markdown with the target of each link and picture changed; code stays as it is."""
    return "\n".join(line if is_code else _map_line(line, change) for line, is_code in marked_lines(body))


def _map_line(line: str, change: Callable[[str], str]) -> str:
    def replace(found: re.Match[str]) -> str:
        target = found[2]
        if target.startswith("<"):
            return f"{found[1]}<{change(target[1:-1])}>"
        return found[1] + change(target)

    if "]" not in line:
        return line
    parts: list[str] = []
    end = 0
    for span in _CODE_SPAN.finditer(line) if "`" in line else ():
        parts += [_INLINE_LINK.sub(replace, line[end : span.start()]), span[0]]
        end = span.end()
    mapped = "".join([*parts, _INLINE_LINK.sub(replace, line[end:])])
    return _REFERENCE.sub(replace, mapped)
