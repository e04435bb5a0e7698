"""Bring a collection of articles from elsewhere into a site, and report what needs a look."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from waypost.authoring.io.site_language import site_texts
from waypost.base.clock import utc_now
from waypost.base.files.file_tree import write_atomic
from waypost.base.files.text_files import walk
from waypost.base.files.validation import adapter_for
from waypost.formats.article import front_matter_of
from waypost.importing.io.remote_files import fetch_files
from waypost.importing.rules.addresses import is_picture
from waypost.importing.rules.collection import ImportNote, SourceTree, merged
from waypost.importing.rules.plan import (
    ImportOptions,
    ImportPlan,
    PlannedPage,
    SitePaths,
    plan_import,
)
from waypost.importing.rules.word_counts import ArticleWords, compared, page_words, worst_first
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
    sections: int
    pictures: int
    other_files: int
    files: tuple[ImportedFile, ...]
    problems: tuple[Problem, ...]
    """Warnings for a person, those of one kind as one; none of them stops the site from being built."""
    places: tuple[Problem, ...]
    """The same with each place."""
    words: tuple[ArticleWords, ...]
    """The words of each article and of its page, the worst first."""
    redirects: int
    aside: Mapping[str, Mapping[str, Any]]
    """For each path in content/ the keys of its front matter that have no counterpart, as they were."""


def import_tree(
    site: Site,
    tree: SourceTree,
    folder: Path,
    options: ImportOptions,
    *,
    fetches: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Plan everything first, then write what is not there yet; files of the collection count from `folder`.

    `fetches` brings over what pages show from other hosts. Raises ProblemsFound, with nothing written, where something
    is in the way.
    """
    paths = _paths(site)
    if not fetches or dry_run:
        return _written(site, paths, tree, folder, options, dry_run=dry_run)
    with tempfile.TemporaryDirectory(prefix="waypost-import-") as place:
        addresses = plan_import(tree, paths, options).addresses
        found = fetch_files(addresses, Path(place), tree.shown)
        keys = {address: os.path.relpath(path, folder) for address, path in found.files.items()}
        tree = dataclasses.replace(
            tree,
            fetched=keys,
            roots=(*tree.roots, f"{os.path.relpath(place, folder)}/"),
            problems=(*tree.problems, *found.problems),
        )
        return _written(site, paths, tree, folder, options, dry_run=dry_run)


def _written(
    site: Site, paths: SitePaths, tree: SourceTree, folder: Path, options: ImportOptions, *, dry_run: bool
) -> ImportReport:
    plan = plan_import(tree, paths, options)
    check_plan(plan)
    content = site.root / "content"
    texts = {page.target: page.text().encode() for page in plan.pages}
    _require_room(content, [*texts, *plan.copies])
    pages = {page.target: page.origin.path if page.origin else "" for page in plan.pages}
    addresses = {key: address for address, key in tree.fetched.items()}
    origins = {**pages, **{target: addresses.get(key, key) for target, key in plan.copies.items()}}

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
    others = {*tree.problems, *_kept(files, tree.shown)}
    pictures = sum(is_picture(path) for path in plan.copies)
    return ImportReport(
        articles=plan.articles,
        categories=plan.categories,
        sections=plan.sections,
        pictures=pictures,
        other_files=len(plan.copies) - pictures,
        files=tuple(files),
        words=_words(plan),
        redirects=sum(len(page.front.get("redirect_from", ())) for page in plan.pages),
        aside=plan.aside,
        problems=tuple(sorted({*others, *merged(plan.notes)})),
        places=tuple(sorted({*others, *(note.problem for note in plan.notes)})),
    )


def _words(plan: ImportPlan) -> tuple[ArticleWords, ...]:
    found = (
        compared(page.target, page.origin.path, page.words, page_words(page.body))
        for page in plan.pages
        if page.origin is not None
    )
    return tuple(worst_first(found))


def require_site(site: Site) -> None:
    """Complain of a folder that is no site; raises ProblemsFound."""
    for name in ("mkdocs.yml", "content/index.md"):
        if not (site.root / name).is_file():
            message = f"There is no {name}, so this is no site. Run `waypost new site DIR`, and name it with --site."
            raise ProblemsFound([Problem(Location(name), "missing-file", message)])


def _paths(site: Site) -> SitePaths:
    content = site.root / "content"
    found, _ = walk(site.root, content, "")
    pages = load_help_center(site.root, None, utc_now())[0].pages
    claimed = {file_at(address): page.path for page in pages.values() for address in former_addresses(page)}
    files = frozenset(file.relative_to(content).as_posix() for file in found)
    general = site_texts(site).say("category.general")
    return SitePaths(files, claimed, OWN_FILES, tuple(OWN_FOLDERS), general)


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


def _kept(files: list[ImportedFile], shown: str) -> list[Problem]:
    """Return a warning for each file that was kept; the page of a category is meant to be written by hand."""
    advice = "is there already and was kept. To take this one over, delete that one and import again."
    kept = [file for file in files if file.fate is Fate.KEPT and file.origin]
    places = [Location(f"{shown}/{file.origin}", 1, 1) for file in kept]
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
