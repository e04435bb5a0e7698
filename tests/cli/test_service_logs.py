"""Processes that stay, whose log and terminal fail in every way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from pytest_httpserver import HTTPServer

from helpers.sites import called, environment, running, wait_until, waypost
from waypost.reading.site import Site


@pytest.fixture
def site(polled_site: Site) -> Site:
    return polled_site


@contextmanager
def process(site: Site, *words: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "waypost", *words], cwd=site.root, env=environment(), **streams
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def page_holds(site: Site, words: str) -> bool:
    page = site.status_output / "index.html"
    return page.exists() and words in page.read_text(encoding="utf-8")


def survives_an_outage(
    server: HTTPServer,
    site: Site,
    started: subprocess.Popen[bytes],
    is_noticed: Callable[[], bool] = lambda: True,
) -> None:
    """Expect that the page follows an outage, and that the process then ends cleanly."""
    wait_until(lambda: page_holds(site, "operational"), "the page is there")
    server.clear()
    wait_until(lambda: page_holds(site, "Web pages: outage"), "the outage is published")
    wait_until(is_noticed, "what is wrong with the log is noticed")
    assert started.poll() is None
    started.send_signal(signal.SIGTERM)
    assert started.wait(30) == 0


def test_a_reader_of_its_output_that_goes_away_ends_nothing(healthy_server: HTTPServer, site: Site) -> None:
    with process(site, "run", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as started:
        stream = started.stdout
        assert stream is not None
        assert b"Polling" in stream.readline()
        stream.close()
        kept = site.root / ".waypost" / "waypost.log"
        survives_an_outage(
            healthy_server,
            site,
            started,
            lambda: "The log cannot be written to standard output: Broken pipe." in kept.read_text("utf-8"),
        )
    assert "INFO web is major_outage" in kept.read_text(encoding="utf-8")


def test_a_full_disk_below_its_output_ends_nothing(healthy_server: HTTPServer, site: Site) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        process(site, "run", stdout=full, stderr=full) as started,
    ):
        survives_an_outage(healthy_server, site, started)


def test_a_full_log_partition_ends_nothing(healthy_server: HTTPServer, site: Site) -> None:
    (site.root / ".waypost").mkdir()
    (site.root / ".waypost" / "waypost.log").symlink_to("/dev/full")
    with process(site, "run", "--log-file", "/dev/full") as started:
        survives_an_outage(healthy_server, site, started)


def test_a_reader_that_does_not_read_blocks_nothing(healthy_server: HTTPServer, site: Site) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    filled = 0
    while True:
        try:
            filled += os.write(writer, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(writer, True)
    assert filled
    try:
        with process(site, "run", stdout=writer, stderr=writer) as started:
            survives_an_outage(healthy_server, site, started)
    finally:
        os.close(reader)
        os.close(writer)


def test_streams_that_were_closed_before_the_start_harm_no_database(
    healthy_server: HTTPServer, site: Site
) -> None:
    command = f'exec "{sys.executable}" -m waypost run <&- >&- 2>&-'
    with subprocess.Popen(["sh", "-c", command], cwd=site.root, env=environment()) as started:
        try:
            survives_an_outage(healthy_server, site, started)
        finally:
            started.kill()
    assert called("status", site=site).returncode == 0


def objects(stream: IO[str] | list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream]


def test_each_line_is_an_object_where_json_is_asked_for(healthy_server: HTTPServer, site: Site) -> None:
    with running("run", "--log-format", "json", site=site) as command:
        wait_until(lambda: page_holds(site, "operational"), "the page is there")
        healthy_server.clear()
        wait_until(lambda: command.said("web is major_outage"), "the outage is confirmed")
        (site.root / "status" / "status.yml").write_text("page: [\n", encoding="utf-8")
        wait_until(lambda: command.said("yaml-syntax"), "the broken file is noticed")
        assert command.end(signal.SIGTERM) == 0
    news = objects(command.out)
    assert [item["message"] for item in news][-1] == "Stopped."
    [change] = [item for item in news if item.get("status") == "major_outage"]
    assert (change["level"], change["component"], change["check"]) == ("info", "web", "http-1")
    [problem] = [item for item in objects(command.err) if item.get("code") == "yaml-syntax"]
    assert (problem["level"], problem["path"], problem["line"]) == ("error", "status/status.yml", "2")


def test_only_what_matters_is_logged_where_that_is_asked_for(site: Site) -> None:
    with running("run", "--log-level", "warning", site=site) as command:
        wait_until(lambda: page_holds(site, "operational"), "the page is there")
        assert command.end(signal.SIGTERM) == 0
    assert (command.out, command.err) == ([], [])


def test_what_only_delivers_survives_a_closed_terminal_too(site: Site) -> None:
    with process(site, "deliver", "--watch", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as started:
        stream = started.stdout
        assert stream is not None
        assert b"Delivering" in stream.readline()
        stream.close()
        started.send_signal(signal.SIGTERM)
        assert started.wait(30) == 0


def test_a_log_file_that_cannot_be_opened_is_refused_at_the_start(site: Site) -> None:
    (site.root / "file").write_text("no folder", encoding="utf-8")
    done = waypost("run", "--log-file", "file/waypost.log", site=site)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("waypost: ")
    assert str(site.root / "file") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_variable_of_a_subscriber_that_is_not_set_is_named_at_the_start(site: Site) -> None:
    (site.root / "status" / "subscribers.yml").write_text(
        'subscribers:\n  - id: acme\n    webhook: {url: "https://example.org/", secret: "${ACME_MISSING}"}\n',
        encoding="utf-8",
    )
    words = "The environment variable ACME_MISSING is not set."
    for command in (["run"], ["deliver", "--watch"]):
        with running(*command, site=site) as started:
            wait_until(lambda started=started: started.said(words), "it is named")  # type: ignore[misc]
            assert "status/subscribers.yml:3:52: " in "".join(started.err)
            assert started.end(signal.SIGTERM) == 0, "it went on"
    assert f"status/subscribers.yml:3:52: {words}" in called("doctor", site=site).stdout
