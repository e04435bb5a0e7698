"""What this machine lacks is never an outage of the service."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.hostile_servers import Server, silent
from helpers.sites import PATIENCE, ROOT, environment
from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.base.faults import FaultKind, Faults
from waypost.base.net import network
from waypost.base.net.failures import Blame
from waypost.formats.checks import CheckBase, HttpCheck
from waypost.formats.observations import RecordedOutcome
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Component, PageConfig, StatusConfig, Uplink
from waypost.monitor import poll
from waypost.monitor.poll import Poller, poll_once
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.uplink import Reached, judged, reach

PAGE = PageConfig(name="Status", url="https://help.example.org/status/")
SECOND = timedelta(seconds=1)
DOWN = ComponentStatus.MAJOR_OUTAGE


def site(*urls: str, every: float = 2, timeout: float = 0.5, **more: Any) -> StatusConfig:
    return StatusConfig(
        page=PAGE,
        components=tuple(
            Component(
                id=f"part-{number}",
                name=f"Part {number}",
                checks=(HttpCheck(http=url, every=every * SECOND, timeout=timeout * SECOND),),
            )
            for number, url in enumerate(urls)
        ),
        **more,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        yield store


def limited(tmp_path: Path, port: int, kind: str, number: int) -> dict[str, Any]:
    """Poll forty healthy hosts four times in a process that lacks something."""
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    done = subprocess.run(
        [sys.executable, "-m", "helpers.limited_poll", kind, str(number), str(port), "40", url],
        cwd=ROOT / "tests",
        env=environment({"PYTHONPATH": str(ROOT / "tests")}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def everywhere() -> Iterator[int]:
    """The port of a healthy server on every address of this machine."""
    with HTTPServer(host="0.0.0.0", threaded=True) as server:  # noqa: S104  # many hosts are wanted
        server.expect_request("/").respond_with_data("fine")
        yield server.port


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("files", 3, "no file handles left"),
        ("files", 8, ""),
        ("threads", 0, "gives no more threads"),
        ("threads", 2, ""),
        ("memory", 1, "gives no more threads"),
        ("memory", 40, ""),
    ],
)
def test_what_this_machine_lacks_is_no_outage_of_forty_healthy_hosts(
    tmp_path: Path, everywhere: int, kind: str, number: int, words: str
) -> None:
    found = limited(tmp_path, everywhere, kind, number)
    assert set(found["found"]) <= {"operational", "no_data"}, found
    assert set(found["changes"]) <= {"operational"}
    if words:
        assert any(words in reason for reason in found["reasons"])
        assert any(words in message for message in found["present"])
        assert found["totals"]["measuring"] >= 1
    assert sum(found["found"].values()) == 160, "each check of each round has its outcome"


def until(poller: Poller, is_enough: Callable[[], bool], steps: int = 600) -> list[RecordedOutcome]:
    """Poll until something is so."""
    found: list[RecordedOutcome] = []
    for _ in range(steps):
        found += poller.step(0.1)
        if is_enough():
            return found
    raise AssertionError(f"it never was so: {found[-5:]}")


def test_no_component_stays_well_while_its_host_hangs(store: Store) -> None:
    with Server(silent) as server:
        poller = Poller(site(*[server.url] * 30), store)
        try:
            found = until(poller, lambda: len(store.history().changes) >= 30)
        finally:
            poller.close()
    assert {change.component for change in store.history().changes} == {
        f"part-{number}" for number in range(30)
    }
    assert {change.status for change in store.history().changes} == {DOWN}
    reasons = {item.observation.reason for item in found if item.observation}
    assert any(reason.startswith("the host holds ") for reason in reasons), "not all of them could begin"
    assert poller.figures.failed == poller.figures.done >= 90


def test_a_host_that_answers_slowly_makes_checks_late_and_none_of_them_fail(
    store: Store, server: HTTPServer
) -> None:
    def slow(_: Request) -> Response:
        time.sleep(0.4)
        return Response("fine")

    server.expect_request("/slow").respond_with_handler(slow)
    poller = Poller(site(*[server.url_for("/slow")] * 60, every=3, timeout=3), store)
    try:
        found = until(poller, lambda: poller.figures.done >= 90)
    finally:
        poller.close()
    answered = [item for item in found if item.observation]
    assert {item.observation.status for item in answered if item.observation} == {ComponentStatus.OPERATIONAL}
    assert len({item.series for item in answered}) == 60, "each has its turn"


# A name server that is gone.


Lookup = Callable[[str], None]


def names(monkeypatch: pytest.MonkeyPatch, answer: Lookup) -> None:
    """Let a function stand for the name servers: it returns where a name is this machine's, or raises."""
    real = socket.getaddrinfo

    def look_up(host: str, *arguments: Any, flags: int = 0, **keys: Any) -> Any:
        if not flags & socket.AI_NUMERICHOST:
            answer(host)
            host = "127.0.0.1"
        return real(host, *arguments, flags=flags, **keys)

    monkeypatch.setattr(network.socket, "getaddrinfo", look_up)


