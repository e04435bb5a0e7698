"""Open, update, resolve and list the incidents that people write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waypost.authoring.io.incident_edit import (
    INCIDENTS,
    Edited,
    find_file,
    read_file,
    usable_config,
    with_article,
    with_update,
)
from waypost.authoring.known_problem_article import PlannedArticle, plan_article
from waypost.authoring.planned_files import PlannedFile, write_planned
from waypost.authoring.rules.incident_text import NewUpdate
from waypost.authoring.rules.preview import incident_preview
from waypost.authoring.skeletons import check_start, dated_file, quoted, skeleton
from waypost.base.files.text_files import Source
from waypost.formats.status import ComponentStatus, Impact, Incident, UpdateStatus
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean
from waypost.reading.io.incident_files import parse_incident
from waypost.reading.io.incident_templates import first_words
from waypost.reading.site import Site


@dataclass(frozen=True)
class NewIncident:
    """What is known of an incident when it is opened."""

    title: str
    components: Sequence[str]
    impact: Impact = Impact.MINOR
    state: ComponentStatus = ComponentStatus.PARTIAL_OUTAGE
    """How the components are until it is resolved."""


@dataclass(frozen=True)
class Start:
    """What a writer of a first update sees to begin with."""

    words: str = ""
    """Words of the site, to be completed."""
    hint: str = ""
    """What to say, in words that are not for customers."""


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

    @property
    def subject(self) -> str:
        """What a commit of it says."""
        return f"Incident: {self.incident.title} ({self.incident.status})"


def new_incident(
    site: Site, title: str, component: str, now: datetime, impact: Impact = Impact.MINOR
) -> Path:
    """Start an incident about a component, with the first words for its impact, ready to be replaced."""
    start = start_of(site, impact)
    planned = plan_open(site, NewIncident(title, [component], impact), start.words or start.hint, now)
    write_planned(planned.files)
    return planned.file


def start_of(site: Site, impact: Impact) -> Start:
    """Return what to start from: the words of the site, else what Waypost advises.

    Raises ProblemsFound where the site has words that cannot be read.
    """
    own = first_words(site.root, impact)
    return Start(words=own) if own else Start(hint=skeleton(f"incident-{impact}.md", {}).strip())


def plan_open(
    site: Site, new: NewIncident, message: str, now: datetime, next_update: timedelta | None = None
) -> PlannedIncident:
    """Plan the file of an incident with its first update; raises ProblemsFound and AlreadyThere."""
    require_components(site, new.components)
    first = NewUpdate(UpdateStatus.INVESTIGATING, local(now), message, next_update)
    text = skeleton(
        "incident.md",
        {
            "title": quoted(new.title),
            "impact": new.impact,
            "components": ", ".join(f"{name}: {new.state}" for name in dict.fromkeys(new.components)),
            "update": first.text,
        },
    )
    path = dated_file(site.root / INCIDENTS.folder, first.at, new.title)
    read: list[Incident] = []

    def check(source: Source) -> list[Problem]:
        incident, problems = parse_incident(source, path.stem)
        if incident and len(incident.updates) > 1:
            message = "The message holds a second update. Leave out lines that begin with ##."
            return [source.problem("update-heading", message)]
        read.extend([incident] if incident else [])
        return problems

    data = check_start(site, path, text, check)
    return _planned(site, Edited(path, data, read[0]), [PlannedFile(path, data)])


def plan_update(site: Site, name: str, update: NewUpdate) -> PlannedIncident:
    """Plan one more update of an incident; raises ProblemsFound."""
    after = _after(site, name, update)
    return _planned(site, after, [_file(after)])


def plan_resolve(
    site: Site, name: str, update: NewUpdate, *, draft_article: bool = False, category: str | None = None
) -> PlannedIncident:
    """Plan the end of an incident, and a draft of what was learnt of it if that is asked for.

    Raises ProblemsFound, and AlreadyThere for an article of its name.
    """
    after = _after(site, name, update)
    if not draft_article:
        return _planned(site, after, [_file(after)])
    return _with_article(site, after, plan_article(site, after.item, category, update.at))


def _after(site: Site, name: str, update: NewUpdate) -> Edited[Incident]:
    file = find_file(site.root, INCIDENTS, name)
    return with_update(site.root, INCIDENTS, read_file(site.root, INCIDENTS, file), update)


def _with_article(site: Site, resolved: Edited[Incident], article: PlannedArticle) -> PlannedIncident:
    named = with_article(site.root, resolved, article.path.relative_to(site.root / "content").as_posix())
    last = named or resolved
    # The article first: an incident must never name one that is not there.
    files = [PlannedFile(article.path, article.data), _file(last)]
    return _planned(site, last, files, article.path, is_named=named is not None)


def _file(edited: Edited[Incident]) -> PlannedFile:
    return PlannedFile(edited.target, edited.data, edited.before)


def _planned(
    site: Site,
    edited: Edited[Incident],
    files: Sequence[PlannedFile],
    article: Path | None = None,
    *,
    is_named: bool = False,
) -> PlannedIncident:
    preview = incident_preview(edited.item, usable_config(site.root))
    return PlannedIncident(edited.item, edited.file, tuple(files), preview, article, is_named)


def new_update(
    status: UpdateStatus, message: str, now: datetime, next_update: timedelta | None = None
) -> NewUpdate:
    """Return an update of this moment, in the zone of this machine."""
    return NewUpdate(status, local(now), message, next_update)


def present_incident(site: Site, name: str) -> Incident:
    """Return the incident that a name means, before somebody is asked for words about it."""
    return read_file(site.root, INCIDENTS, find_file(site.root, INCIDENTS, name)).item


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
