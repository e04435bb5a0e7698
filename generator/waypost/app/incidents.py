"""Open, update, resolve and list the incidents that people write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waypost.adapters.file_tree import write_atomic
from waypost.adapters.incident_edit import (
    FOLDER,
    EditedIncident,
    find_incident,
    read_incident,
    usable_config,
    with_article,
    with_update,
)
from waypost.adapters.incident_files import parse_incident
from waypost.adapters.source import Source
from waypost.adapters.status_files import load_status_site
from waypost.app.known_problem import PlannedArticle, plan_article
from waypost.app.site import Site
from waypost.app.skeletons import check_start, quoted, skeleton
from waypost.core.ids import slugify
from waypost.core.incident_text import NewUpdate
from waypost.model.status import ComponentStatus, Impact, Incident, UpdateStatus
from waypost.problems import Location, Problem, ProblemsFound, did_you_mean, errors


@dataclass(frozen=True)
class NewIncident:
    """What is known of an incident when it is opened."""

    title: str
    components: Sequence[str]
    impact: Impact = Impact.MINOR
    state: ComponentStatus = ComponentStatus.PARTIAL_OUTAGE
    """How the components are until it is resolved."""


@dataclass(frozen=True)
class Resolved:
    """An incident that is over, and the draft that was made of it."""

    incident: Incident
    file: Path
    article: Path | None = None
    is_named: bool = False
    """Whether the incident names the article; if not, a person has to add it."""


def new_incident(site: Site, title: str, component: str, now: datetime) -> Path:
    """Start an incident about a component, ready for its first sentence."""
    return open_incident(site, NewIncident(title, [component]), skeleton("incident-update.md", {}), now)


def open_incident(
    site: Site, new: NewIncident, message: str, now: datetime, next_update: timedelta | None = None
) -> Path:
    """Write the file of an incident with its first update; raises ProblemsFound and AlreadyThere."""
    _require_components(site, new.components)
    first = NewUpdate(UpdateStatus.INVESTIGATING, _local(now), message, next_update)
    text = skeleton(
        "incident.md",
        {
            "title": quoted(new.title),
            "impact": new.impact,
            "components": ", ".join(f"{name}: {new.state}" for name in dict.fromkeys(new.components)),
            "update": first.text,
        },
    )
    path = site.root / FOLDER / f"{first.at:%Y-%m-%d}-{slugify(new.title)}.md"

    def check(source: Source) -> list[Problem]:
        incident, problems = parse_incident(source, path.stem)
        if incident and len(incident.updates) > 1:
            message = "The message holds a second update. Leave out lines that begin with ##."
            return [source.problem("update-heading", message)]
        return problems

    write_atomic(path, check_start(site, path, text, check))
    return path


def update_incident(site: Site, name: str, update: NewUpdate) -> Incident:
    """Add an update to the file of an incident; raises ProblemsFound, and changes nothing then."""
    file = find_incident(site.root, name)
    after = with_update(site.root, read_incident(site.root, file), update)
    write_atomic(after.target, after.data)
    return after.incident


def resolve_incident(
    site: Site, name: str, update: NewUpdate, *, draft_article: bool = False, category: str | None = None
) -> Resolved:
    """Say that an incident is over, and leave a draft of what was learnt of it if that is asked for."""
    file = find_incident(site.root, name)
    after = with_update(site.root, read_incident(site.root, file), update)
    if not draft_article:
        write_atomic(after.target, after.data)
        return Resolved(after.incident, file)
    article = plan_article(site, after.incident, category, update.at)
    return _write_both(site, after, article)


def _write_both(site: Site, resolved: EditedIncident, article: PlannedArticle) -> Resolved:
    named = with_article(site.root, resolved, article.path.relative_to(site.root / "content").as_posix())
    # The article first: an incident must never name one that is not there.
    write_atomic(article.path, article.data)
    last = named or resolved
    write_atomic(last.target, last.data)
    return Resolved(last.incident, last.file, article.path, is_named=named is not None)


def new_update(
    status: UpdateStatus, message: str, now: datetime, next_update: timedelta | None = None
) -> NewUpdate:
    """Return an update of this moment, in the zone of this machine."""
    return NewUpdate(status, _local(now), message, next_update)


def present_incident(site: Site, name: str) -> Incident:
    """Return the incident that a name means, before somebody is asked for words about it."""
    return read_incident(site.root, find_incident(site.root, name)).incident


def list_incidents(site: Site) -> tuple[Incident, ...]:
    """Return the incidents that people wrote, newest first; raises ProblemsFound where status/ has errors."""
    found, problems = load_status_site(site.root, usable_config(site.root))
    if errors(problems):
        raise ProblemsFound(problems)
    return tuple(sorted(found.incidents, key=lambda item: item.started, reverse=True))


def _local(now: datetime) -> datetime:
    return now.astimezone().replace(microsecond=0)


def _require_components(site: Site, names: Sequence[str]) -> None:
    known = [item.id for item in usable_config(site.root).flat]
    problems = []
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f" Components: {', '.join(known)}."
            message = f"There is no component '{name}' in status/status.yml.{hint}"
            problems.append(Problem(Location("status/status.yml"), "unknown-component", message))
    if problems:
        raise ProblemsFound(problems)
