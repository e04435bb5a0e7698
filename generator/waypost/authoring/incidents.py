"""Open, update, resolve and list the incidents that people write."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from waypost.authoring.io.incident_edit import (
    INCIDENTS,
    EditedFile,
    read_file,
    start_file,
    usable_config,
    with_article,
    with_update,
)
from waypost.authoring.io.planned_files import (
    PlannedFile,
    check_article,
    check_start,
    dated_file,
    quoted,
    require_category,
    skeleton,
    write_planned,
)
from waypost.authoring.rules.incident_states import objection
from waypost.authoring.rules.incident_texts import (
    NewUpdate,
    article_name,
    fitting_category,
    incident_preview,
    known_problem,
)
from waypost.formats.project import Project
from waypost.formats.status import ComponentStatus, Impact, Incident, UpdateStatus
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean
from waypost.reading.io.incident_templates import first_words
from waypost.reading.project import load_project
from waypost.reading.site import Site


@dataclass(frozen=True)
class NewIncident:
    """The facts of an incident when it is opened."""

    title: str
    components: Mapping[str, ComponentStatus] = field(default_factory=dict)
    """The state of each that is hit; none while nobody knows what is."""
    impact: Impact = Impact.MINOR
    started: datetime | None = None
    """When it began, if that was before now; with the offset that is written."""


@dataclass(frozen=True)
class UpdateStart:
    """The text that a writer of a first update starts from."""

    words: str = ""
    """Words of the site, to be completed."""
    hint: str = ""
    """Advice to the author, which is not for customers."""


@dataclass(frozen=True)
class PlannedIncident:
    """An incident as it will be, valid, and not written yet."""

    incident: Incident
    file: Path
    """Its file by the name that people know."""
    files: tuple[PlannedFile, ...]
    """All that is to be written, in this order."""
    preview: str
    """What will be published, in plain text."""
    article: Path | None = None
    """The draft that is made of it."""
    is_named: bool = False
    """Whether the incident names the article; if not, a person has to add it."""
    step: str = ""
    """What becomes of it, for the commit; empty where the status of its last update says it."""

    @property
    def subject(self) -> str:
        """The first line of its commit."""
        return f"Incident: {self.incident.title} ({self.step or self.incident.status})"


def new_incident(
    site: Site, title: str, component: str, now: datetime, impact: Impact = Impact.MINOR
) -> Path:
    """Start an incident about a component, with the first words for its impact, ready to be replaced."""
    start = update_start(site, impact)
    new = NewIncident(title, {component: ComponentStatus.PARTIAL_OUTAGE}, impact)
    planned = plan_open(site, new, start.words or start.hint, now)
    write_planned(planned.files)
    return planned.file


def update_start(site: Site, impact: Impact) -> UpdateStart:
    """Return the start of a first update: the words of the site, else the advice of Waypost.

    Raises ProblemsFound where the site has words that cannot be read.
    """
    own = first_words(site.root, impact)
    return UpdateStart(words=own) if own else UpdateStart(hint=skeleton(f"incident-{impact}.md", {}).strip())


def plan_open(
    site: Site, new: NewIncident, message: str, now: datetime, next_update: timedelta | None = None
) -> PlannedIncident:
    """Plan the file of an incident with its first update; raises ProblemsFound and AlreadyThere."""
    require_components(site, [*new.components])
    first = NewUpdate(UpdateStatus.INVESTIGATING, local(now), message, next_update)
    return planned_incident(site, start_incident(site, new, first))


def start_incident(site: Site, new: NewIncident, first: NewUpdate) -> EditedFile[Incident]:
    """Return the file of an incident with its first update; raises ProblemsFound and AlreadyThere."""
    values = {
        "title": quoted(new.title),
        "impact": new.impact,
        "components": ", ".join(f"{name}: {state}" for name, state in new.components.items()),
        "started": f"started: {new.started.isoformat()}\n" if new.started else "",
        "update": first.text,
    }
    path = dated_file(site, INCIDENTS.path, first.at, new.title)
    return start_file(site, INCIDENTS, path, skeleton("incident.md", values))


def incident_before(site: Site, name: str, status: UpdateStatus | None) -> EditedFile[Incident]:
    """Return the incident that an update is about, which has a status, or none where that stays as it is.

    Raises ProblemsFound where no such update can follow.
    """
    before = read_file(site.root, INCIDENTS, name, is_over=status is UpdateStatus.POSTMORTEM)
    require(before.file, objection(before.item, status))
    return before


def plan_update(site: Site, name: str, update: NewUpdate) -> PlannedIncident:
    """Plan one more update of an incident; raises ProblemsFound."""
    require_components(site, [component for component, _ in update.changes])
    return planned_incident(site, _after(site, name, update))


def plan_resolve(
    site: Site, name: str, update: NewUpdate, *, draft_article: bool = False, category: str | None = None
) -> PlannedIncident:
    """Plan the end of an incident, and a draft of an article about it if that is asked for.

    Raises ProblemsFound, and AlreadyThere for an article of its name.
    """
    after = _after(site, name, update)
    if not draft_article:
        return planned_incident(site, after)
    article = plan_article(site, after.item, category, update.at)
    named = with_article(site.root, after, article.path.relative_to(site.root / "content").as_posix())
    planned = planned_incident(site, named or after)
    # The article first: an incident must never name one that is not there.
    files = (article, *planned.files)
    return replace(planned, files=files, article=article.path, is_named=named is not None)


def _after(site: Site, name: str, update: NewUpdate) -> EditedFile[Incident]:
    before = incident_before(site, name, update.status)
    return with_update(site.root, INCIDENTS, before, update)


def require(file: Path, objection: str) -> None:
    """Raise ProblemsFound with an objection to a step of an incident, where there is one."""
    if objection:
        raise ProblemsFound([Problem(Location(f"{INCIDENTS.path}/{file.name}"), "incident-order", objection)])


def planned_incident(
    site: Site, *files: EditedFile[Incident], step: str = "", shown: int = -1
) -> PlannedIncident:
    """Return the plan of files that are written in this order; the last one's incident is what it is about.

    `shown` is the index of the update in the preview.
    """
    config = usable_config(site.root)
    previews = [incident_preview(file.item, config, file.item.updates[shown]) for file in reversed(files)]
    planned = tuple(file.planned for file in files)
    return PlannedIncident(files[-1].item, files[-1].file, planned, "\n\n".join(previews), step=step)


def new_update(
    status: UpdateStatus,
    message: str,
    now: datetime,
    next_update: timedelta | None = None,
    changes: tuple[tuple[str, ComponentStatus], ...] = (),
) -> NewUpdate:
    """Return an update of this moment, in the zone of this machine."""
    return NewUpdate(status, local(now), message, next_update, changes)


def local(now: datetime) -> datetime:
    """Return a moment as it is written into files: in the zone of this machine, in whole seconds."""
    return now.astimezone().replace(microsecond=0)


def require_components(site: Site, names: Sequence[str]) -> None:
    """Raise ProblemsFound with every name that status/status.yml does not define."""
    known = [item.id for item in usable_config(site.root).flat]
    problems = []
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f" Components: {', '.join(known)}."
            message = f"There is no component '{name}' in status/status.yml.{hint}"
            problems.append(Problem(Location("status/status.yml"), "unknown-component", message))
    if problems:
        raise ProblemsFound(problems)


def plan_article(site: Site, incident: Incident, category: str | None, now: datetime) -> PlannedFile:
    """Return the draft about an incident, in a category; without one, where its components are written about.

    Raises AlreadyThere for an article of its name, and ProblemsFound where it cannot be made.
    """
    project = load_project(site)
    folder = category or fitting_category(incident, project.help_center)
    if not folder:
        message = "There is no category for the article. Make one: `waypost new category TITLE`."
        raise ProblemsFound([Problem(Location("content"), "missing-file", message)])
    require_category(site, folder)
    path = site.root / "content" / folder / article_name(incident)
    text = skeleton("known-problem.md", _values(project, incident, folder, now))
    return PlannedFile(path, check_start(site, path, text, check_article))


def _values(project: Project, incident: Incident, folder: str, now: datetime) -> dict[str, str]:
    config = project.status.config
    known = known_problem(incident, config.page.time_zone)
    workaround = known.workaround or skeleton("known-problem-step.md", {}).strip()
    root = "../" * (folder.count("/") + 2)
    status = f"{root}status/" if config.page.is_inside_help_center else config.page.url
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
