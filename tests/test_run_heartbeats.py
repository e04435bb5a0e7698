"""Whole processes: what surrounds the reports of jobs ends neither the poller nor a report."""

from __future__ import annotations

import os
import re
import signal
import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from helpers.sites import called, replace, running, wait_until
from waypost.monitor.store.reading import read_history
from waypost.reading.site import Site

POLLER, JOB = 61001, 61002


@pytest.fixture
def site(polled_site: Site) -> Site:
    """Return a site with a check and a heartbeat, which is judged once a second."""
    replace(
        polled_site.root / "status" / "status.yml",
        "  - id: mail\n    name: Mail\n",
        "  - id: backups\n    name: Backups\n    checks:\n"
        "      - heartbeat: {every: 1h, grace: 5m}\n        every: 1s\n"
        "  - id: mail\n    name: Mail\n",
    )
    return polled_site


def spool(site: Site) -> Path:
    return site.root / ".waypost" / "waypost.db.heartbeats"


def covered(site: Site) -> int:
    """Return how long the checks were watched so far, in milliseconds."""
    history = read_history(site.database_url)
    return sum(round((part.end - part.start).total_seconds() * 1000) for part in history.coverage)


def test_a_file_in_the_place_of_the_spool_stops_nothing_and_reports_go_on_when_it_is_gone(site: Site) -> None:
    with running("run", site=site) as command:
        wait_until(spool(site).is_dir, "the poller makes its spool")
        spool(site).rmdir()
        spool(site).write_text("in the way")
        wait_until(lambda: command.said(f"Reports of jobs in {spool(site)} cannot be taken in"), "it is told")
        before = covered(site)
        wait_until(lambda: covered(site) > before, "polling goes on")
        refused = called("heartbeat", "backups", "--fail", site=site)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert str(spool(site)) in refused.stderr
        spool(site).unlink()
        wait_until(lambda: command.said("This is over: Reports of jobs"), "its end is told")
        assert called("heartbeat", "backups", "--fail", site=site).returncode == 0
        wait_until(lambda: command.said("backups is major_outage"), "the report is taken in")
        assert command.end(signal.SIGTERM) == 0


def test_what_jobs_report_beside_forty_slow_clients_is_taken_in(site: Site) -> None:
    with running("run", "--listen", "127.0.0.1:0", site=site) as command, ExitStack() as stack:
        wait_until(lambda: command.said("Jobs report to"), "it listens")
        found = re.search(r"127\.0\.0\.1:(\d+)/heartbeat/NAME", "".join(command.out))
        assert found
        address = ("127.0.0.1", int(found[1]))
        for number in range(40):
            client = stack.enter_context(closing(socket.create_connection(address, timeout=30)))
            client.sendall(b"GET /heartbeat/backups HTTP/1.1\r\nX-" if number % 2 else b"")
        answers: list[bytes] = []
        for _ in range(20):
            with closing(socket.create_connection(address, timeout=30)) as client:
                client.sendall(b"GET /heartbeat/backups/fail HTTP/1.1\r\n\r\n")
                answers.append(client.recv(15))
        assert answers == [b"HTTP/1.1 200 OK"] * 20
        wait_until(lambda: command.said("backups is major_outage"), "they are taken in")
        assert command.end(signal.SIGTERM) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a database away")
def test_a_report_that_the_poller_could_not_take_in_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called("heartbeat", "backups", site=site).stdout == "Kept: backups heartbeat-1: success.\n"
    database = spool(site).with_name("waypost.db")
    database.touch()
    os.chown(database, POLLER, POLLER)
    monkeypatch.setattr(os, "geteuid", lambda: JOB)
    refused = called("heartbeat", "backups", site=site)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("waypost: Nothing was kept: ")
    assert f"Report as user {POLLER}" in refused.stderr
