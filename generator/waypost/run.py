"""The daemon: poll, publish and notify until it is stopped, each in a task of its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from waypost.base.clock import Clock, utc_now
from waypost.base.database.engine import Database, sqlite_path
from waypost.base.database.leases import owner_name
from waypost.base.database.patience import calls_end_with
from waypost.base.faults import FaultKind, Faults
from waypost.base.net.request_server import Route, listening
from waypost.base.supervision import Supervisor, Task
from waypost.formats.run_options import RunOptions
from waypost.formats.status import StateChange
from waypost.housekeeping import Housekeeping
from waypost.monitor.clock_watch import ClockWatch, step_reporter
from waypost.monitor.health import task_health
from waypost.monitor.heartbeat_listener import heartbeat_route, require_key
from waypost.monitor.heartbeats import HeartbeatReceiver, Intake
from waypost.monitor.poll import Poller, Round, poll_once, require_region
from waypost.monitor.rules.health import HealthReport
from waypost.monitor.store.faults import FaultJournal, stored_faults
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.store.opening import opened_to_write
from waypost.notify.dispatch import Dispatch, enqueue_fault_notices, enqueue_notices
from waypost.notify.latest_page import LatestPage
from waypost.notify.outbox import Outbox
from waypost.notify.unsubscribing import unsubscribe_route
from waypost.notify.worker import WorkerHooks
from waypost.operations import Operations
from waypost.problems import ProblemsFound
from waypost.publishing.publish import Draft, Publisher, signature
from waypost.publishing.spacing import Spacing
from waypost.reading.project import load_project
from waypost.reading.site import Site

WATCH = 0.3
"""Seconds between looks at the files of a site that is being written, and at reports of jobs."""

LOOK = 1.0
"""Seconds after which saved files, the findings of other pollers and what housekeeping has to do are looked up."""

CLOCK_LOOK = 10.0
"""Seconds after which the database is searched again for rows that a wrong clock wrote."""

PATIENCE = 4.0
"""Seconds after which a process that was told to end leaves what still hangs."""


@dataclass
class Events:
    """The callbacks of a daemon; each does nothing unless it is replaced."""

    started: Callable[[], None] = field(default=lambda: None)
    listening: Callable[[str, int], None] = field(default=lambda host, port: None)
    changed: Callable[[StateChange], None] = field(default=lambda change: None)
    broken: Callable[[ProblemsFound], None] = field(default=lambda problems: None)
    reloaded: Callable[[], None] = field(default=lambda: None)
    deliveries: WorkerHooks = field(default_factory=WorkerHooks)


def run(
    site: Site,
    database_url: str,
    stop: threading.Event,
    events: Events,
    options: RunOptions | None = None,
    operations: Operations | None = None,
) -> None:
    """Poll and publish until `stop` is set, watched by `operations`.

    Raises StoreError where another process already polls into a SQLite database, ListenRefused, UnknownRegion, and
    ProblemsFound where the site is broken at the start. Files that break later are reported; the last good ones stay.
    """
    options, operations, faults = options or RunOptions(), operations or Operations(), Faults()
    clock = Clock(stepped=step_reporter(faults))
    project = load_project(site)
    require_region(project.status.config, options.region)
    with ExitStack() as stack:
        watch = FileWatch(site.root / "status", site.root / "content", site.root / "lint.yml")
        stack.enter_context(calls_end_with(stop))
        database = stack.enter_context(opened_to_write(database_url, options.when_vanished))
        outbox = Outbox(database)
        publisher = Publisher(site, project, database_url, clock)
        if options.listen:
            require_key(options.listen[0], options.heartbeat_key)
            routes = _routes(publisher, database, database_url, options.heartbeat_key, faults)
            routes += operations.routes(options.heartbeat_key)
            port = stack.enter_context(listening(options.listen, routes, faults))
            guarded_call(faults, events.listening, options.listen[0], port)
        dispatch = Dispatch(outbox, events.deliveries, faults) if options.delivers else None
        guarded_call(faults, events.started)
        more = operations.tasks(faults, outbox if dispatch else None)
        daemon = Daemon(
            publisher,
            database,
            database_url,
            events,
            options,
            watch=watch,
            dispatch=dispatch,
            more=more,
            faults=faults,
            clock=clock,
        )
        operations.watch(daemon.health, daemon.read_again)
        daemon.run(stop)


def _routes(
    publisher: Publisher, database: Database, database_url: str, key: str | None, faults: Faults
) -> list[Route]:
    """Return what the process answers over HTTP. The project is replaced when files are saved."""
    receiver = HeartbeatReceiver(
        lambda: publisher.project.status.config, database_url, MonitorStore(database), utc_now, faults
    )
    return [
        heartbeat_route(receiver.receive, key),
        unsubscribe_route(lambda: publisher.project, Outbox(database), utc_now),
    ]


def poll(site: Site, database_url: str, region: str = "") -> Round:
    """Run every check of a site once; raises ProblemsFound, StoreError and UnknownRegion."""
    config = load_project(site).status.config
    require_region(config, region)
    with opened_to_write(database_url) as database:
        store, faults = MonitorStore(database), Faults()
        Intake(sqlite_path(database_url), faults).step(store, utc_now())
        found = poll_once(config, store, region, faults)
        FaultJournal(database, faults, owner_name(), alone=not database.is_postgres).turn(utc_now())
        # Where nothing else runs, nobody else sums up and seals.
        for error in Housekeeping().step(database, utc_now(), config).values():
            raise error
        return found


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
    `dispatch` is given, subscribers are sent the news of each page. Whoever starts it may add tasks of their own.
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
        more: Sequence[Task] = (),
        faults: Faults | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._publisher = publisher
        self._database = database
        self._store = store = MonitorStore(database)
        self._events = events
        self._watch = watch
        self._must_reload = False
        self._dispatch = dispatch
        self.faults = faults or Faults()
        self._clock = clock or Clock(stepped=step_reporter(self.faults))
        self._clock_watch = ClockWatch(database, self._clock, self.faults)
        self._journal = FaultJournal(database, self.faults, owner_name(), alone=not database.is_postgres)
        self._polled = publisher.project
        self._poller = Poller(
            self._polled.status.config,
            store,
            options.region,
            everywhere=options.everywhere,
            clock=self._clock,
            workers=options.workers,
            faults=self.faults,
        )
        self._intake = Intake(sqlite_path(database_url), self.faults)
        self._housekeeping = Housekeeping()
        self._spacing = Spacing()
        self._published = publisher.project, store.history_size(), self._clock.steps
        self._has_news = threading.Event()
        self._has_failed = False
        self._page = LatestPage()
        self._unwritten: deque[Draft] = deque(maxlen=1)
        self._published_at: datetime | None = None
        self.supervisor = Supervisor([*self._tasks(options), *more], self.faults)

    def _tasks(self, options: RunOptions) -> list[Task]:
        tasks = [
            Task("polling", self._poll, FaultKind.MEASURING, longest_pause=2.0, close=self._poller.close),
            Task("heartbeats", self._take_reports, FaultKind.HEARTBEATS, longest_pause=5.0),
            Task("housekeeping", self._keep_house, deadline=600.0),
            Task("clock", self._watch_clock, FaultKind.CLOCK, deadline=600.0),
            Task("journal", self._write_journal, longest_pause=5.0, close=self._journal.close),
        ]
        if self._watch:
            tasks.append(Task("files", self._read_files, FaultKind.FILES, longest_pause=5.0))
        if options.publishes:
            tasks += [
                Task("drafting", self._draft, FaultKind.PUBLISHING, deadline=60.0, longest_pause=5.0),
                Task("publishing", self._publish, FaultKind.PUBLISHING, deadline=60.0, longest_pause=5.0),
            ]
        if self._dispatch:
            tasks += [
                Task("notices", self._enqueue, FaultKind.NOTICES, longest_pause=5.0),
                self._dispatch.task(),
            ]
        return tasks

    def run(self, stop: threading.Event, patience: float = PATIENCE) -> list[str]:
        """Go on until `stop` is set; return the tasks that did not end within `patience` seconds and were left."""
        return self.supervisor.run(stop, patience)

    def health(self) -> HealthReport:
        """Return what is known of it now, without waiting for anything."""
        return HealthReport(
            task_health(self.supervisor),
            self.faults.present(),
            self.faults.totals(),
            checks=self._poller.figures,
            published_at=self._published_at,
        )

    def read_again(self) -> None:
        """Have the files read again, though none seems to have changed."""
        self._must_reload = True
        self.supervisor.wake("files")

    def _poll(self) -> float:
        project = self._publisher.project
        if project is not self._polled:
            self._poller.configure(project.status.config)
            self._polled = project
        changes = [item.change for item in self._poller.step(WATCH) if item.change]
        if changes:
            self._announce_news()
        for change in changes:
            self._call(self._events.changed, change)
        return 0.0

    def _take_reports(self) -> float:
        self._intake.step(self._store, self._clock())
        return WATCH

    def _keep_house(self) -> float:
        failing = self._housekeeping.step(
            self._database, self._clock(), self._publisher.project.status.config
        )
        for error in failing.values():
            raise error
        return LOOK

    def _watch_clock(self) -> float:
        if self._clock_watch.step():
            self._announce_news()
        return CLOCK_LOOK

    def _write_journal(self) -> float:
        self._journal.turn(self._clock())
        return LOOK

    def _read_files(self) -> float:
        """Read saved files again; the poller and the publisher find the project that came of it."""
        if self._watch and (self._watch.has_changed() or self._must_reload):
            # A file may vanish while it is being saved; the next turn finds the rest.
            self._must_reload = True
            try:
                self._publisher.reload()
            except ProblemsFound as problems:
                self._call(self._events.broken, problems)
            else:
                self._call(self._events.reloaded)
            self._must_reload = False
            self._announce_news()
        return LOOK

    def _draft(self) -> float:
        """Make the page of this moment when it is time; it is written and notified of elsewhere."""
        self._find_news()
        wait = self._spacing.wait(has_news=self._has_news.is_set())
        # What failed is tried again, after the pause of the supervisor; a turn that does nothing would end the fault.
        if wait and not self._has_failed:
            return min(wait, LOOK)
        # What comes from here on is for the next page.
        self._has_news.clear()
        self._spacing.begin()
        try:
            with self._spacing.measured("draft"):
                page = self._publisher.draft()
        except Exception:
            self._has_failed = True
            self._has_news.set()
            raise
        self._has_failed = False
        self._page.offer(page.project.status, page.snapshot)
        self._unwritten.append(page)
        self.supervisor.wake("publishing")
        return 0.0

    def _publish(self) -> float:
        """Write the newest page; one that cannot be written stays until there is a newer one."""
        if not self._unwritten:
            return LOOK
        page = self._unwritten[-1]
        try:
            with self._spacing.measured("files"):
                self._publisher.write(page)
        finally:
            self._page.release(page.snapshot)
            self.supervisor.wake("notices")
        self._published_at = page.snapshot.now
        with suppress(ValueError):  # a newer one is there
            self._unwritten.remove(page)
        return 0.0

    def _find_news(self) -> None:
        """Ask for a new project, for the findings of other pollers, and whether the clock was set."""
        # A page of a wrong time must not stay until the next regular one.
        found = self._publisher.project, self._store.history_size(), self._clock.steps
        if found != self._published:
            self._published = found
            self._has_news.set()

    def _enqueue(self) -> float:
        outbox, now = Outbox(self._database), self._clock()
        page = self._page.take()
        if page and self._dispatch:
            try:
                self._dispatch.use(page.site)
                enqueue_notices(outbox, page.site, page.snapshot, stored_faults(self._database, now))
            except Exception:
                self._page.give_back(page)
                raise
        elif stale := self._page.take_stale():
            # Operators must hear why no new page comes.
            faults = stored_faults(self._database, now)
            enqueue_fault_notices(outbox, stale.site, stale.snapshot, faults, now)
        return LOOK

    def _announce_news(self) -> None:
        self._has_news.set()
        self.supervisor.wake("drafting")

    def _call(self, callback: Callable[..., None], *values: object) -> None:
        guarded_call(self.faults, callback, *values)


def guarded_call(faults: Faults, callback: Callable[..., None], *values: object) -> None:
    """Tell the caller of something; what goes wrong there, such as a closed terminal, stops nothing here."""
    try:
        callback(*values)
    except Exception as error:  # whatever is wrong with the terminal, the work goes on
        faults.begin(FaultKind.LOG, f"Nothing can be printed: {error}.", "terminal", error)
    else:
        faults.end(FaultKind.LOG, "terminal")
