"""The files that a command is about to write: filled in from a skeleton, checked, planned whole, then written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.front_matter import parse_markdown
from waypost.base.files.git_commit import commit_files
from waypost.base.files.resources import scaffold_folder
from waypost.base.files.text_files import Source, decode
from waypost.base.files.validation import validate
from waypost.base.ids import slugify
from waypost.formats.article import ArticleFrontMatter
from waypost.problems import Location, Problem, ProblemsFound, Refused
from waypost.reading.site import Site


@dataclass(frozen=True)
class PlannedFile:
    """A file as it will be."""

    path: Path
    """Where it is written; links inside of the site are followed."""
    data: bytes
    before: bytes | None = None
    """What it held when the plan was made; None where it was not there."""


def write_planned(files: Sequence[PlannedFile]) -> None:
    """Write files in their order; where one cannot be written, those before it are as they were.

    Raises ProblemsFound, with nothing written, where one was changed since the plan was made: a person may have
    thought about the preview for an hour, and another one may have written an update meanwhile.
    """
    changed = [file for file in files if _present(file.path) != file.before]
    if changed:
        message = "The file was changed while the command waited. Nothing was written; run it again."
        raise ProblemsFound([Problem(Location(file.path.name), "bad-value", message) for file in changed])
    written: list[PlannedFile] = []
    try:
        for file in files:
            write_atomic(file.path, file.data)
            written.append(file)
    except BaseException:
        # All or nothing: a full disk, or somebody who has changed their mind.
        for file in reversed(written):
            _restore(file)
        raise


def _restore(file: PlannedFile) -> None:
    if file.before is None:
        file.path.unlink(missing_ok=True)
    else:
        write_atomic(file.path, file.before)


def _present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def commit_planned(site: Site, files: Sequence[PlannedFile], message: str) -> str:
    """Make a git commit of exactly these files and return its short id; raises GitRefused."""
    return commit_files(site.root, [file.path for file in files], message)


SourceCheck = Callable[[Source], list[Problem]]
"""Returns the problems of the text of a file."""


class AlreadyThere(Refused):
    """The file or folder is there already, and nothing is overwritten."""


def dated_file(folder: Path, day: datetime, title: str) -> Path:
    """Return the path of a new file, named by its day and its title; the same title on one day gets a number."""
    stem = f"{day:%Y-%m-%d}-{slugify(title)}"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    paths = (folder / f"{name}.md" for name in names)
    return next(path for path in paths if not path.exists() and not path.is_symlink())


def check_start(site: Site, path: Path, text: str, check: SourceCheck) -> bytes:
    """Return the bytes of a new file; raises AlreadyThere, and ProblemsFound where its text is not valid."""
    if path.exists() or path.is_symlink():
        raise AlreadyThere(f"{path} is there already. Choose another title; nothing was changed.")
    # Bytes that the command line could not decode are reported like bytes in a file.
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
    """Fill in $name; values are not filled in again."""
    return Template(text).safe_substitute(values)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
