"""What starting a file takes: its skeleton with values filled in, checked, and never over one that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from string import Template

from waypost.base.files.front_matter import parse_markdown
from waypost.base.files.resources import scaffold_folder
from waypost.base.files.source import Source, decode
from waypost.base.files.validation import validate
from waypost.base.ids import UNTITLED, slugify
from waypost.formats.article import ArticleFrontMatter
from waypost.problems import Location, Problem, ProblemsFound, Refused
from waypost.reading.site import Site

Check = Callable[[Source], list[Problem]]
"""Says what is wrong with the text of a file."""


class AlreadyThere(Refused):
    """What should be made is there already, and nothing is overwritten."""


def dated_file(folder: Path, day: datetime, title: str) -> Path:
    """Return the file of what begins on a day: the day, and its title as far as a file name can hold it.

    Titles of which nothing remains are not the same for that: they are told apart by a number.
    """
    stem = f"{day:%Y-%m-%d}-{slugify(title)}"
    path = folder / f"{stem}.md"
    number = 2
    while slugify(title) == UNTITLED and (path.exists() or path.is_symlink()):
        path = folder / f"{stem}-{number}.md"
        number += 1
    return path


def check_start(site: Site, path: Path, text: str, check: Check) -> bytes:
    """Return what a new file will hold; raises AlreadyThere, or ProblemsFound where no file may hold it."""
    if path.exists() or path.is_symlink():
        raise AlreadyThere(f"{path} is there already. Choose another title; nothing was changed.")
    # What the command line could not decode is told of like bytes in a file.
    data = text.encode(errors="surrogateescape")
    source, problems = decode(path.relative_to(site.root).as_posix(), data)
    if source is not None:
        problems = check(source)
    if problems:
        raise ProblemsFound(problems)
    return data


def check_article(source: Source) -> list[Problem]:
    """Return what is wrong with the front matter of an article."""
    document, problems = parse_markdown(source)
    return problems if document is None else validate(document.front, ArticleFrontMatter)[1]


def require_category(site: Site, category: str) -> None:
    """Raise ProblemsFound where there is no such category."""
    if (site.root / "content" / category / "index.md").is_file():
        return
    known = sorted(path.parent.name for path in (site.root / "content").glob("*/index.md"))
    message = f"There is no content/{category}/index.md. Categories: {', '.join(known) or 'none yet'}."
    raise ProblemsFound([Problem(Location(f"content/{category}"), "missing-file", message)])


def skeleton(template: str, values: Mapping[str, str]) -> str:
    """Return a file of theme/scaffold/ with its values filled in."""
    return fill((scaffold_folder() / template).read_text(encoding="utf-8"), values)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in $name; what looks like a name in a value stays as it is."""
    return Template(text).safe_substitute(values)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
