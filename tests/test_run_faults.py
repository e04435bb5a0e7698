"""What goes wrong in one part of the process that stays never ends or blocks another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from helpers.receivers import SECRET, Receiver, receiver
from helpers.sites import environment, running, wait_until
from waypost.base.clock import utc_now
from waypost.base.database.engine import Database
from waypost.base.faults import FaultKind
from waypost.formats.run_options import RunOptions
from waypost.formats.status import StateChange
from waypost.monitor.store.faults import present_faults
from waypost.monitor.store.opening import opened_to_write
from waypost.monitor.store.reading import read_history
from waypost.notify import latest_page
from waypost.notify.dispatch import Dispatch
from waypost.notify.outbox import Outbox
from waypost.notify.rules import fault_notices
from waypost.publishing.publish import Draft, Publication, Publisher
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.run import Daemon, Events, FileWatch

SUBSCRIBERS = """\
delivery: {{private_networks: [127.0.0.0/8]}}
subscribers:
  - id: acme
    webhook: {{url: "{url}", secret: "${{HOOK_SECRET}}"}}
"""


@pytest.fixture
def site(polled_site: Site) -> Site:
    return polled_site


@pytest.fixture
def hook(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with receiver() as place:
        (site.root / "status" / "subscribers.yml").write_text(SUBSCRIBERS.format(url=place.url))
        yield place


def last_answer(site: Site) -> datetime | None:
    return max((stretch.end for stretch in read_history(site.database_url).coverage), default=None)


def goes_on_polling(site: Site) -> None:
    before = last_answer(site)
    wait_until(lambda: last_answer(site) != before, "polling goes on")


def shows(site: Site, words: str) -> bool:
    page = site.status_output / "index.html"
    return page.is_file() and words in page.read_text(encoding="utf-8")


class StandIn(Publisher):
    """A publisher that does what a test says before it writes."""

    before: Callable[[], object] = staticmethod(lambda: None)

    def write(self, page: Draft) -> Publication:
        self.before()
        return super().write(page)


@dataclass
class World:
    """A daemon in this process."""

    daemon: Daemon
    publisher: StandIn
    changed: list[StateChange]

    def faults(self) -> set[tuple[FaultKind, str]]:
        return {fault.key for fault in self.daemon.faults.present()}


@contextmanager
def daemon(site: Site, **events: Any) -> Iterator[World]:
    changed: list[StateChange] = []
    publisher = StandIn(site, load_project(site), site.database_url, utc_now)
    watch = FileWatch(site.root / "status")
    with opened_to_write(site.database_url) as database:
        told = Events(**({"changed": changed.append} | events))
        dispatch = Dispatch(Outbox(database))
        made = Daemon(
            publisher, database, site.database_url, told, RunOptions(), watch=watch, dispatch=dispatch
        )
        stop = threading.Event()
        thread = threading.Thread(target=made.run, args=(stop, 10.0))
        thread.start()
        try:
            wait_until(lambda: last_answer(site), "it polls")
            wait_until(lambda: shows(site, "Web pages"), "it publishes")
            yield World(made, publisher, changed)
        finally:
            stop.set()
            thread.join()


def break_service(server: HTTPServer) -> None:
    server.clear()


def test_a_template_that_fails_is_told_and_neither_polling_nor_notices_wait(
    site: Site, server: HTTPServer, hook: Receiver
) -> None:
    with daemon(site) as world:

        def fail() -> None:
            raise ZeroDivisionError("in a template")

        world.publisher.before = fail
        break_service(server)
        wait_until(lambda: world.changed, "the outage is confirmed")
        wait_until(lambda: hook.seen, "and told, though no page can be written")
        assert (FaultKind.PUBLISHING, "") in world.faults()
        assert not shows(site, "Web pages: outage")
        goes_on_polling(site)
        world.publisher.before = lambda: None
        wait_until(lambda: shows(site, "Web pages: outage"), "it is published after all")
        wait_until(lambda: not world.faults(), "the fault is over")


def test_a_disk_that_hangs_while_pages_are_written_delays_nothing_else(
    site: Site, server: HTTPServer, hook: Receiver
) -> None:
    free = threading.Event()
    with daemon(site) as world:
        try:
            world.publisher.before = free.wait
            break_service(server)
            wait_until(lambda: world.changed, "the outage is confirmed")
            wait_until(lambda: hook.seen, "and told after a while")
            goes_on_polling(site)
        finally:
            free.set()
        wait_until(lambda: shows(site, "Web pages: outage"), "it is published after all")


@pytest.mark.parametrize(
    "error", [RuntimeError("can't start new thread"), MemoryError()], ids=["threads", "memory"]
)
def test_sending_that_breaks_is_told_and_begins_again(
    error: Exception, site: Site, server: HTTPServer, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    with daemon(site) as world:
        with monkeypatch.context() as broken:
            broken.setattr(Outbox, "claim", fail)
            wait_until(lambda: (FaultKind.DELIVERIES, "") in world.faults(), "it is told")
            break_service(server)
            wait_until(lambda: shows(site, "Web pages: outage"), "the outage is published all the same")
            goes_on_polling(site)
            assert not hook.seen
        wait_until(lambda: hook.seen, "the message arrives without a restart")
        wait_until(lambda: not world.faults(), "the fault is over")
    assert "incident.opened" in hook.types


def test_what_cannot_be_printed_stops_nothing(site: Site, server: HTTPServer) -> None:
    def fail(_: StateChange) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with daemon(site, changed=fail) as world:
        break_service(server)
        wait_until(lambda: shows(site, "Web pages: outage"), "the outage is published")
        assert (FaultKind.LOG, "terminal") in world.faults()


def test_files_that_cannot_be_read_again_are_told_until_they_can(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with daemon(site) as world:
        reload = world.publisher.reload

        def fail() -> None:
            raise OSError(24, "Too many open files", "status.yml")

        monkeypatch.setattr(world.publisher, "reload", fail)
        status = site.root / "status" / "status.yml"
        status.write_text(status.read_text().replace("Web pages", "All pages"))
        wait_until(lambda: (FaultKind.FILES, "") in world.faults(), "it is told")
        goes_on_polling(site)
        monkeypatch.setattr(world.publisher, "reload", reload)
        wait_until(lambda: shows(site, "All pages"), "they are read without another save")
        wait_until(lambda: not world.faults(), "the fault is over")


def test_an_outage_is_told_in_time_while_the_folder_of_the_pages_cannot_be_written(
    site: Site, server: HTTPServer, hook: Receiver
) -> None:
    with running("run", site=site) as command:
        wait_until(lambda: shows(site, "Web pages"), "the page is published")
        # Root may write wherever permissions forbid it; a file in the place of the folder stops everybody.
        site.status_output.rename(site.root / "aside")
        site.status_output.write_text("in the way")
        break_service(server)
        wait_until(lambda: command.said("web is major_outage"), "the outage is confirmed")
        wait_until(lambda: hook.seen, "the webhook gets it")
        assert site.status_output.is_file(), "while nothing can be published"
        site.status_output.unlink()
        wait_until(lambda: shows(site, "Web pages: outage"), "the page follows")
        assert command.end(signal.SIGTERM) == 0
    assert "".join(command.err).count("Not a directory") <= 2, "it is told when it begins and when it is over"


@pytest.mark.parametrize("stream", ["closed", "full"])
def test_an_output_that_takes_nothing_ends_nothing(stream: str, site: Site, server: HTTPServer) -> None:
    if stream == "full":
        output = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, output = os.pipe()
        os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "waypost", "run"],
        stdout=output,
        stderr=output,
        cwd=site.root,
        env=environment(),
    )
    os.close(output)
    try:
        wait_until(lambda: shows(site, "Web pages"), "the page is published")
        break_service(server)
        wait_until(lambda: shows(site, "Web pages: outage"), "the outage is published")
        goes_on_polling(site)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_faults_are_in_the_database_while_they_last(site: Site) -> None:
    with daemon(site) as world:

        def fail() -> None:
            raise OSError(28, "No space left on device", "/site")

        world.publisher.before = fail
        (site.root / "status" / "status.yml").touch()

        def stored() -> list[tuple[FaultKind, str]]:
            with opened(site) as connection:
                return [(fault.kind, fault.message) for fault in present_faults(connection, utc_now())]

        found = wait_until(stored, "it is stored")
        assert found == [
            (
                FaultKind.PUBLISHING,
                "The task 'publishing' failed: No space left on device: /site. Make room on the disk that it is on.",
            )
        ]
        world.publisher.before = lambda: None
        wait_until(lambda: not stored(), "it is over")


def test_operators_hear_why_no_new_page_can_be_made(
    site: Site, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_notices, "LASTING", timedelta(0))
    monkeypatch.setattr(latest_page, "STALE_AFTER", 0.1)
    with (site.root / "status" / "subscribers.yml").open("a") as file:
        file.write("operators: [acme]\n")
    with daemon(site) as world:
        wait_until(lambda: has_planned(site), "what is on the page is known")
        with monkeypatch.context() as patch:

            def fail() -> None:
                raise KeyError("a state that nobody thought of")

            patch.setattr(world.publisher, "draft", fail)
            (site.root / "status" / "status.yml").touch()
            wait_until(lambda: hook.types == ["monitor.trouble"], "the fault")
            assert hook.seen[0].payload["data"]["fault"]["kind"] == "publishing"
            goes_on_polling(site)
        wait_until(lambda: hook.types == ["monitor.trouble", "monitor.recovered"], "its end")


def has_planned(site: Site) -> bool:
    with closing(Database(site.database_url, writes=False)) as database:
        return Outbox(database).state().components is not None


@contextmanager
def opened(site: Site) -> Iterator[Any]:
    with closing(Database(site.database_url, writes=False)) as database, database.read() as connection:
        yield connection
