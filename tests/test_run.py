from __future__ import annotations

import re
import signal
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.sites import (
    PATIENCE,
    Running,
    called,
    replace,
    running,
    wait_until,
    waypost,
)
from helpers.stores import Store
from waypost.base.database.engine import StoreError
from waypost.formats.status import ComponentStatus
from waypost.formats.status_site import History
from waypost.monitor.rules.schedule import jobs
from waypost.monitor.store.reading import read_history
from waypost.reading.project import load_project
from waypost.reading.site import Site

INCIDENT = """\
---
title: {title}
impact: minor
components: {{mail: degraded_performance}}
---
## investigating · {now}
We look into it.
"""


@pytest.fixture
def site(polled_site: Site) -> Site:
    return polled_site


def page_holds(site: Site, words: str) -> bool:
    page = site.status_output / "index.html"
    return page.is_file() and words in page.read_text(encoding="utf-8")


def until_it_has_polled(site: Site, command: Running) -> None:
    def has_polled() -> bool:
        assert command.process.poll() is None, command.err
        return Path(site.root, ".waypost", "waypost.db").is_file() and bool(covered(site))

    wait_until(has_polled, "the check was polled")
    wait_until(lambda: page_holds(site, "Web pages"), "the page was published")


def history(site: Site) -> History:
    return read_history(site.database_url)


def covered(site: Site) -> list[tuple[datetime, datetime]]:
    return [(stretch.start, stretch.end) for stretch in history(site).coverage]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals, site: Site) -> None:
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        assert command.end(number, patience=10) == 0
    assert command.out[-1].endswith(" INFO Stopped.\n")
    assert command.err == []
    assert covered(site), "the database opens, with everything in it"
    assert called("status", site=site).returncode == 0


@contextmanager
def hanging(server: HTTPServer, site: Site, seconds: float) -> Iterator[threading.Event]:
    """Let the check of a site ask an address that takes so long; yields what is set when it was asked."""
    replace(site.root / "status" / "status.yml", server.url_for("/health"), server.url_for("/hang"))
    hold, entered = threading.Event(), threading.Event()

    def hang(_: Request) -> Response:
        entered.set()
        hold.wait(seconds)
        return Response("late")

    server.expect_request("/hang").respond_with_handler(hang)
    yield entered
    assert not hold.is_set()
    hold.set()


def test_a_signal_ends_it_while_a_server_does_not_answer(server: HTTPServer, site: Site) -> None:
    with hanging(server, site, 20) as entered, running("run", site=site) as command:
        wait_until(entered.is_set, "the check waits for an answer")
        assert command.end(signal.SIGTERM, patience=10) == 0


def test_a_signal_ends_it_though_a_check_would_wait_for_a_minute(server: HTTPServer, site: Site) -> None:
    status = site.root / "status" / "status.yml"
    replace(status, "every: 1s", "every: 90s")
    replace(status, "timeout: 1s", "timeout: 80s")
    with hanging(server, site, 80) as entered, running("run", site=site) as command:
        wait_until(entered.is_set, "the check waits for an answer")
        assert command.end(signal.SIGTERM, patience=30) == 0


def test_a_second_one_is_refused_and_told_which_process_is_in_the_way(site: Site) -> None:
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        for name in ("run", "poll"):
            second = called(name, site=site)
            assert second.returncode == 1
            assert f"(process {command.process.pid}) is polling into this database" in second.stderr
            assert "Traceback" not in second.stderr
        assert called("publish", site=site).returncode == 0, "reading and publishing is allowed"
        other = f"sqlite:///{site.root / 'other.db'}"
        assert called("poll", "--database", other, site=site).returncode == 0
        assert command.end(signal.SIGTERM) == 0


def test_after_a_sudden_death_a_new_one_starts_with_all_that_was_recorded(site: Site) -> None:
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        assert command.end(signal.SIGKILL) == -signal.SIGKILL
    start = covered(site)[0][0]
    assert (site.root / ".waypost" / "waypost.db.lock").read_text() == f"{command.process.pid} in use"
    with running("run", site=site) as heir:
        before = covered(site)
        wait_until(lambda: covered(site) != before, "the new one has polled")
        assert heir.process.poll() is None
        assert heir.end(signal.SIGTERM) == 0
    assert covered(site)[0][0] == start
    assert heir.err == []


