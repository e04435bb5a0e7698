"""Bring a folder of Markdown that was not written for Waypost into a site, and say what a person has to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.source import read_source, walk
from waypost.importing.io.check import check_plan
from waypost.importing.io.tree import read_tree
from waypost.importing.rules.names import is_picture
from waypost.importing.rules.plan import ImportPlan, SitePaths, plan_import
from waypost.importing.rules.source import merged
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.io.content_files import OWN_FILES, OWN_FOLDERS, load_help_center
from waypost.reading.rules.redirects import file_at, former_addresses
from waypost.reading.site import Site


class Fate(StrEnum):
    """What happens to one file of content/ or status/."""

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
    """What it is made of, as problems show it; empty for the page of a category that had none."""
    fate: Fate


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do."""

    articles: int
    categories: int
    pictures: int
    other_files: int
    files: tuple[ImportedFile, ...]
    problems: tuple[Problem, ...]
    """What a person has to look at; none of it stops the site from being built."""


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
    origins = {page.target: page.origin.path if page.origin else "" for page in plan.pages}
    files = [*_pages(content, texts, origins), *_copies(content, folder, plan.copies)]
    report = _report(plan, files, [*problems, *merged(plan.findings), *_kept(files, folder)])
    if not dry_run:
        _write(content, folder, texts, plan.copies, report)
    return report


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
    pages = load_help_center(site.root, None)[0].pages
    claimed = {file_at(address): page.path for page in pages.values() for address in former_addresses(page)}
    files = frozenset(file.relative_to(content).as_posix() for file in found)
    source, _ = read_source(site.root, site.root / "mkdocs.yml")
    return SitePaths(
        files,
        claimed,
        OWN_FILES,
        tuple(OWN_FOLDERS),
        shows_markdown_in_html=source is not None and "md_in_html" in source.text,
    )


def _require_room(content: Path, targets: list[str]) -> None:
    """Complain of files where folders must be, and the other way round, before anything is written."""
    problems: list[Problem] = []
    root = content.resolve()
    for target in targets:
        path = content / target
        if path.is_dir():
            problems.append(_in_the_way(target, "There is a folder of this name. Move it away."))
        for parent in path.relative_to(content).parents:
            place = content / parent
            if place.exists() and not place.is_dir():
                problems.append(
                    _in_the_way(parent.as_posix(), "A folder is needed here. Move this file away.")
                )
            elif not place.resolve().is_relative_to(root):
                problems.append(
                    _in_the_way(parent.as_posix(), "This link leads out of the site. Put a folder here.")
                )
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))


def _in_the_way(path: str, message: str) -> Problem:
    code = "symlink" if "link" in message else "bad-value"
    return Problem(Location(f"content/{path}"), code, message)


def _pages(content: Path, texts: Mapping[str, bytes], origins: Mapping[str, str]) -> list[ImportedFile]:
    return [
        ImportedFile(path, origins[path], _fate(content / path, text)) for path, text in sorted(texts.items())
    ]


def _copies(content: Path, folder: Path, copies: Mapping[str, str]) -> list[ImportedFile]:
    found: list[ImportedFile] = []
    for target, origin in sorted(copies.items()):
        there = content / target
        is_there = there.is_symlink() or there.exists()
        fate = _fate(there, (folder / origin).read_bytes()) if is_there else Fate.NEW
        found.append(ImportedFile(target, origin, fate))
    return found


def _fate(path: Path, data: bytes) -> Fate:
    if path.is_symlink():
        return Fate.KEPT
    if not path.exists():
        return Fate.NEW
    return Fate.SAME if path.read_bytes() == data else Fate.KEPT


def _kept(files: list[ImportedFile], folder: Path) -> list[Problem]:
    """Name the files that were there with other words; the page of a category is meant to be written by hand."""
    message = "{} is there already and was kept. To take this one over, delete that one and import again."
    return [
        Problem(
            Location(f"{folder.as_posix()}/{file.origin}", 1, 1),
            "import",
            message.format(f"content/{file.path}"),
            Level.WARNING,
        )
        for file in files
        if file.fate is Fate.KEPT and file.origin
    ]


def _report(plan: ImportPlan, files: list[ImportedFile], problems: list[Problem]) -> ImportReport:
    pictures = sum(is_picture(path) for path in plan.copies)
    return ImportReport(
        articles=plan.articles,
        categories=plan.categories,
        pictures=pictures,
        other_files=len(plan.copies) - pictures,
        files=tuple(files),
        problems=tuple(sorted(dict.fromkeys(problems))),
    )


def _write(
    content: Path, folder: Path, texts: Mapping[str, bytes], copies: Mapping[str, str], report: ImportReport
) -> None:
    """Write what is new. Pictures come first, so that no page is there without them."""
    new = [file.path for file in report.files if file.fate is Fate.NEW]
    for path in sorted(new, key=lambda path: (path in texts, path)):
        write_atomic(content / path, texts[path] if path in texts else (folder / copies[path]).read_bytes())
