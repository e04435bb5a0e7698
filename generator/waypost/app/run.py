"""The daemon: poll, detect, publish, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from waypost.adapters.store import Store, StoreError, writer_lock
from waypost.app.clock import utc_now
from waypost.app.poll import Poller, record
from waypost.app.publisher import Publisher, signature
from waypost.app.site import Site, load_project
from waypost.model.project import Project
from waypost.model.status import StateChange
from waypost.problems import ProblemsFound

REFRESH = 15.0
"""Seconds after which the pages are published again though nothing happened, to show when they were checked."""

WATCH = 0.3
"""Seconds between looks at the files of a site that is being written."""

LOOK = 1.0
"""Seconds between looks at the files of a site that is only run."""

TIDY = 3600.0
"""Seconds between removals of old observations."""


@dataclass
class Events:
    """What a daemon tells whoever started it; each does nothing unless it is replaced."""

    started: Callable[[], None] = field(default=lambda: None)
    changed: Callable[[StateChange], None] = field(default=lambda change: None)
    broken: Callable[[ProblemsFound], None] = field(default=lambda problems: None)
    reloaded: Callable[[], None] = field(default=lambda: None)
    failed: Callable[[Exception], None] = field(default=lambda error: None)


def run(site: Site, database_url: str, stop: threading.Event, events: Events) -> None:
    """Poll and publish until `stop` is set.

    Raises StoreError where another process already polls into the database, and ProblemsFound where
    the site is broken at the start. Files that break later are reported, and the last good ones stay.
    """
    with writer_lock(database_url):
        watch = FileWatch(site.root / "status", site.root / "content")
        publisher = Publisher(site, load_project(site), database_url, utc_now)
        store = Store(database_url)
        try:
            events.started()
            poll_and_publish(publisher, store, stop, events, watch)
        finally:
            store.close()


class FileWatch:
    """Notices when something in some folders was saved."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._seen = signature(*folders)

    def has_changed(self) -> bool:
        """Tell whether anything was saved since the last call."""
        current = signature(*self._folders)
        changed, self._seen = current != self._seen, current
        return changed


def poll_and_publish(
    publisher: Publisher, store: Store, stop: threading.Event, events: Events, watch: FileWatch | None = None
) -> None:
    """Keep polling into an open store and publishing; the caller holds the database's lock.

    Where `watch` is given, saved files are read again; otherwise whoever owns the publisher does it.
    """
    poller = Poller(publisher.project.status.config)
    known: Project = publisher.project
    published = looked = tidied = -TIDY
    try:
        while not stop.is_set():
            news = _take_outcomes(poller, publisher, store, events)
            now = time.monotonic()
            if now - tidied >= TIDY:
                tidied = now
                _tidy(store, events)
            if watch and now - looked >= LOOK:
                looked = now
                if watch.has_changed():
                    _reload(publisher, events)
            if publisher.project is not known:
                poller.configure(publisher.project.status.config)
                known, news = publisher.project, True
            if news or now - published >= REFRESH:
                published = now
                _publish(publisher, events)
    finally:
        poller.close()


def _take_outcomes(poller: Poller, publisher: Publisher, store: Store, events: Events) -> bool:
    changed = False
    for job, observation in poller.step(WATCH):
        try:
            change = record(store, job, observation, publisher.project.status.config.policy)
        except StoreError as error:
            events.failed(error)
            continue
        if change is not None:
            changed = True
            events.changed(change)
    return changed


def _tidy(store: Store, events: Events) -> None:
    try:
        now = utc_now()
        store.roll_up(now)
        store.prune(now)
    except StoreError as error:
        events.failed(error)


def _reload(publisher: Publisher, events: Events) -> None:
    try:
        publisher.reload()
    except ProblemsFound as problems:
        events.broken(problems)
    except OSError as error:
        # A file may vanish while it is being saved; the next look finds what came of it.
        events.failed(error)
    else:
        events.reloaded()


def _publish(publisher: Publisher, events: Events) -> None:
    try:
        publisher.publish()
    except Exception as error:  # whatever is wrong with one page, polling must go on
        # A full disk or a locked file may pass; the pages say how old they are meanwhile.
        events.failed(error)
