"""Holds the last good state of a site while it is served or polled, and publishes from it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from waypost.formats.project import Project
from waypost.publishing.publish import Publication, PublishMemory, publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

Signature = tuple[tuple[str, int, int], ...]


def signature(*folders: Path) -> Signature:
    """Return a value that changes whenever a file in the folders does: names, times and sizes."""
    entries: list[tuple[str, int, int]] = []
    for folder in folders:
        for path in [str(folder), *_below(folder)]:
            try:
                stat = os.lstat(path)
            except OSError:
                continue
            entries.append((path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(entries))


def _below(folder: Path) -> Iterator[str]:
    """Name everything below a folder; what vanishes while it is looked at is left out."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield f"{parent}/{name}"


class Publisher:
    """Publishes one site from several threads; a broken file never replaces what was read before it broke."""

    def __init__(
        self, site: Site, project: Project, database_url: str, clock: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._database_url = database_url
        self._clock = clock
        self.lock = threading.Lock()
        self.project = project
        self._memory = PublishMemory()

    def publish(self) -> Publication:
        """Bring the status pages up to date."""
        with self.lock:
            return publish(self._site, self.project, self._clock(), self._database_url, self._memory)

    def reload(self) -> None:
        """Read the site again; raises ProblemsFound, and keeps the last good state, where it is broken."""
        self.project = load_project(self._site)
