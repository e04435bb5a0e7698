"""Serve a site while somebody writes it: build, poll, publish, reload, all in one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.clock import utc_now
from waypost.base.faults import FaultKind
from waypost.base.supervision import Task
from waypost.build import BuildReport, build_site
from waypost.formats.run_options import RunOptions
from waypost.monitor.store.opening import opened_to_write
from waypost.problems import ProblemsFound, Refused
from waypost.publishing.pages.render import SHELL_PATH
from waypost.publishing.publish import Publisher
from waypost.reading.site import Site
from waypost.run import WATCH, Daemon, Events, FileWatch
from waypost.serving.demo import DemoServices
from waypost.serving.dev_server import DevServer

BUILD_PATIENCE = 60.0
"""Seconds for which a build that was begun may go on when the process is told to end."""


class PortTaken(Refused):
    """Another program listens on the port."""


@dataclass
class ServeEvents(Events):
    """Callbacks for the caller of `serve`, beside those of the daemon; each does nothing unless it is replaced."""

    ready: Callable[[int, BuildReport], None] = field(default=lambda port, report: None)
    built: Callable[[BuildReport], None] = field(default=lambda report: None)


@dataclass(frozen=True)
class ServeOptions:
    """Where to serve, and whether with the sample's services."""

    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False


def serve(
    site: Site, database_url: str, options: ServeOptions, stop: threading.Event, events: ServeEvents
) -> None:
    """Build, then serve, poll, publish and rebuild until `stop` is set.

    Raises ProblemsFound where the site is broken at the start, PortTaken, and StoreError where
    another process already polls into the database.
    """
    with ExitStack() as stack:
        server = stack.enter_context(_server(site, options))
        database = stack.enter_context(opened_to_write(database_url))
        # Watching starts before the first build, so that nothing saved during it is missed.
        watch = SiteWatch(site)
        report = build_site(site, utc_now(), database_url)
        watch.expect(report)
        publisher = Publisher(site, report.project, database_url, utc_now)
        threading.Thread(target=server.serve_forever, name="waypost-serve", daemon=True).start()
        stack.callback(server.shutdown)
        rebuild = Rebuild(watch, database_url, publisher, server, events)
        task = Task("build", rebuild.turn, FaultKind.FILES, deadline=600.0, longest_pause=5.0)
        events.ready(server.server_address[1], report)
        daemon = Daemon(publisher, database, database_url, events, RunOptions(everywhere=True), more=[task])
        daemon.run(stop, BUILD_PATIENCE)


def _server(site: Site, options: ServeOptions) -> DevServer:
    site.output.mkdir(parents=True, exist_ok=True)
    try:
        return DevServer((options.host, options.port), site.output, DemoServices() if options.demo else None)
    except OSError as error:
        raise PortTaken(
            f"Port {options.port} cannot be used: {(error.strerror or 'unknown').lower()}."
            f" Choose another: waypost serve --port {8001 if options.port == 8000 else 8000}"
        ) from None


REMAKE = 5.0
"""Seconds between attempts to build a site whose pages somebody has deleted."""


class SiteWatch:
    """What was saved: files of the help center, which must be built again, or of the status alone."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._help_center = FileWatch(site.root / "content", site.root / "mkdocs.yml")
        self._status = FileWatch(site.root / "status")
        self._remake = 0.0
        self._next_change: datetime | None = None

    def status_was_saved(self) -> bool:
        """Return whether anything of the status was saved since the last call."""
        return self._status.has_changed()

    def expect(self, report: BuildReport) -> None:
        """Note when the next article comes or goes by itself."""
        coming = report.project.help_center.coming(utc_now())
        self._next_change = coming[0].at if coming else None

    def must_build(self) -> bool:
        """Return whether the help center was saved since the last call, is due to change, or was deleted."""
        if self._help_center.has_changed():
            return True
        if self._next_change and self._next_change <= utc_now():
            # Once: a site that cannot be built is built again when somebody saves it.
            self._next_change = None
            return True
        pages = (self.site.output / "index.html", self.site.status_output / SHELL_PATH)
        now = time.monotonic()
        if all(page.is_file() for page in pages) or now < self._remake:
            return False
        self._remake = now + REMAKE
        return True


class Rebuild:
    """Builds again when the help center is saved or site/ deleted; what is saved in status/ alone is only published."""

    def __init__(
        self,
        watch: SiteWatch,
        database_url: str,
        publisher: Publisher,
        server: DevServer,
        events: ServeEvents,
    ) -> None:
        self._watch = watch
        self._database_url = database_url
        self._publisher = publisher
        self._server = server
        self._events = events
        self._must_build = self._status_saved = False

    def turn(self) -> float:
        """Build or publish what was saved, and return the seconds until the next look.

        Raises OSError, since a file may vanish while an editor saves it, and StoreError; the next turn does it again.
        """
        self._must_build |= self._watch.must_build()
        self._status_saved |= self._watch.status_was_saved()
        if self._must_build or self._status_saved:
            try:
                self._bring_up_to_date()
            except ProblemsFound as problems:
                self._events.broken(problems)
            else:
                self._server.reloader.announce()
            self._must_build = self._status_saved = False
        return WATCH

    def _bring_up_to_date(self) -> None:
        if self._must_build:
            report = build_site(self._watch.site, utc_now(), self._database_url, self._publisher.lock)
            self._publisher.project = report.project
            self._watch.expect(report)
            self._events.built(report)
        else:
            self._publisher.reload()
            self._publisher.publish()
            self._events.reloaded()
