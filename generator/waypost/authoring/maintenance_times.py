"""Move, extend and record the maintenance that people announce."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.authoring.incidents import local, require_components
from waypost.authoring.io.incident_edit import (
    MAINTENANCE,
    EditedFile,
    read_file,
    start_file,
    usable_config,
    with_keys,
    with_update,
)
from waypost.authoring.io.planned_files import dated_file, quoted, skeleton
from waypost.authoring.io.site_language import site_texts
from waypost.authoring.maintenance import (
    NewMaintenance,
    PlannedMaintenance,
    not_now,
    over_already,
    planned_maintenance,
    warnings_about,
)
from waypost.authoring.rules.incident_texts import NewUpdate
from waypost.formats.status import ENDED, Maintenance, UpdateStatus
from waypost.reading.site import Site
from waypost.status.rules.maintenance import maintenance_at

_REPEATS = (
    "This work repeats. To move one window, write an update `cancelled` with its day into the file, and announce "
    "the new time with `schedule`."
)


def movable(site: Site, name: str, now: datetime) -> EditedFile[Maintenance]:
    """Return work that has not begun; raises ProblemsFound where it has, or repeats."""
    before = _present(site, name, now)
    if maintenance_at(before.item, now).status is not UpdateStatus.SCHEDULED:
        raise not_now(before.file, "The work has begun. Use `extend` to give it more time.")
    return before


def plan_move(
    site: Site, name: str, start: datetime, end: datetime, message: str, now: datetime
) -> PlannedMaintenance:
    """Plan another time for work that has not begun, with an update that says so; raises ProblemsFound."""
    before = movable(site, name, now)
    if start < now:
        raise not_now(before.file, "The work would have begun already. Use `start` if it begins now.")
    if (start, end) == (before.item.scheduled_for, before.item.scheduled_until):
        raise not_now(before.file, "This is the time that it has. Say another one.")
    text = site_texts(site).say("status.moved", begin=_time(site, start), end=_time(site, end))
    planned = _with_window(
        site, before, start, end, NewUpdate(UpdateStatus.SCHEDULED, local(now), message), text
    )
    return replace(planned, warnings=tuple(warnings_about(site, planned.work, now)))


def extendable(site: Site, name: str, now: datetime) -> EditedFile[Maintenance]:
    """Return work that is to come or under way; raises ProblemsFound where it is over, or repeats."""
    return _present(site, name, now)


def plan_extend(site: Site, name: str, end: datetime, message: str, now: datetime) -> PlannedMaintenance:
    """Plan that work takes longer than announced, with an update that says so; raises ProblemsFound.

    The update has the status of the one before: `in_progress` would say that the work begins only now.
    """
    before = extendable(site, name, now)
    work = before.item
    if end <= work.scheduled_until:
        raise not_now(
            before.file, "That is not later than it ends now. Say `complete` when it is done sooner."
        )
    text = site_texts(site).say("authoring.extended", end=_time(site, end))
    update = NewUpdate(work.updates[-1].status, local(now), message)
    return _with_window(site, before, work.scheduled_for, end, update, text)


def plan_record(site: Site, new: NewMaintenance, message: str, now: datetime) -> PlannedMaintenance:
    """Plan the file of work that is over and was never announced; raises ProblemsFound and AlreadyThere."""
    require_components(site, new.components)
    path = dated_file(site, MAINTENANCE.path, new.start, new.title)
    if new.end > now:
        raise not_now(path, "The work is not over yet. Announce it with `schedule`.")
    done = site_texts(site).say("status.clock.completed")
    updates = (
        NewUpdate(UpdateStatus.IN_PROGRESS, new.start, message),
        NewUpdate(UpdateStatus.COMPLETED, new.end, done),
    )
    values = {
        "title": quoted(new.title),
        "components": ", ".join(dict.fromkeys(new.components)),
        "start": new.start.isoformat(),
        "end": new.end.isoformat(),
        "update": "\n".join(update.text for update in updates),
    }
    text = skeleton("maintenance.md", values)
    return planned_maintenance(site, start_file(site, MAINTENANCE, path, text, len(updates)))


def _present(site: Site, name: str, now: datetime) -> EditedFile[Maintenance]:
    before = read_file(site.root, MAINTENANCE, name)
    written, clock = before.item.updates[-1].status, maintenance_at(before.item, now).status
    if before.item.repeats:
        raise not_now(before.file, _REPEATS)
    if written in ENDED or clock in ENDED:
        raise not_now(before.file, over_already(written if written in ENDED else clock))
    return before


def _with_window(
    site: Site, before: EditedFile[Maintenance], start: datetime, end: datetime, update: NewUpdate, text: str
) -> PlannedMaintenance:
    """Plan another window and an update, whose message a sentence about the window follows."""
    work = before.item
    times = {"scheduled_for": (work.scheduled_for, start), "scheduled_until": (work.scheduled_until, end)}
    keys = {key: new.isoformat() for key, (old, new) in times.items() if old != new}
    moved = with_keys(
        site.root, MAINTENANCE, before, keys, replace(work, scheduled_for=start, scheduled_until=end)
    )
    message = f"{update.message.strip()}\n\n{text}" if update.message.strip() else ""
    return planned_maintenance(
        site, with_update(site.root, MAINTENANCE, moved, replace(update, message=message))
    )


def _time(site: Site, moment: datetime) -> str:
    """Write a time in the zone of the page, which is named."""
    zone = usable_config(site.root).page.time_zone
    local = moment.astimezone(ZoneInfo(zone))
    return f"{site_texts(site).date('status.date.day_time_year', local)} ({zone})"
