"""Bring in a folder of Markdown that was not written for Waypost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

from waypost.importing.articles import ImportReport, import_tree, require_site
from waypost.importing.io.markdown_files import read_tree
from waypost.importing.rules.languages import languages_of, without_folders, without_marks
from waypost.importing.rules.plan import DEFAULTS, ImportOptions
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.site import Site


def import_markdown(
    site: Site,
    folder: Path,
    *,
    options: ImportOptions = DEFAULTS,
    assets: Sequence[Path] = (),
    fetches: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Read a folder in one language, and bring it in.

    Raises ProblemsFound, with nothing written, where there is no site, nothing to import, or something in the way.
    """
    require_site(site)
    _require_folder(site, folder)
    tree, problems = read_tree(folder, assets)
    languages = languages_of(tree)
    chosen = languages.choose(options.language)
    others = languages.folders.keys() - {chosen}
    if others:
        problems.append(_other_languages(folder, chosen, others))
    if chosen:
        folder, options = folder / chosen, dataclasses.replace(options, folder=chosen)
        tree, inner = read_tree(folder, [*assets, folder.parent])
        problems += inner
    elif others:
        tree = without_folders(tree, others)
    tree, found = without_marks(tree, options.language)
    if not tree.pages:
        message = "There is no Markdown in this folder: no file ends in .md, .mdx or .markdown."
        raise ProblemsFound([*problems, Problem(Location(folder.as_posix()), "missing-file", message)])
    tree = dataclasses.replace(tree, problems=(*problems, *found))
    return import_tree(site, tree, folder, options, fetches=fetches, dry_run=dry_run)


def _require_folder(site: Site, folder: Path) -> None:
    if not folder.is_dir():
        message = "There is no folder of this name. Name the one whose subfolders are the topics."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "missing-file", message)])
    content, other = (site.root / "content").resolve(), folder.resolve()
    if other.is_relative_to(content) or content.is_relative_to(other):
        message = "The folder to import and content/ are in one another. Import from a folder of its own."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "bad-value", message)])


def _other_languages(folder: Path, chosen: str, others: Iterable[str]) -> Problem:
    taken = f"that in {chosen}/ was" if chosen else "the one beside them was"
    message = (
        f"A site has one language, and there are others in the folders {', '.join(sorted(others))}. "
        f"Of all languages {taken} taken; --language names another."
    )
    return Problem(Location(folder.as_posix()), "import", message, Level.WARNING)
