"""What people wrote in status/, read and checked without the help center."""

from __future__ import annotations

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


def list_incidents(site: Site, *, resolved: bool = True) -> tuple[Incident, ...]:
    """Return the incidents that people wrote, newest first, or only those that are open.

    Raises ProblemsFound where status/ has errors.
    """
    wanted = (item for item in load_status(site).incidents if resolved or item.resolved_at is None)
    return tuple(sorted(wanted, key=lambda item: item.started, reverse=True))
