"""The daemon: poll, detect, publish and notify until it is stopped, with its regular tasks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from waypost.base.clock import utc_now
from waypost.base.database.engine import Database, StoreError, sqlite_path
from waypost.formats.observations import RecordedOutcome
from waypost.formats.project import Project
from waypost.formats.run_options import RunOptions
from waypost.formats.status import StateChange
from waypost.formats.status_config import StatusConfig
from waypost.history.history import seal_days, settling_time
from waypost.history.store import HistoryStore
from waypost.monitor.heartbeat_listener import listening
from waypost.monitor.heartbeats import Intake
from waypost.monitor.poll import Poller, poll_once, require_region
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_write
from waypost.notify.dispatch import Dispatch, enqueue_notices
from waypost.notify.outbox import Outbox
from waypost.notify.unsubscribing import unsubscribe_pages
from waypost.notify.worker import WorkerHooks
from waypost.problems import ProblemsFound
from waypost.publishing.publish import Publisher, signature
from waypost.reading.project import load_project
from waypost.reading.site import Site

log = logging.getLogger("waypost")


REFRESH = 15.0
"""Seconds after which the pages are published again though nothing happened, to show when they were checked."""

WATCH = 0.3
"""Seconds between looks at the files of a site that is being written."""

CHECK_EVERY = 1.0
"""Seconds after which saved files and the findings of other pollers are read again."""

PAUSE = 1.0
"""Seconds to wait after the store could not be used."""


@dataclass(frozen=True)
class Task:
    """Something to do again and again."""

    name: str
    every: timedelta
    work: Callable[[Database, datetime, StatusConfig], object]


def _roll_up(database: Database, now: datetime, _: StatusConfig) -> None:
    MonitorStore(database).roll_up(now)


def _prune(database: Database, now: datetime, _: StatusConfig) -> None:
    Outbox(database).prune(now)
    MonitorStore(database).prune(now)


def _seal(database: Database, now: datetime, config: StatusConfig) -> None:
    seal_days(HistoryStore(database), now, settling_time(config))


TASKS = (
    Task("roll up", timedelta(minutes=5), _roll_up),
    Task("prune", timedelta(hours=1), _prune),
    Task("seal", timedelta(hours=1), _seal),
)
"""In the order in which they are done: what is forgotten must have been summed up."""


class Housekeeping:
    """Does each task when its time has come; one that fails is tried again at its next time."""

    def __init__(self, tasks: tuple[Task, ...] = TASKS) -> None:
        self._tasks = tasks
        self._due: dict[str, datetime] = {}

    def step(self, database: Database, now: datetime, config: StatusConfig) -> list[Exception]:
        """Do what is due, and return what failed."""
        failed: list[Exception] = []
        for task in self._tasks:
            if now < self._due.get(task.name, now):
                continue
            self._due[task.name] = now + task.every
            try:
                task.work(database, now, config)
            except Exception as error:  # whatever is wrong with one task, polling must go on
                log.debug("The task '%s' failed.", task.name, exc_info=True)
                failed.append(error)
        return failed


@dataclass
class Events:
    """The callbacks of a daemon; each does nothing unless it is replaced."""

    started: Callable[[], None] = field(default=lambda: None)
    listening: Callable[[str, int], None] = field(default=lambda host, port: None)
    changed: Callable[[StateChange], None] = field(default=lambda change: None)
    broken: Callable[[ProblemsFound], None] = field(default=lambda problems: None)
    reloaded: Callable[[], None] = field(default=lambda: None)
    failed: Callable[[Exception], None] = field(default=lambda error: None)
    deliveries: WorkerHooks = field(default_factory=WorkerHooks)


def run(
    site: Site, database_url: str, stop: threading.Event, events: Events, options: RunOptions | None = None
) -> None:
    """Poll and publish until `stop` is set.

    Raises StoreError where another process already polls into a SQLite database, ListenRefused, UnknownRegion, and
    ProblemsFound where the site is broken at the start. Files that break later are reported; the last good ones stay.
    """
    options = options or RunOptions()
    project = load_project(site)
    require_region(project.status.config, options.region)
    with ExitStack() as stack:
        watch = FileWatch(site.root / "status", site.root / "content", site.root / "lint.yml")
        database = stack.enter_context(opened_to_write(database_url))
        outbox = Outbox(database)
        publisher = Publisher(site, project, database_url, utc_now)
        if options.listen:
            config = lambda: publisher.project.status.config  # noqa: E731  # the project is replaced when files are saved
            leaving = unsubscribe_pages(lambda: publisher.project, outbox, utc_now)
            port = stack.enter_context(
                listening(options.listen, config, database_url, options.heartbeat_key, utc_now, leaving)
            )
            events.listening(options.listen[0], port)
        dispatch = stack.enter_context(Dispatch(outbox, events.deliveries)) if options.delivers else None
        events.started()
        Daemon(publisher, database, database_url, events, options, watch=watch, dispatch=dispatch).run(stop)


def poll(site: Site, database_url: str, region: str = "") -> list[RecordedOutcome]:
    """Run every check of a site once; raises ProblemsFound, StoreError and UnknownRegion."""
    config = load_project(site).status.config
    require_region(config, region)
    with opened_to_write(database_url) as database:
        store = MonitorStore(database)
        Intake(sqlite_path(database_url)).step(store, utc_now())
        outcomes = poll_once(config, store, region)
        # Where nothing else runs, nobody else sums up and seals.
        for error in Housekeeping().step(database, utc_now(), config):
            raise error
        return outcomes


class FileWatch:
    """Notices when something in some folders was saved."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._signature = signature(*folders)

    def has_changed(self) -> bool:
        """Return whether anything was saved since the last call."""
        current = signature(*self._folders)
        changed, self._signature = current != self._signature, current
        return changed


