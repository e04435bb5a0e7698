"""Schedule, start, complete, cancel and list the maintenance that people announce."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from waypost.authoring.incidents import local, require_components
from waypost.authoring.io.incident_edit import (
    MAINTENANCE,
    EditedFile,
    read_file,
    start_file,
    usable_config,
    with_update,
)
from waypost.authoring.io.planned_files import PlannedFile, dated_file, quoted, skeleton
from waypost.authoring.rules.incident_texts import NewUpdate, maintenance_preview
from waypost.formats.lint import LintConfig
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status import ENDED, Maintenance, UpdateStatus
from waypost.lint.io.lint_files import load_lint_config
from waypost.lint.rules.registry import judge
from waypost.lint.rules.rule import LintSite
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.site import Site
from waypost.reading.status import load_status
from waypost.status.rules.maintenance import maintenance_at

_ANNOUNCING = ("maintenance-notice", "maintenance-overlap")
"""The rules for writers that a plan can break before it is written."""

_REPEATS = "This work repeats. Write the update into its file, with the day of the window that it is about."

_PATH = re.compile(r"status/maintenance/[a-z0-9-]+\.md")


@dataclass(frozen=True)
class NewMaintenance:
    """The facts of a maintenance when it is announced."""

    title: str
    components: Sequence[str]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class PlannedMaintenance:
    """A maintenance as it will be, valid, and not written yet."""

    work: Maintenance
    file: Path
    files: tuple[PlannedFile, ...]
    preview: str
    """What will be published, in plain text."""
    warnings: tuple[Problem, ...] = ()
    """The findings of the rules for writers."""

    @property
    def subject(self) -> str:
        """The first line of its commit."""
        return f"Maintenance: {self.work.title} ({self.work.updates[-1].status})"


def plan_schedule(site: Site, new: NewMaintenance, message: str, now: datetime) -> PlannedMaintenance:
    """Plan the file of a maintenance with its announcement; raises ProblemsFound and AlreadyThere."""
    require_components(site, new.components)
    path = dated_file(site, MAINTENANCE.path, new.start, new.title)
    if new.end <= now:
        raise not_now(
            path, "The work would be over already. Correct its times, or use `record` for past work."
        )
    announced = NewUpdate(UpdateStatus.SCHEDULED, local(now), message)
    values = {
        "title": quoted(new.title),
        "components": ", ".join(dict.fromkeys(new.components)),
        "start": new.start.isoformat(),
        "end": new.end.isoformat(),
        "update": announced.text,
    }
    started = start_file(site, MAINTENANCE, path, skeleton("maintenance.md", values))
    return planned_maintenance(site, started, warnings_about(site, started.item, now))


def plan_step(site: Site, name: str, update: NewUpdate) -> PlannedMaintenance:
    """Plan that work begins, is done or is called off; raises ProblemsFound where it cannot be."""
    before = read_file(site.root, MAINTENANCE, name)
    message = _REPEATS if before.item.repeats else _objection(before.item, update)
    if message:
        raise not_now(before.file, message)
    return planned_maintenance(site, with_update(site.root, MAINTENANCE, before, update))


def over_already(status: UpdateStatus) -> str:
    """Return why nothing follows the end of work."""
    return f"The work is over: {status}. Announce new work with `schedule`."


def present_maintenance(site: Site, name: str) -> Maintenance:
    """Return the maintenance that a name means, before its author is asked for words about it."""
    return read_file(site.root, MAINTENANCE, name).item


def page_zone(site: Site) -> ZoneInfo:
    """Return the time zone of the status page; raises ProblemsFound where status.yml cannot be used."""
    return ZoneInfo(usable_config(site.root).page.time_zone)


def planned_maintenance(
    site: Site, edited: EditedFile[Maintenance], warnings: Sequence[Problem] = ()
) -> PlannedMaintenance:
    """Return the plan of a file with its preview."""
    preview = maintenance_preview(edited.item, usable_config(site.root))
    return PlannedMaintenance(edited.item, edited.file, (edited.planned,), preview, tuple(warnings))


def warnings_about(site: Site, work: Maintenance, now: datetime) -> list[Problem]:
    """Return the findings of the rules about announcements; lint.yml sets their levels, as it does later."""
    status = load_status(site)
    others = (item for item in status.maintenances if item.id != work.id)
    status = replace(status, maintenances=(*others, work))
    config = load_lint_config(site.root)[0] or LintConfig()
    lint_site = LintSite(Project(HelpCenter(), status), config, {}, frozenset(), now)
    path = f"{MAINTENANCE.path}/{work.id}.md"
    return [
        Problem(Location(path), item.code, item.finding.message, Level.WARNING)
        for item in judge(lint_site, _ANNOUNCING)
        if path in (item.finding.path, *_PATH.findall(item.finding.message))
    ]


def not_now(file: Path, message: str) -> ProblemsFound:
    """Return why a step of a maintenance cannot be, as it is raised."""
    return ProblemsFound([Problem(Location(f"{MAINTENANCE.path}/{file.name}"), "incident-order", message)])


def _objection(work: Maintenance, update: NewUpdate) -> str:
    """Return why a step does not fit the last update and the clock; empty where it fits."""
    status = work.updates[-1].status
    clock = maintenance_at(work, update.at).status
    if status in ENDED:
        return over_already(status)
    if update.status is UpdateStatus.COMPLETED:
        not_begun = "The work has not begun. Say `cancel` to call it off, or `start` if it begins now."
        return not_begun if clock is UpdateStatus.SCHEDULED else ""
    if clock is UpdateStatus.COMPLETED:
        return "The time of the work is over. Say `complete` when it was done, or announce new work with `schedule`."
    # The clock may have set it before; a person who knows when it really began is right.
    if update.status is UpdateStatus.IN_PROGRESS and status is not UpdateStatus.SCHEDULED:
        return "The work has begun already. Say `complete` when it is over."
    return ""


@dataclass(frozen=True)
class ListedMaintenance:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus
    is_published: bool
    """Whether anybody can read of it yet."""


def list_maintenances(site: Site, now: datetime, *, ended: bool = True) -> tuple[ListedMaintenance, ...]:
    """Return all maintenance, the latest first, or only what the page shows as to come or under way.

    Raises ProblemsFound where status/ has errors.
    """
    status = load_status(site)
    published = {item.id: item for item in status.as_of(now).maintenances}
    listed = [
        ListedMaintenance(work, maintenance_at(work, now).status, is_published=True)
        for work in published.values()
    ]
    if ended:
        listed += [
            ListedMaintenance(work, work.updates[0].status, is_published=False)
            for work in status.maintenances
            if work.id not in published
        ]
    wanted = (item for item in listed if ended or item.status not in ENDED)
    return tuple(sorted(wanted, key=lambda item: item.work.scheduled_for, reverse=True))
