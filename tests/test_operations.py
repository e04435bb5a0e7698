"""`waypost run` as those who operate it know it: its health, its metrics, its signs of life, and its reloading."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pytest_httpserver import HTTPServer

from helpers.sites import (
    Running,
    called,
    environment,
    replace,
    running,
    wait_until,
    waypost,
)
from waypost.reading.site import Site


@pytest.fixture
def site(polled_site: Site) -> Site:
    return polled_site


@contextmanager
def service(site: Site, *words: str, variables: Mapping[str, str] | None = None) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (variables or {}).items():
            patch.setenv(name, value)
        with running("run", *words, site=site) as command:
            yield command


def port_of(command: Running) -> int:
    found = wait_until(
        lambda: re.search(r"http://127\.0\.0\.1:(\d+)/heartbeat/", "".join(command.out)), "it says where"
    )
    assert found
    return int(found[1])


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:  # our own server
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metrics(port: int) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(ask(port, "/metrics")[1])
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_its_health_and_its_metrics_are_told_while_it_works(site: Site) -> None:
    with service(site, "--listen", "127.0.0.1:0") as command:
        port = port_of(command)
        wait_until(lambda: ask(port, "/readyz")[0] == 200, "it is ready")
        assert json.loads(ask(port, "/healthz")[1]) == {"status": "ok", "reasons": []}
        wait_until(
            lambda: ("waypost_last_publication_timestamp_seconds",) in metrics(port), "it has published"
        )
        wait_until(lambda: ("waypost_deliveries_waiting",) in metrics(port), "the outbox was counted")
        wait_until(lambda: metrics(port)["waypost_checks_total", "good"] > 0, "a check was done")
        found = metrics(port)
        assert found["waypost_deliveries_waiting",] == 0
        assert found["waypost_check_lateness_seconds_count",] > 0
        assert found["waypost_task_hanging", "polling"] == 0
        assert found["waypost_faults_present", "database"] == 0
        assert command.end(signal.SIGTERM) == 0


def test_a_fault_shows_in_metrics_and_is_named_by_doctor(site: Site) -> None:
    (site.root / ".waypost").mkdir()
    log = site.root / "run.log"
    log.symlink_to("/dev/full")
    with service(site, "--listen", "127.0.0.1:0", "--log-file", str(log)):
        wait_until(
            lambda: f"The log cannot be written to {log}: No space left on device" in doctor(site),
            "doctor names it",
        )
        log.unlink()
        wait_until(lambda: "The log cannot be written" not in doctor(site), "it is over")
        assert " of this log could not be written." in log.read_text(encoding="utf-8")


def doctor(site: Site) -> str:
    return called("doctor", site=site).stdout


@contextmanager
def service_manager(folder: Path) -> Iterator[tuple[str, socket.socket]]:
    address = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(90)
        yield address, listener


def until(listener: socket.socket, words: str) -> list[str]:
    """Return what came up to some words."""
    found: list[str] = []
    while not found or not found[-1].startswith(words):
        found.append(listener.recv(1000).decode())
    return found


def test_a_service_manager_hears_how_it_goes(site: Site, tmp_path: Path) -> None:
    with service_manager(tmp_path) as (address, listener):
        variables = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"}
        with service(site, variables=variables) as command:
            until(listener, "READY=1")
            until(listener, "WATCHDOG=1")
            command.process.send_signal(signal.SIGHUP)
            until(listener, "RELOADING=1")
            until(listener, "READY=1")
            assert command.end(signal.SIGTERM) == 0
            assert until(listener, "STOPPING=1").count("STOPPING=1") == 1


def test_no_sign_of_life_comes_where_none_is_wanted(site: Site, tmp_path: Path) -> None:
    with (
        service_manager(tmp_path) as (address, listener),
        service(site, variables={"NOTIFY_SOCKET": address}) as command,
    ):
        until(listener, "READY=1")
        assert command.end(signal.SIGTERM) == 0
        assert "WATCHDOG=1" not in until(listener, "STOPPING=1")


def test_sighup_reads_files_and_opens_the_log_again(site: Site) -> None:
    log = site.root / "run.log"
    with service(site, "--log-file", "run.log") as command:
        wait_until(lambda: log.exists() and "Polling" in log.read_text(encoding="utf-8"), "it runs")
        log.rename(site.root / "run.log.1")
        command.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: log.exists() and "read again" in log.read_text(encoding="utf-8"),
            "it reads its files again",
        )
        command.process.send_signal(signal.SIGHUP)
        wait_until(lambda: log.read_text(encoding="utf-8").count("read again") == 2, "and once more")
        assert command.end(signal.SIGTERM) == 0
    assert (command.out, command.err) == ([], [])
    assert "Stopped." in log.read_text(encoding="utf-8")


def test_the_dead_mans_switch_is_held_while_it_polls_and_its_address_stays_secret(
    server: HTTPServer, site: Site
) -> None:
    server.expect_request("/ping/planted-secret").respond_with_data("OK")

    def pings() -> int:
        return sum(request.path == "/ping/planted-secret" for request, _ in server.log)

    variables = {"WAYPOST_DEAD_MAN_URL": server.url_for("/ping/planted-secret")}
    with service(site, "--log-level", "debug", variables=variables) as command:
        wait_until(pings, "it is held")
        server.clear()
        assert command.end(signal.SIGTERM) == 0
    assert "planted-secret" not in "".join([*command.out, *command.err])
    assert "planted-secret" not in (site.root / ".waypost" / "waypost.log").read_text(encoding="utf-8")


def test_a_dead_mans_switch_that_cannot_be_reached_is_a_fault_and_blocks_nothing(site: Site) -> None:
    variables = {"WAYPOST_DEAD_MAN_URL": "http://127.0.0.1:9/planted-secret"}
    with service(site, variables=variables) as command:
        words = "The dead man's switch was not reached: the connection was refused."
        wait_until(lambda: words in doctor(site), "doctor names it")
        wait_until(lambda: site.status_output.joinpath("index.html").exists(), "the page is published")
        assert command.end(signal.SIGTERM) == 0
    assert "planted-secret" not in "".join([*command.out, *command.err])


def test_an_address_that_is_none_is_refused_and_not_repeated(site: Site) -> None:
    done = called("run", "--dead-man", "planted-secret", site=site)
    assert done.returncode == 2
    assert "planted-secret" not in done.stderr
    assert "Expected a whole address" in done.stderr


def test_a_terminal_that_lacks_characters_shows_what_it_can(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_in_german(site)
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    shown = waypost("status", site=site)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Gr??e ?" in shown.stdout
    document = json.loads(waypost("status", "--json", site=site).stdout)
    assert "Grüße ☀" in json.dumps(document, ensure_ascii=False)


def name_in_german(site: Site) -> None:
    replace(site.root / "status" / "status.yml", "name: Mail", "name: Grüße ☀")


def test_the_language_c_is_no_obstacle(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    name_in_german(site)
    for name, value in (("LC_ALL", "C"), ("PYTHONUTF8", "0"), ("PYTHONCOERCECLOCALE", "0")):
        monkeypatch.setenv(name, value)
    for words in (["status"], ["incident", "list"], ["poll"], ["doctor"], ["status", "--help"]):
        done = waypost(*words, site=site)
        assert "Traceback" not in done.stderr
        assert "has a fault" not in done.stderr
        assert done.returncode == 0


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete ")]
)
def test_a_shell_completes_commands(shell: str, mark: str) -> None:
    program = Path(sys.executable).with_name("waypost")

    def complete(**variables: str) -> str:
        done = subprocess.run(
            [program],
            env=environment(variables),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0
        return done.stdout

    assert mark in complete(_WAYPOST_COMPLETE=f"{shell}_source")
    words = {"COMP_WORDS": "waypost sta", "COMP_CWORD": "1" if shell != "fish" else "sta"}
    assert "status" in complete(_WAYPOST_COMPLETE=f"{shell}_complete", **words)
