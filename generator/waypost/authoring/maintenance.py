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
    Edited,
    find_file,
    read_file,
    usable_config,
    with_update,
)
from waypost.authoring.planned_files import PlannedFile
from waypost.authoring.rules.incident_text import NewUpdate
from waypost.authoring.rules.preview import maintenance_preview
from waypost.authoring.skeletons import check_start, dated_file, quoted, skeleton
from waypost.base.files.source import Source
from waypost.formats.lint import LintConfig
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status import ENDED, Maintenance, UpdateStatus
from waypost.lint.io.lint_files import load_lint_config
from waypost.lint.rules.registry import RULES, judge
from waypost.lint.rules.rule import LintSite
from waypost.problems import Level, Location, Problem, ProblemsFound
from waypost.reading.io.incident_files import parse_maintenance
from waypost.reading.site import Site
from waypost.reading.status import load_status
from waypost.status.rules.snapshot import maintenance_at

_ANNOUNCING = ("maintenance-notice", "maintenance-overlap")
"""The rules for writers that a plan can break before it is written."""

_REPEATS = "This work repeats. Write the update into its file, with the day of the window that it is about."

_PATH = re.compile(r"status/maintenance/[a-z0-9-]+\.md")


@dataclass(frozen=True)
class NewMaintenance:
    """What is known of work when it is announced."""

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
    """What the rules for writers say of it."""

    @property
    def subject(self) -> str:
        """What a commit of it says."""
        return f"Maintenance: {self.work.title} ({self.work.updates[-1].status})"


def plan_schedule(site: Site, new: NewMaintenance, message: str, now: datetime) -> PlannedMaintenance:
    """Plan the file of a maintenance with its announcement; raises ProblemsFound and AlreadyThere."""
    require_components(site, new.components)
    path = dated_file(site.root / MAINTENANCE.folder, new.start, new.title)
    if new.end <= now:
        raise _not_now(path, "The work would be over already. Correct its times.")
    announced = NewUpdate(UpdateStatus.SCHEDULED, local(now), message)
    values = {
        "title": quoted(new.title),
        "components": ", ".join(dict.fromkeys(new.components)),
        "start": new.start.isoformat(),
        "end": new.end.isoformat(),
        "update": announced.text,
    }
    read: list[Maintenance] = []

    def check(source: Source) -> list[Problem]:
        work, problems = parse_maintenance(source, path.stem)
        if work and len(work.updates) > 1:
            message = "The message holds a second update. Leave out lines that begin with ##."
            return [source.problem("update-heading", message)]
        read.extend([work] if work else [])
        return problems

    data = check_start(site, path, skeleton("maintenance.md", values), check)
    warnings = _warnings(site, read[0], now)
    return _planned(site, Edited(path, data, read[0]), PlannedFile(path, data), warnings)


def plan_step(site: Site, name: str, update: NewUpdate) -> PlannedMaintenance:
    """Plan that work begins, is done or is called off; raises ProblemsFound where it cannot be."""
    file = find_file(site.root, MAINTENANCE, name)
    before = read_file(site.root, MAINTENANCE, file)
    message = _REPEATS if before.item.repeats else _objection(before.item, update)
    if message:
        raise _not_now(file, message)
    after = with_update(site.root, MAINTENANCE, before, update)
    return _planned(site, after, PlannedFile(after.target, after.data, after.before))


def present_maintenance(site: Site, name: str) -> Maintenance:
    """Return the maintenance that a name means, before somebody is asked for words about it."""
    return read_file(site.root, MAINTENANCE, find_file(site.root, MAINTENANCE, name)).item


def page_zone(site: Site) -> ZoneInfo:
    """Return the time zone of the status page; raises ProblemsFound where status.yml cannot be used."""
    return ZoneInfo(usable_config(site.root).page.time_zone)


def _planned(
    site: Site, edited: Edited[Maintenance], file: PlannedFile, warnings: Sequence[Problem] = ()
) -> PlannedMaintenance:
    preview = maintenance_preview(edited.item, usable_config(site.root))
    return PlannedMaintenance(edited.item, edited.file, (file,), preview, tuple(warnings))


def _warnings(site: Site, work: Maintenance, now: datetime) -> list[Problem]:
    """Ask the rules about announcements what they say of new work; lint.yml decides, as it does later."""
    status = load_status(site)
    status = replace(status, maintenances=(*status.maintenances, work))
    config = load_lint_config(site.root, RULES)[0] or LintConfig()
    looked_at = LintSite(Project(HelpCenter(), status), config, {}, frozenset(), now)
    path = f"{MAINTENANCE.folder}/{work.id}.md"
    found = (
        item
        for item in judge(looked_at, _ANNOUNCING)
        if path in (item.finding.path, *_PATH.findall(item.finding.message))
    )
    return [Problem(Location(path), item.code, item.finding.message, Level.WARNING) for item in found]


def _not_now(file: Path, message: str) -> ProblemsFound:
    return ProblemsFound([Problem(Location(f"{MAINTENANCE.folder}/{file.name}"), "incident-order", message)])


def _objection(work: Maintenance, update: NewUpdate) -> str:
    """Say why a step does not fit what was said before and what the clock says, or nothing."""
    said = work.updates[-1].status
    clock = maintenance_at(work, update.at).status
    if said in ENDED:
        return f"The work is over: {said}. Announce new work with `schedule`."
    if update.status is UpdateStatus.COMPLETED:
        not_begun = "The work has not begun. Say `cancel` to call it off, or `start` if it begins now."
        return not_begun if clock is UpdateStatus.SCHEDULED else ""
    if clock is UpdateStatus.COMPLETED:
        return "The time of the work is over. Say `complete` when it was done, or announce new work with `schedule`."
    # The clock has said it before; a person who says when it really began is right.
    if update.status is UpdateStatus.IN_PROGRESS and said is not UpdateStatus.SCHEDULED:
        return "The work has begun already. Say `complete` when it is over."
    return ""
