"""The incidents and the maintenance that people wrote, to be listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.authoring.io.incident_edit import usable_config
from waypost.formats.status import ENDED, Incident, Maintenance, UpdateStatus
from waypost.formats.status_site import StatusSite
from waypost.problems import ProblemsFound, errors
from waypost.reading.io.status_files import load_status_site
from waypost.reading.site import Site
from waypost.status.rules.snapshot import maintenance_at


def written_status(site: Site) -> StatusSite:
    """Return what people wrote in status/; raises ProblemsFound where anything of it is wrong."""
    found, problems = load_status_site(site.root, usable_config(site.root))
    if errors(problems):
        raise ProblemsFound(problems)
    return found


def list_incidents(site: Site, *, resolved: bool = True) -> tuple[Incident, ...]:
    """Return the incidents that people wrote, newest first, or only those that are open.

    Raises ProblemsFound where status/ has errors.
    """
    wanted = (item for item in written_status(site).incidents if resolved or item.resolved_at is None)
    return tuple(sorted(wanted, key=lambda item: item.started, reverse=True))


@dataclass(frozen=True)
class ListedMaintenance:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus


def list_maintenances(site: Site, now: datetime, *, ended: bool = True) -> tuple[ListedMaintenance, ...]:
    """Return all maintenance, the latest first, or only what is to come or under way.

    Raises ProblemsFound where status/ has errors.
    """
    listed = [
        ListedMaintenance(work, maintenance_at(work, now).status)
        for work in written_status(site).maintenances
    ]
    wanted = (item for item in listed if ended or item.status not in ENDED)
    return tuple(sorted(wanted, key=lambda item: item.work.scheduled_for, reverse=True))
