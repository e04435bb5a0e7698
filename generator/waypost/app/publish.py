"""Publish the status pages: one snapshot, every file from it, only changes written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.adapters.calendar import calendar_file
from waypost.adapters.feeds import feed_files
from waypost.adapters.file_tree import FolderFiles, sync_tree
from waypost.adapters.languages import load_words, script_words
from waypost.adapters.resources import status_assets
from waypost.adapters.status_pages import (
    LOOK_FOLDER,
    SHELL_PATH,
    default_shell,
    is_shell,
    shell_language,
    status_pages,
)
from waypost.adapters.store import read_history
from waypost.app.site import Site
from waypost.core.json_files import json_files
from waypost.core.snapshot import Snapshot, take_snapshot
from waypost.model.project import Project


@dataclass(frozen=True)
class Publication:
    """What one publication did."""

    snapshot: Snapshot
    changed: tuple[str, ...]
    """Files that were written or removed, by their path below site/status/; pages come last."""


def publish(site: Site, project: Project, now: datetime, database_url: str | None = None) -> Publication:
    """Bring site/status/ up to date, in the language of the last full build; English where there was none.

    Raises StoreError where the database cannot be read.
    """
    # What is published names its moment in milliseconds, and must be what `history verify` finds for it.
    now -= timedelta(microseconds=now.microsecond % 1000)
    history = read_history(database_url or site.database_url)
    kept = _kept_by_build(site)
    words = load_words(shell_language(kept.get(SHELL_PATH, b"").decode()))
    snapshot = take_snapshot(project.status, history, now, words)
    files = status_files(snapshot, project, kept)
    return Publication(snapshot, tuple(sync_tree(site.status_output, files)))


def status_files(snapshot: Snapshot, project: Project, kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return every file of the status site by its path; `kept` is what a full build left behind."""
    words = snapshot.words
    shell = kept[SHELL_PATH].decode() if SHELL_PATH in kept else default_shell(snapshot.page, words)
    return {
        **kept,
        **status_assets(project.look),
        "assets/words.js": script_words(words),
        **status_pages(snapshot, project.help_center.pages, shell),
        **feed_files(snapshot),
        "maintenance.ics": calendar_file(snapshot),
        **json_files(snapshot),
    }


def _kept_by_build(site: Site) -> dict[str, bytes]:
    folder = FolderFiles(site.status_output / LOOK_FOLDER)
    kept = {LOOK_FOLDER + path: data for path, data in folder.items()}
    shell = kept.get(SHELL_PATH, b"").decode(errors="replace")
    if "\ufffd" in shell or not is_shell(shell):
        kept.pop(SHELL_PATH, None)
    return kept
