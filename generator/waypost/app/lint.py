"""Check everything that people wrote, without building or publishing anything."""

from __future__ import annotations

from waypost.app.site import Site, check_project
from waypost.problems import Problem


def lint(site: Site) -> list[Problem]:
    """Return every problem of a site, in the order of the files."""
    return check_project(site)[1]
