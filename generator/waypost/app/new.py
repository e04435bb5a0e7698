"""Start things: a site, an article, an incident, each with a skeleton that says what belongs where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from string import Template
from typing import Any

from waypost import __version__
from waypost.adapters.file_tree import write_atomic
from waypost.adapters.markdown_source import parse_markdown
from waypost.adapters.resources import scaffold_folder
from waypost.adapters.source import Source
from waypost.adapters.status_files import load_status_config
from waypost.adapters.troubleshooter_files import SUFFIX
from waypost.adapters.validation import validate
from waypost.app.site import Site
from waypost.core.ids import slugify
from waypost.model.article import FRONT_MATTER, Kind
from waypost.model.status import IncidentFrontMatter
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean

ARTICLE_KINDS = (Kind.FAQ, Kind.TROUBLESHOOTING, Kind.TROUBLESHOOTER, Kind.TUTORIAL)
"""The kinds that `waypost new` can start."""


class Workflows(StrEnum):
    """Where pushes to a new site are checked and published."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BOTH = "both"
    NONE = "none"


_WORKFLOW_FILES = {
    ".github": (Workflows.GITHUB, Workflows.BOTH),
    ".gitlab-ci.yml": (Workflows.GITLAB, Workflows.BOTH),
    "requirements.txt": (Workflows.GITHUB, Workflows.GITLAB, Workflows.BOTH),
}
"""The top-level names of the skeleton that only some choices take; what is not named here belongs to all."""


class AlreadyThere(Exception):  # it is the state of the disk, not a fault of the program
    """What should be made is there already, and nothing is overwritten."""


def new_site(folder: Path, name: str, workflows: Workflows = Workflows.BOTH) -> list[Path]:
    """Make an empty site with the shape of the sample; the folder must be new or empty.

    The workflow of a host that is not used does no harm, so both are made unless one is chosen.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyThere(f"{folder} is not empty. Choose a new folder; nothing was changed.")
    made: list[Path] = []
    # Markdown takes a backslash before a mark as YAML does, so one form fits both.
    values = {"name": _quoted(name)[1:-1], "waypost": f"waypost{compatible_versions(__version__)}"}
    source = scaffold_folder() / "site"
    for template in sorted(path for path in source.rglob("*") if path.is_file()):
        relative = template.relative_to(source).as_posix().replace("dot-", ".")
        if workflows not in _WORKFLOW_FILES.get(relative.partition("/")[0], (workflows,)):
            continue
        text = _fill(template.read_text(encoding="utf-8"), values)
        write_atomic(folder / relative, text.encode())
        made.append(folder / relative)
    return made


def compatible_versions(version: str) -> str:
    """Return the versions that read what this one reads, as pip writes a range: '>=0.1,<0.2'.

    As in Semantic Versioning, the first number that is not zero changes where a format does.
    """
    major, minor = (int(number) for number in version.split(".")[:2])
    return f">={major}.{minor},<{major + 1}" if major else f">=0.{minor},<0.{minor + 1}"


def new_article(site: Site, kind: Kind, title: str, category: str, now: datetime) -> Path:
    """Start an article of a kind in a category; raises ProblemsFound where there is no such category."""
    if not (site.root / "content" / category / "index.md").is_file():
        known = sorted(path.parent.name for path in (site.root / "content").glob("*/index.md"))
        message = f"There is no content/{category}/index.md. Categories: {', '.join(known) or 'none yet'}."
        raise ProblemsFound([Problem(Location(f"content/{category}"), "missing-file", message)])
    values = {"title": _quoted(title), "today": now.date().isoformat()}
    path = site.root / "content" / category / f"{slugify(title)}.md"
    made = _start(site, path, _skeleton(f"{kind}.md", values), FRONT_MATTER[kind])
    scenarios = path.with_name(path.stem + SUFFIX)
    if kind is Kind.TROUBLESHOOTER and not scenarios.exists():
        write_atomic(scenarios, _skeleton(f"{kind}{SUFFIX}", {}).encode())
    return made


def new_incident(site: Site, title: str, component: str, now: datetime) -> Path:
    """Start an incident about a component, ready for its first sentence."""
    _require_component(site, component)
    moment = now.astimezone().replace(microsecond=0)
    values = {"title": _quoted(title), "component": component, "now": moment.isoformat()}
    name = f"{moment:%Y-%m-%d}-{slugify(title)}.md"
    path = site.root / "status" / "incidents" / name
    return _start(site, path, _skeleton("incident.md", values), IncidentFrontMatter)


def _require_component(site: Site, component: str) -> None:
    config, problems = load_status_config(site.root)
    if config is None:
        raise ProblemsFound(problems)
    known = [item.id for item in config.flat]
    if component not in known:
        hint = did_you_mean(component, known) or f" Components: {', '.join(known)}."
        message = f"There is no component '{component}' in status/status.yml.{hint}"
        raise ProblemsFound([Problem(Location("status/status.yml"), "unknown-component", message)])


def _start(site: Site, path: Path, text: str, model: type[Any]) -> Path:
    """Write a new file, unless it is there or its title is one that no file may carry."""
    if path.exists():
        raise AlreadyThere(f"{path} is there already. Choose another title; nothing was changed.")
    document, problems = parse_markdown(Source(path.relative_to(site.root).as_posix(), text))
    if document is not None:
        problems = validate(document.front, model)[1]
    if problems:
        raise ProblemsFound(problems)
    write_atomic(path, text.encode())
    return path


def _skeleton(template: str, values: Mapping[str, str]) -> str:
    return _fill((scaffold_folder() / template).read_text(encoding="utf-8"), values)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(values)


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
