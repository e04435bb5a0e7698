"""Collections of Markdown on disk, and what an import would make of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waypost.importing.io.markdown_files import read_tree
from waypost.importing.markdown import check_plan
from waypost.importing.rules.collection import merged
from waypost.importing.rules.plan import SitePaths, plan_import
from waypost.reading.io.content_files import OWN_FILES, OWN_FOLDERS


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files by their path; text is written in UTF-8."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def outcome(files: Mapping[str, str | bytes], folder: Path) -> dict[str, Any]:
    """Return the files that an import into a new site would write, and its notes in the form of the cases."""
    tree, problems = read_tree(write_files(folder, files))
    site = SitePaths(frozenset({"index.md", "contact.md"}), {}, OWN_FILES, tuple(OWN_FOLDERS))
    plan = plan_import(tree, site)
    check_plan(plan)
    found = sorted([*problems, *merged(plan.notes)])
    return {
        "out": {page.target: page.text() for page in sorted(plan.pages, key=lambda page: page.target)},
        "copies": dict(sorted(plan.copies.items())),
        "findings": [
            f"{str(problem.location).removeprefix(f'{folder.as_posix()}/')} {problem.code}: {problem.message}".replace(
                folder.as_posix(), "DIR"
            )
            for problem in found
        ],
    }
