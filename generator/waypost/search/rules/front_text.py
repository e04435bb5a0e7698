"""Change front matter by adding to it, so that every byte a person wrote stays as it is."""

from __future__ import annotations

import json
import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/?!'’-]*[\w.)?!'’])?")
# What YAML, of any version, takes for something else than text.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def front_span(text: str) -> tuple[int, int] | None:
    """Return where the front matter of a file starts and ends, without its two fences; None where there is none."""
    first = _LINE.match(text)
    if first is None or first[0].rstrip() != "---":
        return None
    at = start = first.end()
    while at < len(text):
        line = _LINE.match(text, at)
        if line is None:
            return None
        if line[0].rstrip() == "---":
            return start, at
        at = line.end()
    return None


def line_end(text: str) -> str:
    """Return how the last line of a text ends, or a newline where none does."""
    found = re.findall(r"\r\n|\n|\r", text[-65536:])
    return found[-1] if found else "\n"


def end_of_line(text: str, at: int) -> int:
    """Return where the line ends that a position is in, after its line end."""
    line = _LINE.match(text, at)
    return line.end() if line else len(text)


def written(entry: str, *, in_brackets: bool = False) -> str:
    """Write one line of text as YAML: as it is where every reader takes that for the same text, or else in quotes."""
    is_plain = _PLAIN.fullmatch(entry) and entry.isprintable() and entry.casefold() not in _WORDS
    return entry if is_plain and not in_brackets else json.dumps(entry, ensure_ascii=False)


def insert(text: str, at: int, addition: str) -> str:
    """Put something into a text."""
    return text[:at] + addition + text[at:]
