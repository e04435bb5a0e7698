"""Bring a folder of Markdown that was not written for Waypost into a site, and report what needs a look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from waypost.base.clock import utc_now
from waypost.base.files.file_tree import write_atomic
from waypost.base.files.text_files import read_source, walk
from waypost.base.files.validation import adapter_for
from waypost.formats.article import front_matter_of
from waypost.importing.io.markdown_files import read_tree
from waypost.importing.rules.addresses import is_picture
from waypost.importing.rules.collection import ImportNote, merged
from waypost.importing.rules.plan import ImportPlan, PlannedPage, SitePaths, plan_import
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.io.content_files import OWN_FILES, OWN_FOLDERS, load_help_center
from waypost.reading.rules.redirects import file_at, former_addresses
from waypost.reading.site import Site


class Fate(StrEnum):
    """The fate of one file of content/ or status/ in an import."""

    NEW = "new"
    SAME = "same"
    KEPT = "kept"
    NAMED = "named"
    """An imported incident that nobody has touched now names components that status.yml did not have before."""


@dataclass(frozen=True)
class ImportedFile:
    """One file of the site."""

    path: str
    """From content/ for articles and what belongs to them, from the root of the site for files of status/."""
    origin: str
    """Its source, as problems show it; empty for the page of a category that had none."""
    fate: Fate


@dataclass(frozen=True)
class ImportReport:
    """The outcome of an import, or of a dry run."""

    articles: int
    categories: int
    pictures: int
    other_files: int
    files: tuple[ImportedFile, ...]
    problems: tuple[Problem, ...]
    """Warnings for a person; none of them stops the site from being built."""


def import_markdown(site: Site, folder: Path, *, dry_run: bool = False) -> ImportReport:
    """Plan everything first, then write what is not there yet.

    Raises ProblemsFound, with nothing written, where there is no site, nothing to import, or something in the way.
    """
    _require_site(site, folder)
    tree, problems = read_tree(folder)
    if not tree.pages:
        message = "There is no Markdown in this folder: no file ends in .md, .mdx or .markdown."
        raise ProblemsFound([*problems, Problem(Location(folder.as_posix()), "missing-file", message)])
    plan = plan_import(tree, _paths(site))
    check_plan(plan)
    content = site.root / "content"
    texts = {page.target: page.text().encode() for page in plan.pages}
    _require_room(content, [*texts, *plan.copies])
    pages = {page.target: page.origin.path if page.origin else "" for page in plan.pages}
    origins = {**pages, **plan.copies}

    def data(path: str) -> bytes:
        return texts[path] if path in texts else (folder / plan.copies[path]).read_bytes()

    targets = [*sorted(texts), *sorted(plan.copies)]
    files = [
        ImportedFile(path, origins[path], _fate(content / path, partial(data, path))) for path in targets
    ]
    # Pictures come first, so that no page is there without them.
    for file in sorted(files, key=lambda file: (file.path in texts, file.path)):
        if file.fate is Fate.NEW and not dry_run:
            write_atomic(content / file.path, data(file.path))
    pictures = sum(is_picture(path) for path in plan.copies)
    return ImportReport(
        articles=plan.articles,
        categories=plan.categories,
        pictures=pictures,
        other_files=len(plan.copies) - pictures,
        files=tuple(files),
        problems=tuple(sorted({*problems, *merged(plan.notes), *_kept(files, folder)})),
    )


def _require_site(site: Site, folder: Path) -> None:
    for name in ("mkdocs.yml", "content/index.md"):
        if not (site.root / name).is_file():
            message = f"There is no {name}, so this is no site. Run `waypost new site DIR`, and name it with --site."
            raise ProblemsFound([Problem(Location(name), "missing-file", message)])
    if not folder.is_dir():
        message = "There is no folder of this name. Name the one whose subfolders are the topics."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "missing-file", message)])
    content, other = (site.root / "content").resolve(), folder.resolve()
    if other.is_relative_to(content) or content.is_relative_to(other):
        message = "The folder to import and content/ are in one another. Import from a folder of its own."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "bad-value", message)])


def _paths(site: Site) -> SitePaths:
    content = site.root / "content"
    found, _ = walk(site.root, content, "")
    pages = load_help_center(site.root, None, utc_now())[0].pages
    claimed = {file_at(address): page.path for page in pages.values() for address in former_addresses(page)}
    files = frozenset(file.relative_to(content).as_posix() for file in found)
    source, _ = read_source(site.root, site.root / "mkdocs.yml")
    is_shown = source is not None and "md_in_html" in source.text
    return SitePaths(files, claimed, OWN_FILES, tuple(OWN_FOLDERS), shows_markdown_in_html=is_shown)


def _require_room(content: Path, targets: list[str]) -> None:
    """Complain of files where folders must be, and the other way round, before anything is written."""
    problems: list[Problem] = []
    root = content.resolve()
    for target in targets:
        path = content / target
        if path.is_dir():
            message = "There is a folder of this name. Move it away."
            problems.append(Problem(Location(f"content/{target}"), "bad-value", message))
        for parent in path.relative_to(content).parents:
            folder, location = content / parent, Location(f"content/{parent.as_posix()}")
            if folder.exists() and not folder.is_dir():
                message = "A folder is needed here. Move this file away."
                problems.append(Problem(location, "bad-value", message))
            elif not folder.resolve().is_relative_to(root):
                message = "This link leads out of the site. Put a folder here."
                problems.append(Problem(location, "symlink", message))
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))


def _fate(path: Path, read: Callable[[], bytes]) -> Fate:
    """Return what happens to a file; `read` gives what would be written, and is called only to compare."""
    if path.is_symlink():
        return Fate.KEPT
    if not path.exists():
        return Fate.NEW
    return Fate.SAME if path.read_bytes() == read() else Fate.KEPT


def _kept(files: list[ImportedFile], folder: Path) -> list[Problem]:
    """Return a warning for each file that was kept; the page of a category is meant to be written by hand."""
    advice = "is there already and was kept. To take this one over, delete that one and import again."
    kept = [file for file in files if file.fate is Fate.KEPT and file.origin]
    places = [Location(f"{folder.as_posix()}/{file.origin}", 1, 1) for file in kept]
    messages = [f"content/{file.path} {advice}" for file in kept]
    return [Problem(at, "import", text, Level.WARNING) for at, text in zip(places, messages, strict=True)]


def check_plan(plan: ImportPlan) -> None:
    """Take values that the format refuses out of every page, and note each of them."""
    for page in plan.pages:
        for key, message in list(_refused(page)):
            if page.origin is not None:
                place = page.origin.places.get(key) or (1, 1)
                text = f"'{key}' could not be taken over. {message}"
                plan.notes.append(ImportNote(page.origin.problem("import", text, *place)))


def _refused(page: PlannedPage) -> Iterator[tuple[str, str]]:
    """Remove refused values, from the end of each list so that places stay true; give each key with the reason."""
    try:
        adapter_for(front_matter_of(page.kind)).validate_python({"kind": page.kind, **page.front})
    except ValidationError as error:
        details = [(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False)]
        for loc, message in sorted(
            details, key=lambda it: [str(part).zfill(6) for part in it[0]], reverse=True
        ):
            key = str(loc[0])
            if key == "title":
                page.front["title"] = "Untitled"
            elif len(loc) > 1 and isinstance(page.front.get(key), list):
                del page.front[key][int(loc[1])]
            else:
                page.front.pop(key, None)
            yield key, message
        if page.front.get("redirect_from") == []:
            del page.front["redirect_from"]
