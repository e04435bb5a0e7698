"""What is true of every component at a moment."""

from __future__ import annotations

from datetime import datetime

from waypost.base.files.languages import load_words
from waypost.monitor.store.reading import read_history
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot, take_snapshot


def present_status(site: Site, database_url: str, now: datetime) -> Snapshot:
    """Return the status page of a site at a moment, in English; raises ProblemsFound and StoreError."""
    history = read_history(database_url)
    return take_snapshot(load_project(site).status, history, now, load_words())
