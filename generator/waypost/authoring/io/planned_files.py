"""The files that a command is about to write: filled in from a skeleton, checked, planned whole, then written."""

from __future__ import annotations

import itertools
import re
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
from waypost.formats.article import ArticleFrontMatter, FrontMatter
from waypost.problems import Location, Problem, ProblemsFound, Refused, did_you_mean
from waypost.reading.io.theme_options import ENGLISH, load_theme
from waypost.reading.rules.content_paths import category_ids, is_index, path_fault
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


def file_name(site: Site, title: str) -> str:
    """Return a title as the name of a file, without its ending, as the language of the site writes its letters."""
    return slugify(title, load_theme(site.root)[1])


def dated_file(site: Site, folder: str, day: datetime, title: str) -> Path:
    """Return the path of a new file in a folder of a site, named by its day and its title."""
    return free_file(site.root / folder, f"{day:%Y-%m-%d}-{file_name(site, title)}")


def free_file(folder: Path, stem: str) -> Path:
    """Return the path of a new Markdown file; a name that is taken, in upper or lower case, gets a number."""
    taken = {entry.name.casefold() for entry in folder.iterdir()} if folder.is_dir() else set()
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    # The page of a folder of the same name would have the same address.
    return next(folder / f"{name}.md" for name in names if taken.isdisjoint((f"{name}.md", name)))


def content_file(site: Site, folder: str, title: str, name: str | None) -> Path:
    """Return the path of a new article in a folder of content/: of the name that was chosen, or made from its title.

    Raises ProblemsFound for a name that no article can have.
    """
    if name is None:
        stem = file_name(site, title)
        # A folder's own page and notes about it have these names.
        stem = f"{stem}-2" if stem in ("index", "readme") else stem
        return free_file(site.root / "content" / folder, stem)
    path = f"{folder}/{name.removesuffix('.md')}.md"
    if is_index(path):
        message = "The file index.md is the page of its folder. Choose another name."
        raise ProblemsFound([Problem(Location(f"content/{path}"), "bad-value", message)])
    require_name(path, name.removesuffix(".md"))
    return site.root / "content" / path


def require_name(path: str, name: str) -> None:
    """Raise ProblemsFound where a path in content/ cannot become an address, or a name has a folder in it."""
    message = path_fault(path)
    if set(name) & set("/\\") or not name.strip(". ") or not name.isprintable():
        message = "A name is one word, or several with hyphens, without a folder: zip-stops."
    if message:
        raise ProblemsFound([Problem(Location(f"content/{path}"), "bad-value", message)])


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


def check_front(model: type[FrontMatter]) -> SourceCheck:
    """Return what says what is wrong with the front matter of a file."""

    def check(source: Source) -> list[Problem]:
        document, problems = parse_markdown(source)
        return problems if document is None else validate(document.front, model)[1]

    return check


check_article = check_front(ArticleFrontMatter)
"""Says what is wrong with the front matter of an article."""


def require_category(site: Site, category: str) -> None:
    """Raise ProblemsFound where there is no such category or section, with the command that makes it."""
    content = site.root / "content"
    paths = [
        path.relative_to(content).as_posix()
        for depth in ("*", "*/*")
        for path in content.glob(f"{depth}/index.md")
    ]
    known = sorted(category_ids(paths))
    if category in known:
        return
    above, _, name = category.rpartition("/")
    if above and above not in known:
        require_category(site, above)
    title = " ".join(re.findall(r"\w+", name)).capitalize() or "TITLE"
    command = (
        f'waypost new section "{title}" --category {above}' if above else f'waypost new category "{title}"'
    )
    hint = did_you_mean(category, known)
    message = (
        f"There is no {'section' if above else 'category'} '{category}'.{hint} "
        f"Categories: {', '.join(known) or 'none yet'}. To make it: `{command}`."
    )
    raise ProblemsFound([Problem(Location(f"content/{category}"), "missing-file", message)])


def skeleton(template: str, values: Mapping[str, str], language: str = ENGLISH) -> str:
    """Return a skeleton with its values filled in: that of a language, or the English one where it has none."""
    own = scaffold_folder() / language / template
    source = own if own.is_file() else scaffold_folder() / template
    return fill(source.read_text(encoding="utf-8"), values)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in $name; values are not filled in again."""
    return Template(text).safe_substitute(values)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
