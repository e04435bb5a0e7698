"""Add an alias to the front matter of an article, and nothing else; the result must be read as it was meant."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from waypost.base.files.front_matter import add_list_entry, edit_front_matter, parse_markdown, yaml_text
from waypost.base.files.text_files import decode, read_bytes
from waypost.base.files.validation import adapter_for, validate
from waypost.formats.article import ArticleFrontMatter
from waypost.formats.field_types import Line
from waypost.problems import Location, Problem, ProblemsFound
from waypost.search.rules.gaps import plain_question

KEY = "also_asked_as"

_JOINERS = "\u200c\u200d"
"""Invisible, and part of the spelling of some languages."""


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
            f"The front matter is written in an unusual way. Add this to `{KEY}` by hand: {yaml_text(alias)}"
        )
        raise ProblemsFound([Problem(Location(f"content/{path}"), "front-matter", message)])
    return EditedArticle(file, edited)


def add_alias(data: bytes, alias: str) -> bytes | None:
    """Return a file with one more entry in `also_asked_as`; None where its front matter is of no known form."""
    return edit_front_matter(data, lambda front: add_list_entry(front, KEY, alias))


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