def test_what_a_killed_one_was_running_is_run_again_without_waiting_for_its_lease(site: Site) -> None:
    # The lease is longer than the patience of the test.
    replace(site.root / "status" / "status.yml", "every: 1s", "every: 10m")
    replace(site.root / "status" / "status.yml", "timeout: 1s", "timeout: 5m")
    now = datetime.now(UTC)
    (job,) = jobs(load_project(site).status.config)
    (site.root / ".waypost").mkdir()
    with closing(Store(site.database_url)) as dead:
        dead.plan([job.plan], now - timedelta(hours=1), [""])
        assert len(dead.claim(now, "dead", [""], 9)) == 1
    with running("run", "--no-publish", site=site) as heir:
        wait_until(lambda: bool(covered(site)), "the check was polled")
        assert heir.end(signal.SIGTERM) == 0


def save(path: Path, text: str) -> None:
    """Save a file as most editors do: beside it, then moved over it."""
    temporary = path.with_name(f".{path.name}.swp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def test_a_broken_incident_is_reported_and_the_last_good_version_stays(site: Site) -> None:
    incident = site.root / "status" / "incidents" / "2026-11-20-mail-is-slow.md"
    now = datetime.now().astimezone().replace(microsecond=0).isoformat()
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        save(incident, INCIDENT.format(title="Mail is slow", now=now))
        wait_until(lambda: page_holds(site, "Mail is slow"), "the incident is shown")

        save(
            incident, INCIDENT.format(title="Mail is gone", now=now).replace("impact: minor", "impact: huge")
        )
        wait_until(lambda: "".join(command.err).count("stays published."), "the fault is reported")
        complaint = "".join(command.err)
        assert (
            f"status/incidents/{incident.name}:3:9: error bad-value: Expected one of: none, minor"
            in complaint
        )
        assert "The last good version stays published." in complaint
        polled = covered(site)
        wait_until(lambda: covered(site) != polled, "polling goes on meanwhile")
        assert page_holds(site, "Mail is slow")
        assert not page_holds(site, "Mail is gone")
        assert called("publish", site=site).returncode == 1, "others see the fault too"

        save(incident, INCIDENT.format(title="Mail is gone", now=now))
        wait_until(lambda: page_holds(site, "Mail is gone"), "the mended file is read")
        assert command.end(signal.SIGTERM) == 0
    assert "".join(command.err) == complaint, "it was said once"


def test_a_site_that_is_broken_at_the_start_is_not_run(site: Site) -> None:
    (site.root / "status" / "status.yml").write_text("page: [\n", encoding="utf-8")
    done = called("run", site=site)
    assert done.returncode == 1
    assert "status/status.yml:2:1: error yaml-syntax" in done.stderr
    assert not site.output.exists()


def test_an_outage_is_told_and_published_while_it_runs(server: HTTPServer, site: Site) -> None:
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        server.clear()
        wait_until(lambda: command.said("web is major_outage"), "the outage is confirmed")
        wait_until(lambda: page_holds(site, "Web pages: outage"), "the outage is published")
        server.expect_request("/health").respond_with_data("fine")
        wait_until(lambda: command.said("web is operational"), "the recovery is confirmed")
        down = '<div class="wp-component__row" data-status="major_outage"'
        wait_until(lambda: not page_holds(site, down), "the recovery is published")
        assert command.end(signal.SIGTERM) == 0


def test_several_processes_may_be_the_first_to_open_a_database(tmp_path: Path) -> None:
    together = threading.Barrier(6)

    def open_all(_: int) -> list[str]:
        faults: list[str] = []
        for number in range(15):
            together.wait(timeout=PATIENCE)
            try:
                store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
            except StoreError as error:
                faults.append(str(error))
            else:
                store.close()
        return faults

    with ThreadPoolExecutor(6) as pool:
        assert [fault for faults in pool.map(open_all, range(6)) for fault in faults] == []


def test_a_file_that_cannot_be_written_is_reported_and_polling_goes_on(site: Site) -> None:
    with running("run", site=site) as command:
        until_it_has_polled(site, command)
        site.status_output.rename(site.root / "aside")
        site.status_output.write_text("in the way")
        (site.root / "status" / "status.yml").touch()
        wait_until(lambda: command.said("Not a directory"), "the fault is reported")
        site.status_output.unlink()
        (site.root / "status" / "status.yml").touch()
        wait_until((site.status_output / "feed.rss").is_file, "it is published after all")
        assert command.end(signal.SIGTERM) == 0


def test_a_job_reports_over_http_and_by_command_and_the_page_tells(site: Site) -> None:
    status = site.root / "status" / "status.yml"
    replace(
        status,
        "  - id: mail\n    name: Mail\n",
        "  - id: backups\n    name: Backups\n    checks:\n"
        "      - heartbeat: {every: 1h, grace: 5m}\n        every: 1s\n"
        "  - id: mail\n    name: Mail\n",
    )
    with running("run", "--listen", "127.0.0.1:0", site=site) as command:
        until_it_has_polled(site, command)
        wait_until(lambda: command.said("Jobs report to"), "it says where")
        found = re.search(r"127\.0\.0\.1:(\d+)/heartbeat/NAME", "".join(command.out))
        assert found
        port = int(found[1])
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/heartbeat/backups/3", timeout=10
        ) as answer:  # our own server
            assert answer.read() == b"OK\n"
        wait_until(lambda: command.said("backups is major_outage"), "the failure is confirmed")
        wait_until(lambda: page_holds(site, "Backups: outage"), "and published")
        done = waypost("heartbeat", "backups", site=site)
        assert (done.returncode, done.stdout) == (0, "Kept: backups heartbeat-1: success.\n")
        wait_until(lambda: command.said("backups is operational"), "the recovery is confirmed")
        assert command.end(signal.SIGTERM) == 0
    assert command.err == []
    assert not list((site.root / ".waypost" / "waypost.db.heartbeats").iterdir())


