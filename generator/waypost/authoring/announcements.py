"""The maintenance that people wrote, to be listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.formats.status import ENDED, Maintenance, UpdateStatus
from waypost.reading.site import Site
from waypost.reading.status import load_status
from waypost.status.rules.snapshot import maintenance_at


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
        ListedMaintenance(work, maintenance_at(work, now).status) for work in load_status(site).maintenances
    ]
    wanted = (item for item in listed if ended or item.status not in ENDED)
    return tuple(sorted(wanted, key=lambda item: item.work.scheduled_for, reverse=True))