class Daemon:
    """Polls into an open store and publishes; on SQLite the caller holds the database's lock.

    Where `watch` is given, saved files are read again; otherwise the owner of the publisher reloads them. Where
    `dispatch` is given, subscribers are sent the news of each publication.
    """

    def __init__(
        self,
        publisher: Publisher,
        database: Database,
        database_url: str,
        events: Events,
        options: RunOptions,
        *,
        watch: FileWatch | None = None,
        dispatch: Dispatch | None = None,
    ) -> None:
        self._publisher = publisher
        self._dispatch = dispatch
        self._database = database
        self._store = store = MonitorStore(database)
        self._events = events
        self._options = options
        self._watch = watch
        self._known: Project = publisher.project
        self._poller = Poller(
            self._known.status.config,
            store,
            options.region,
            everywhere=options.everywhere,
            workers=options.workers,
        )
        self._intake = Intake(sqlite_path(database_url))
        self._housekeeping = Housekeeping()
        self._history_size = store.history_size()
        self._checked = 0.0
        self._published = -REFRESH

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set."""
        try:
            while not stop.is_set():
                self.step(stop)
        finally:
            self._poller.close()

    def step(self, stop: threading.Event) -> None:
        """Poll for a moment, and do what has become due meanwhile."""
        has_news = False
        try:
            has_news = self._poll()
            for error in self._housekeeping.step(self._database, utc_now(), self._known.status.config):
                self._events.failed(error)
        except StoreError as error:
            # A full disk or a server that is restarted may pass; what was claimed is claimed again.
            self._events.failed(error)
            stop.wait(PAUSE)
        now = time.monotonic()
        if now - self._checked >= CHECK_EVERY:
            self._checked = now
            has_news |= self._find_news()
        if self._options.publishes and (has_news or now - self._published >= REFRESH):
            self._published = now
            self._publish()

    def _poll(self) -> bool:
        self._intake.step(self._store, self._poller.clock())
        changes = [item.change for item in self._poller.step(WATCH) if item.change]
        for change in changes:
            self._events.changed(change)
        return bool(changes)

    def _find_news(self) -> bool:
        """Reload saved files and ask for the news of other pollers; return whether there is something to publish."""
        if self._watch and self._watch.has_changed():
            self._reload()
        is_new = self._publisher.project is not self._known
        try:
            if is_new:
                self._known = self._publisher.project
                self._poller.configure(self._known.status.config)
            size = self._store.history_size()
        except StoreError as error:
            self._events.failed(error)
            return is_new
        is_new |= size != self._history_size
        self._history_size = size
        return is_new

    def _reload(self) -> None:
        try:
            self._publisher.reload()
        except ProblemsFound as problems:
            self._events.broken(problems)
        except OSError as error:
            # A file may vanish while it is being saved; the next step finds the rest.
            self._events.failed(error)
        else:
            self._events.reloaded()

    def _publish(self) -> None:
        status = self._publisher.project.status
        try:
            published = self._publisher.publish()
            if self._dispatch:
                # The page is there before anybody is notified of it.
                self._dispatch.use(status)
                enqueue_notices(Outbox(self._database), status, published.snapshot)
        except Exception as error:  # whatever is wrong with one page, polling must go on
            log.debug("The pages could not be published.", exc_info=True)
            # A full disk or a locked file may pass; the pages say how old they are meanwhile.
            self._events.failed(error)
