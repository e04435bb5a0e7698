"""Add an alias to the front matter of an article, and nothing else; the result must be read as it was meant."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from waypost.base.files.text_files import decode, read_bytes
from waypost.base.files.validation import adapter_for, validate
from waypost.base.files.yaml_source import ListSpan, find_list, parse_markdown
from waypost.formats.article import ArticleFrontMatter
from waypost.formats.types import Line
from waypost.problems import Location, Problem, ProblemsFound
from waypost.search.rules.gaps import plain_question

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/?!'’-]*[\w.)?!'’])?")
# Words that one of YAML's versions reads as something else than text.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def front_span(text: str) -> tuple[int, int] | None:
    """Return where the front matter of a file starts and ends, without its two fences; None where there is none."""
    start = 0
    for line in _LINE.finditer(text):
        is_fence = line[0].rstrip() == "---"
        if start and is_fence:
            return start, line.start()
        if not start:
            if not is_fence:
                return None
            start = line.end()
    return None


def line_end(text: str) -> str:
    """Return how the last line of a text ends, or a newline where none does."""
    found = re.findall(r"\r\n|\n|\r", text[-65536:])
    return found[-1] if found else "\n"


def end_of_line(text: str, at: int) -> int:
    """Return where the line ends that a position is in, after its line end."""
    return next(_LINE.finditer(text, at)).end()


def written(entry: str, *, in_brackets: bool = False) -> str:
    """Write one line of text as YAML: as it is where every reader takes that for the same text, or else in quotes."""
    is_plain = _PLAIN.fullmatch(entry) and entry.isprintable() and entry.casefold() not in _WORDS
    return entry if is_plain and not in_brackets else json.dumps(entry, ensure_ascii=False)


def insert(text: str, at: int, addition: str) -> str:
    """Put something into a text."""
    return text[:at] + addition + text[at:]


KEY = "also_asked_as"

_MARK = b"\xef\xbb\xbf"
_JOINERS = "\u200c\u200d"
"""Invisible, and part of the spelling of some languages."""

_INDENT = re.compile(r"[ \t]*(?=-[ \t\r\n])")


@dataclass(frozen=True)
class EditedArticle:
    """An article as its file would be after a change."""

    file: Path
    data: bytes

    @property
    def target(self) -> Path:
        """Where to write: a link inside of the site stays a link."""
        return self.file.resolve()


def is_usable_alias(text: str) -> bool:
    """Tell whether a question can be an alias: the format takes it, and all its characters are visible."""
    visible = all(char.isprintable() or char in _JOINERS for char in text)
    # A combining mark at the start has no letter to combine with.
    if not visible or not text or unicodedata.category(text[0])[0] == "M":
        return False
    try:
        read: str = adapter_for(Line).validate_python(text)
    except ValidationError:
        return False
    return read == text


def with_alias(root: Path, path: str, alias: str) -> EditedArticle | None:
    """Return an article, by its path from content/, with one more alias; None where it has that one already.

    Raises ProblemsFound where the file cannot be read, or where its front matter is written in a way that cannot
    be added to without changing anything else.
    """
    file = root / "content" / path
    data, problems = read_bytes(root, file)
    if data is None:
        raise ProblemsFound(problems)
    before = _read(path, data)
    front, _ = before
    if plain_question(alias) in {plain_question(known) for known in (front.title, *front.also_asked_as)}:
        return None
    edited = add_alias(data, alias)
    if edited is None or not _is_meant(path, before, edited, alias):
        message = (
            f"The front matter is written in an unusual way. Add this to `{KEY}` by hand: {written(alias)}"
        )
        raise ProblemsFound([Problem(Location(f"content/{path}"), "front-matter", message)])
    return EditedArticle(file, edited)


def add_alias(data: bytes, alias: str) -> bytes | None:
    """Return a file with one more entry in `also_asked_as`; None where its front matter is of no known form."""
    mark = _MARK if data.startswith(_MARK) else b""
    try:
        text = data.removeprefix(mark).decode()
    except UnicodeDecodeError:
        return None
    span = front_span(text)
    if span is None:
        return None
    start, end = span
    front = _with_entry(text[start:end], alias)
    return None if front is None else mark + (text[:start] + front + text[end:]).encode()


def _with_entry(front: str, alias: str) -> str | None:
    found, indent = find_list(front, KEY)
    if indent is None:
        return None
    end = line_end(front)
    inner = " " * (indent + 2)
    if found is None:
        return f"{front}{' ' * indent}{KEY}:{end}{inner}- {written(alias)}{end}"
    if found.style == "flow":
        return _in_brackets(front, found, alias)
    if found.style == "block":
        return _below(front, found, alias)
    if found.span[0] == found.span[1]:
        return insert(front, end_of_line(front, found.span[0]), f"{inner}- {written(alias)}{end}")
    # An explicit null gives way to the list.
    return f"{front[: found.span[0]]}[{written(alias, in_brackets=True)}]{front[found.span[1] :]}"


def _in_brackets(front: str, found: ListSpan, alias: str) -> str:
    entry = written(alias, in_brackets=True)
    if found.entries:
        return insert(front, found.entries[-1][1], f", {entry}")
    return insert(front, front.index("[", found.span[0]) + 1, entry)


def _below(front: str, found: ListSpan, alias: str) -> str | None:
    """Add a line with the same indentation after the last entry of a list with one entry a line."""
    first, last = found.entries[-1]
    line = max(front.rfind("\n", 0, first), front.rfind("\r", 0, first)) + 1
    indent = _INDENT.match(front, line)
    if indent is None:
        return None
    # A text of several lines ends after its last line end, any other within its last line.
    at = last if front[last - 1 : last] in ("\n", "\r") else end_of_line(front, last)
    return insert(front, at, f"{indent[0]}- {written(alias)}{line_end(front)}")


def _read(path: str, data: bytes) -> tuple[ArticleFrontMatter, str]:
    """Return front matter and text as they are; raises ProblemsFound where they are not valid as they stand."""
    source, problems = decode(f"content/{path}", data)
    document, front = None, None
    if source:
        document, problems = parse_markdown(source)
    if document:
        # The key may be there without a value yet.
        if isinstance(document.front.data, dict) and document.front.data.get(KEY, ()) is None:
            del document.front.data[KEY]
        front, problems = validate(document.front, ArticleFrontMatter)
    if document is None or front is None:
        raise ProblemsFound(problems)
    return front, document.body


def _is_meant(path: str, before: tuple[ArticleFrontMatter, str], after: bytes, alias: str) -> bool:
    """Tell whether a file differs by one more alias at the end and nothing else."""
    front, body = before
    try:
        found, text = _read(path, after)
    except ProblemsFound:
        return False
    return text == body and vars(found) == {**vars(front), KEY: (*front.also_asked_as, alias)}
