"""Read a site of cState: the configuration of Hugo, and the issues in content/issues/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from waypost.base.files.text_files import Source, read_source, walk
from waypost.importing.io.front_matter import read_front
from waypost.importing.rules.cstate import CstateFiles, Issue, read_cstate
from waypost.importing.rules.histories import ForeignStatus, Importer
from waypost.problems import Level, Location, Problem, ProblemsFound

_CONFIGS = ("config.yml", "config.yaml", "config.toml", "hugo.yml", "hugo.yaml", "hugo.toml")


def read_files(folder: Path) -> tuple[CstateFiles, list[Problem]]:
    """Read everything that counts, with what could not be read; raises ProblemsFound where it is no cState."""
    issues = folder / "content" / "issues"
    if not issues.is_dir():
        message = "There is no content/issues in this folder. Name the one with config.yml and content/."
        raise ProblemsFound([Problem(Location(folder.as_posix()), "missing-file", message)])
    config, problems = _config(folder)
    files, found = walk(folder, issues, ".md")
    problems += found
    read: list[Issue] = []
    for file in files:
        if file.name.startswith("_index"):
            continue
        source, found = read_source(folder, file)
        problems += found
        if source:
            front = read_front(source)
            problems += front.problems
            path = file.relative_to(folder / "content").as_posix()
            read.append(Issue(path, front.data, front.body))
    return CstateFiles(config, tuple(read)), [replace(problem, level=Level.WARNING) for problem in problems]


def _config(folder: Path) -> tuple[Mapping[str, Any], list[Problem]]:
    name = next((name for name in _CONFIGS if (folder / name).is_file()), None)
    if name is None:
        message = "There is no config.yml, so the systems are those that the issues name."
        return {}, [Problem(Location(folder.as_posix()), "missing-file", message)]
    source, problems = read_source(folder, folder / name)
    if source is None:
        return {}, problems
    # A configuration is written like front matter, without its fences.
    fence = "+++" if name.endswith(".toml") else "---"
    text = source.text.removeprefix("---\n")
    front = read_front(Source(source.path, f"{fence}\n{text}\n{fence}\n"))
    data = front.data
    if fence == "+++" and "systems" in data and "params" not in data:
        # What TOML has below [params] is read as if it stood above.
        data = {**data, "params": {"systems": data["systems"]}}
    return data, [*problems, *front.problems]


def _read(place: str) -> ForeignStatus:
    files, problems = read_files(Path(place))
    history = read_cstate(files)
    return replace(history, findings=(*problems, *history.findings))


CSTATE = Importer(
    "cstate",
    "FOLDER",
    """Bring in the issues and systems of a cState site, from the folder of its repository.

    The folder is only read. Files that are in status/ already are kept.

    Example: waypost import cstate ../old-status --dry-run
    """,
    _read,
)
