"""Bring in the articles of a help desk, from saved answers of its API."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from waypost.importing.articles import ImportReport, import_tree, require_site
from waypost.importing.io.html_pages import to_markdown
from waypost.importing.io.json_documents import saved_documents, unusable
from waypost.importing.rules.exports import HelpDesk, tree_of
from waypost.importing.rules.plan import DEFAULTS, ImportOptions
from waypost.reading.site import Site


def import_help_desk(
    site: Site,
    desk: HelpDesk,
    place: Path,
    *,
    options: ImportOptions = DEFAULTS,
    fetches: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Read a saved file or a folder of them, and bring its articles in.

    Raises ProblemsFound, with nothing written, where there is no site, nothing to import, or something in the way.
    """
    require_site(site)
    documents = [
        (name, document if isinstance(document, Mapping) else {"rows": document})
        for name, document in saved_documents(place)
    ]
    export = desk.read(documents)
    if not export.articles:
        message = f"There is no article of {desk.name} in it. docs/importing.md says which answers to save."
        raise unusable(place.as_posix(), message)
    tree, problems = tree_of(export, place.as_posix(), options.language, to_markdown)
    tree = dataclasses.replace(tree, problems=tuple(problems))
    return import_tree(
        site, tree, place if place.is_dir() else place.parent, options, fetches=fetches, dry_run=dry_run
    )
