"""Draft the article that is left of an incident, for the next time that somebody sees the same."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from waypost.authoring.rules.known_problem import article_name, fitting_category, known_problem
from waypost.authoring.skeletons import check_article, check_start, quoted, require_category, skeleton
from waypost.formats.project import Project
from waypost.formats.status import Incident
from waypost.problems import Location, Problem, ProblemsFound
from waypost.reading.project import load_project
from waypost.reading.site import Site


@dataclass(frozen=True)
class PlannedArticle:
    """A new article that is valid, and not written yet."""

    path: Path
    data: bytes


def plan_article(site: Site, incident: Incident, category: str | None, now: datetime) -> PlannedArticle:
    """Return the draft about an incident, in a category; without one, where its components are written about.

    Raises AlreadyThere for an article of its name, and ProblemsFound where it cannot be made.
    """
    project = load_project(site)
    folder = category or fitting_category(incident, project.help_center)
    if not folder:
        message = "There is no category for the article. Make content/FOLDER/index.md with `kind: category`."
        raise ProblemsFound([Problem(Location("content"), "missing-file", message)])
    require_category(site, folder)
    path = site.root / "content" / folder / article_name(incident)
    text = skeleton("known-problem.md", _values(project, incident, now))
    return PlannedArticle(path, check_start(site, path, text, check_article))


def _values(project: Project, incident: Incident, now: datetime) -> dict[str, str]:
    config = project.status.config
    known = known_problem(incident, config.page.time_zone)
    workaround = known.workaround or skeleton("known-problem-step.md", {}).strip()
    # An article lies two folders below the root of the help center.
    status = "../../status/" if config.page.is_inside_help_center else config.page.url
    return {
        "title": quoted(incident.title),
        "summary": quoted(known.summary or incident.title),
        "components": ", ".join(incident.components),
        "today": now.date().isoformat(),
        "symptoms": known.symptoms,
        "workaround": textwrap.indent(workaround, "    ").strip(),
        "cause": known.cause,
        "since": known.since,
        "until": known.until,
        "zone": config.page.time_zone,
        "incident": f"{status}incidents/{incident.id}/",
    }
