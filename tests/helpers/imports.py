"""Collections of Markdown on disk, and what an import would make of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waypost.base.files.languages import load_words
from waypost.formats.status_site import History
from waypost.importing.articles import check_plan
from waypost.importing.io.markdown_files import read_tree
from waypost.importing.rules.collection import merged
from waypost.importing.rules.plan import ImportOptions, SitePaths, plan_import
from waypost.importing.status_history import StatusImport
from waypost.reading.io.content_files import OWN_FILES, OWN_FOLDERS
from waypost.reading.io.status_files import load_status_config, load_status_site
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot, take_snapshot


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by their path; text is written in UTF-8."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def outcome(
    files: Mapping[str, str | bytes], folder: Path, *, below: str = ".", **options: Any
) -> dict[str, Any]:
    """Return the files that an import into a new site would write, and its notes in the form of the cases.

    `below` is the folder that is imported; `options` are those of ImportOptions.
    """
    write_files(folder, files)
    tree, problems = read_tree(folder / below)
    site = SitePaths(frozenset({"index.md", "contact.md"}), {}, OWN_FILES, tuple(OWN_FOLDERS))
    plan = plan_import(tree, site, ImportOptions(**options))
    check_plan(plan)
    found = sorted([*problems, *merged(plan.notes)])
    return {
        "out": {page.target: page.text() for page in sorted(plan.pages, key=lambda page: page.target)},
        "copies": dict(sorted(plan.copies.items())),
        "aside": dict(sorted(plan.aside.items())),
        "findings": [
            f"{str(problem.location).removeprefix(f'{folder.as_posix()}/')} {problem.code}: {problem.message}".replace(
                folder.as_posix(), "DIR"
            )
            for problem in found
        ],
    }


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def pictured(site: Site, now: datetime = NOW) -> Snapshot:
    """Return the status page of an imported history; what was written must be readable as a whole."""
    config, problems = load_status_config(site.root)
    assert config is not None, problems
    status, problems = load_status_site(site.root, config)
    assert problems == []
    return take_snapshot(status, History(), now, load_words("en"))


def notes_about(report: StatusImport, origin: str) -> list[str]:
    """Return the warnings of an import that name a place, which several may share."""
    return [
        item.message
        for item in report.problems
        if item.location.path.endswith(origin) or origin in item.message.partition(" places: ")[2]
    ]