def test_a_report_is_kept_while_nothing_runs(site: Site) -> None:
    status = site.root / "status" / "status.yml"
    replace(
        status,
        "  - id: mail\n    name: Mail\n",
        "  - id: mail\n    name: Mail\n    checks:\n      - heartbeat: {every: 1h}\n",
    )
    for words, said in (
        (["mail", "--start"], "start"),
        (["mail", "--exit-code", "0"], "success"),
        (["mail/heartbeat-1", "--fail"], "fail"),
    ):
        assert called("heartbeat", *words, site=site).stdout == f"Kept: mail heartbeat-1: {said}.\n"
    refused = called("heartbeat", "mial", site=site)
    assert (refused.returncode, "Did you mean 'mail'" in refused.stderr) == (1, True)
    assert called("heartbeat", "mail", "--start", "--fail", site=site).returncode == 2
    assert called("poll", "--json", site=site).returncode == 0
    [change] = [item for item in history(site).changes if item.component == "mail"]
    assert change.status is ComponentStatus.MAJOR_OUTAGE


def test_others_may_report_over_http_with_a_key_only(site: Site) -> None:
    refused = called("run", "--listen", "0.0.0.0:0", site=site)
    assert refused.returncode == 1
    assert "Set WAYPOST_HEARTBEAT_KEY, or listen on 127.0.0.1" in refused.stderr
    assert called("run", "--listen", "somewhere", site=site).returncode == 2


def test_a_region_must_be_named_where_checks_have_one(site: Site) -> None:
    status = site.root / "status" / "status.yml"
    replace(status, "policy:", "regions: {fra: Frankfurt}\npolicy:")
    replace(status, "timeout: 1s", "timeout: 1s\n            regions: [fra]")
    for name in ("run", "poll"):
        assert "--region, one of: fra" in called(name, site=site).stderr
        assert "Did you mean 'fra'" in called(name, "--region", "fre", site=site).stderr
    assert called("poll", "--region", "fra", site=site).returncode == 0
    assert {stretch.region for stretch in history(site).coverage} == {"fra"}


def test_where_nothing_is_published_the_pages_stay_as_they_are(site: Site) -> None:
    with running("run", "--no-publish", site=site) as command:
        wait_until(lambda: bool(command.process.poll() is None and covered(site)), "it has polled")
        assert command.end(signal.SIGTERM) == 0
    assert not site.status_output.exists()
