"""What people wrote in status/, read and checked without the help center."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.formats.status import Incident
from waypost.formats.status_site import StatusSite
from waypost.problems import ProblemsFound, errors
from waypost.reading.io.status_files import load_status_config, load_status_site
from waypost.reading.site import Site


def load_status(site: Site) -> StatusSite:
    """Read status/; raise ProblemsFound with all problems where any is an error.

    Incidents and maintenances also name articles that are drafts.
    """
    config, problems = load_status_config(site.root)
    if config is None:
        raise ProblemsFound(problems)
    status, found = load_status_site(site.root, config)
    if errors(problems + found):
        raise ProblemsFound(problems + found)
    return status


@dataclass(frozen=True)
class ListedIncidents:
    """Incidents that people wrote, newest first, as they are published at a moment."""

    incidents: tuple[Incident, ...]
    zone: ZoneInfo
    """The zone of the page."""


def list_incidents(site: Site, now: datetime, *, resolved: bool = True) -> ListedIncidents:
    """Return all incidents that people wrote, or only those that the page shows as open.

    What nobody can read yet is listed as it is written. Raises ProblemsFound where status/ has errors.
    """
    status = load_status(site)
    published = {item.id: item for item in status.as_of(now).incidents}
    if resolved:
        wanted = [published.get(item.id, item) for item in status.incidents]
    else:
        wanted = [item for item in published.values() if item.is_open(now)]
    newest_first = sorted(wanted, key=lambda item: item.started, reverse=True)
    return ListedIncidents(tuple(newest_first), ZoneInfo(status.config.page.time_zone))