def gone(_: str) -> None:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def only(*known: str, code: int = socket.EAI_NONAME) -> Lookup:
    def answer(host: str) -> None:
        if host not in known:
            raise socket.gaierror(code, "no such name")

    return answer


@pytest.mark.parametrize(
    ("answer", "uplink", "status", "words"),
    [
        (gone, [], None, "the name servers of this machine gave no answer"),
        (gone, ["127.0.0.1"], None, "the name servers of this machine gave no answer"),
        (gone, ["127.0.0.1", "known.example"], None, "find no name"),
        (gone, ["known.example"], None, "our own connection is down"),
        (only(), ["127.0.0.1", "known.example"], None, "find no name"),
        (only("known.example"), ["127.0.0.1", "known.example"], DOWN, "the name cannot be found"),
        (only(), ["127.0.0.1"], DOWN, "the name cannot be found"),
        (only(), [], DOWN, "the name cannot be found"),
        (only("known.example", code=socket.EAI_AGAIN), ["known.example"], DOWN, "gave no answer"),
        (only("known.example", code=socket.EAI_SYSTEM), ["known.example"], None, "cannot look up names"),
    ],
)
def test_a_name_that_is_not_found_counts_only_while_name_servers_find_others(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    answer: Lookup,
    uplink: list[str],
    status: ComponentStatus | None,
    words: str,
) -> None:
    names(monkeypatch, answer)
    with socket.create_server(("127.0.0.1", 0)) as host:
        targets = tuple(f"{name}:{host.getsockname()[1]}" for name in uplink)
        more = {"uplink": Uplink(targets=targets, timeout=SECOND)} if uplink else {}
        found = poll_once(site("http://service.example/", **more), store)
    if status is None:
        [(series, reason)] = found.skipped
        assert (series.component, [item.observation for item in found.outcomes]) in (
            ("part-0", []),
            ("part-0", [None]),
        )
        assert words in reason
    else:
        [item] = found.outcomes
        assert item.observation is not None
        assert (item.observation.status, words in item.observation.reason) == (status, True)
        assert found.skipped == []


def test_an_uplink_whose_name_is_never_found_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, store: Store, server: HTTPServer
) -> None:
    names(monkeypatch, only())
    server.expect_request("/").respond_with_data("fine")
    faults = Faults(utc_now)
    config = site(server.url_for("/"), uplink=Uplink(targets=("uplnik.example:443",), timeout=SECOND))
    found = poll_once(config, store, faults=faults)
    assert [reason for _, reason in found.skipped] == ["our own connection is down"]
    [fault] = faults.present()
    assert fault.kind is FaultKind.MEASURING
    assert "uplnik.example:443: the name cannot be found" in fault.message


def test_an_uplink_is_judged_by_what_answers_and_by_what_is_found() -> None:
    good, refused = ProbeResult(ComponentStatus.OPERATIONAL), ProbeResult(DOWN, reason="it was refused")
    lost = ProbeResult(DOWN, reason="not found", blame=Blame.NAME)
    assert judged({"192.0.2.1:443": good}) == Reached(works=True)
    assert judged({"192.0.2.1:443": good, "a.example:443": lost}) == Reached(
        works=True, finds_names=False, reasons=("a.example:443: not found",)
    )
    assert judged({"a.example:443": refused, "b.example:443": lost}).finds_names is True
    assert not judged({"a.example:443": refused}).works


def test_an_uplink_that_gets_no_thread_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    found = reach(Uplink(targets=("127.0.0.1:9",), timeout=SECOND), utc_now())
    assert not found.works
    assert "no more threads" in found.reasons[0]


def test_a_lookup_that_gets_no_thread_is_tried_again_by_the_next_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    names(monkeypatch, only("known.example"))
    with monkeypatch.context() as lacking:
        lacking.setattr(threading.Thread, "start", refuse)
        with network.deadline(SECOND), pytest.raises(RuntimeError):
            network.resolve("known.example", 80)
    with network.deadline(30 * SECOND):
        assert network.resolve("known.example", 80)


# What the program does wrong.


def test_a_fault_of_the_program_is_no_data_with_a_traceback_and_ends_with_an_answer(
    monkeypatch: pytest.MonkeyPatch, store: Store, server: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.expect_request("/").respond_with_data("fine")
    faults = Faults(utc_now)
    poller = Poller(site(server.url_for("/"), every=1), store, faults=faults)

    def broken(check: CheckBase, context: ProbeContext) -> ProbeResult:
        raise KeyError("s-secret")

    try:
        with monkeypatch.context() as wrong:
            wrong.setattr(poll, "probe", broken)
            found = until(poller, lambda: bool(faults.present()))
        assert [item.observation for item in found] == [None] * len(found)
        assert "it went wrong inside of Waypost (KeyError)" in faults.present()[0].message
        assert any(record.exc_info for record in caplog.records)
        until(poller, lambda: not faults.present())
    finally:
        poller.close()
    assert {change.status for change in store.history().changes} == {ComponentStatus.OPERATIONAL}
    assert poller.figures.unmeasured >= 1
