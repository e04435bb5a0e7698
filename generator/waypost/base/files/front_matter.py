"""Front matter: the YAML on top of a Markdown file, read with its places, and added to with every byte kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import ListSpan, YamlDocument, find_list, find_value, parse_yaml
from waypost.problems import Problem

_FENCE = "---"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_INDENT = re.compile(r"[ \t]*(?=-[ \t\r\n])")
_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/?!'’-]*[\w.)?!'’])?")
# What YAML, of any version, takes for something else than text.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True)
class MarkdownDocument:
    """A Markdown file in two parts."""

    source: Source
    front: YamlDocument
    body: str
    body_line: int
    """The line of the file on which the body starts, from 1."""


def parse_markdown(source: Source) -> tuple[MarkdownDocument | None, list[Problem]]:
    """Split a file into front matter and body; return None with the reasons where that cannot be done."""
    text = source.text
    span = _front_span(text)
    if span is None:
        message = (
            "The front matter is not closed. Add a line --- after it."
            if text.partition("\n")[0].rstrip() == _FENCE
            else "The file does not start with front matter. Begin it with a line ---, the keys, and a line ---."
        )
        return None, [source.problem("front-matter", message, 1, 1)]
    start, end = span
    front, problems = parse_yaml(source, text[start:end].removesuffix("\n"), first_line=2, mark_cuts=True)
    if front is None:
        return None, problems
    body = text[_end_of_line(text, end) :]
    return MarkdownDocument(source, front, body, text.count("\n", 0, end) + 2), []


def edit_front_matter(data: bytes, change: Callable[[str], str | None]) -> bytes | None:
    """Return a file whose front matter, without its fences, is replaced by what `change` makes of it.

    Returns None where the file has no front matter, or where `change` returns None.
    """
    mark = _BYTE_ORDER_MARK if data.startswith(_BYTE_ORDER_MARK) else b""
    try:
        text = data.removeprefix(mark).decode()
    except UnicodeDecodeError:
        return None
    span = _front_span(text)
    front = change(text[slice(*span)]) if span else None
    return (
        None
        if span is None or front is None
        else mark + f"{text[: span[0]]}{front}{text[span[1] :]}".encode()
    )


def add_list(front: str, key: str, value: str) -> str | None:
    """Return front matter with one more key and its list, as YAML; None where it has the key, or indented keys."""
    found, indent = find_list(front, key)
    return f"{front}{key}: {value}{_line_end(front)}" if found is None and indent == 0 else None


def add_list_entry(front: str, key: str, entry: str) -> str | None:
    """Return front matter with one more text in the list of a key; None where it is written in an unknown form."""
    found, indent = find_list(front, key)
    if indent is None:
        return None
    end = _line_end(front)
    inner = " " * (indent + 2)
    if found is None:
        return f"{front}{' ' * indent}{key}:{end}{inner}- {yaml_text(entry)}{end}"
    if found.style == "flow":
        return _in_brackets(front, found, entry)
    if found.style == "block":
        return _below(front, found, entry)
    if found.span[0] == found.span[1]:
        return _insert(front, _end_of_line(front, found.span[0]), f"{inner}- {yaml_text(entry)}{end}")
    # An explicit null gives way to the list.
    return f"{front[: found.span[0]]}[{yaml_text(entry, in_brackets=True)}]{front[found.span[1] :]}"


def set_value(front: str, key: str, value: str) -> str | None:
    """Return front matter in which a key has one line of YAML as its value; None where it is in an unknown form.

    What else stands there stays as it is. Read the result: an anchor or a comment may make it mean something else.
    """
    found = find_value(front, key)
    if found is None:
        return None
    if found.span is not None:
        start, end = found.span
        # A text of several lines ends after its last line end; a key without a value ends at its colon.
        after = _line_end(front) if front[start:end].endswith(("\n", "\r")) else ""
        before = " " if front[start - 1] == ":" else ""
        return f"{front[:start]}{before}{value}{after}{front[end:]}"
    if found.indent is None:
        return _insert(front, found.end, f", {key}: {value}")
    return f"{front}{' ' * found.indent}{key}: {value}{_line_end(front)}"


def yaml_text(text: str, *, in_brackets: bool = False) -> str:
    """Write one line of text as YAML: as it is where every reader takes that for the same text, or else in quotes."""
    is_plain = _PLAIN.fullmatch(text) and text.isprintable() and text.casefold() not in _WORDS
    return text if is_plain and not in_brackets else json.dumps(text, ensure_ascii=False)


def _in_brackets(front: str, found: ListSpan, entry: str) -> str:
    quoted = yaml_text(entry, in_brackets=True)
    if found.entries:
        return _insert(front, found.entries[-1][1], f", {quoted}")
    return _insert(front, front.index("[", found.span[0]) + 1, quoted)


def _below(front: str, found: ListSpan, entry: str) -> str | None:
    """Add a line after the last entry of a list that has one a line, with the same indentation."""
    first, last = found.entries[-1]
    line = max(front.rfind("\n", 0, first), front.rfind("\r", 0, first)) + 1
    indent = _INDENT.match(front, line)
    if indent is None:
        return None
    # A text of several lines ends after its last line end, any other within its last line.
    at = last if front[last - 1 : last] in ("\n", "\r") else _end_of_line(front, last)
    return _insert(front, at, f"{indent[0]}- {yaml_text(entry)}{_line_end(front)}")


def _front_span(text: str) -> tuple[int, int] | None:
    """Return where the front matter of a file starts and ends, without its two fences; None where there is none."""
    at = start = _end_of_line(text, 0)
    if text[:start].rstrip() != _FENCE:
        return None
    while at < len(text):
        end = _end_of_line(text, at)
        if text[at:end].rstrip() == _FENCE:
            return start, at
        at = end
    return None


def _line_end(text: str) -> str:
    """Return how the last line of a text ends, or a newline where none does."""
    found = re.findall(r"\r\n|\n|\r", text[-65536:])
    return found[-1] if found else "\n"


def _end_of_line(text: str, at: int) -> int:
    """Return where the line ends that a position is in, after its line end."""
    line = _LINE.match(text, at)
    return line.end() if line else len(text)


def _insert(text: str, at: int, addition: str) -> str:
    return text[:at] + addition + text[at:]
