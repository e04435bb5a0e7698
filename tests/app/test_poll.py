from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.sites import minimal_site, point_checks_at, waypost
from waypost.adapters.store import Store, read_history
from waypost.app import poll
from waypost.app.poll import Job, Poller, Schedule, jobs, poll_once, utc_now
from waypost.app.publish import publish
from waypost.app.site import Site, load_project
from waypost.model.checks import Expect, HttpCheck
from waypost.model.status import ComponentStatus
from waypost.model.status_config import Component, PageConfig, StatusConfig

PAGE = PageConfig(name="Status", url="https://help.example.org/status/")
MINUTE = timedelta(minutes=1)


def job(name: str = "web", every: timedelta = MINUTE, number: int = 1) -> Job:
    return Job(name, f"http-{number}", HttpCheck(http="http://127.0.0.1:9/", every=every, timeout=every))


def config(**addresses: str) -> StatusConfig:
    checks = {
        name: (HttpCheck(http=url, every=timedelta(seconds=5), timeout=timedelta(seconds=5)),)
        for name, url in addresses.items()
    }
    return StatusConfig(
        page=PAGE,
        components=tuple(Component(id=name, name=name, checks=them) for name, them in checks.items()),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'waypost.db'}")
    yield store
    store.close()


# The schedule: pure, with the times given.


def starts(schedule: Schedule, times: list[float]) -> list[tuple[float, tuple[str, str]]]:
    return [(now, due.key) for now in times for due in schedule.due(now)]


def first_start(todo: Job, now: float = 0.0) -> float:
    return Schedule([todo], now).wait(now)


def test_many_checks_spread_over_their_interval() -> None:
    todo = [job(f"part-{number}") for number in range(600)]
    tenths = Counter(int(first_start(item) // 6) for item in todo)
    assert set(tenths) == set(range(10)), "all within the first interval"
    assert max(tenths.values()) < 2 * 60, "none of the tenths has twice its share"


def test_checks_of_one_component_do_not_start_together() -> None:
    assert len({first_start(job(number=number)) for number in range(1, 20)}) == 19


def test_the_place_in_the_interval_depends_on_the_name_alone() -> None:
    assert first_start(job("web")) == first_start(job("web"), now=0.0)
    assert first_start(job("web"), now=1000.0) == pytest.approx(first_start(job("web")))
    twice = first_start(job("web", every=2 * MINUTE))
    assert twice == pytest.approx(2 * first_start(job("web")))


def test_a_check_runs_once_an_interval() -> None:
    schedule = Schedule([job()], now=0.0)
    found = starts(schedule, [float(second) for second in range(600)])
    assert len(found) == 10
    gaps = {later - earlier for (earlier, _), (later, _) in itertools.pairwise(found)}
    assert gaps == {60.0}


def test_a_check_that_was_asked_for_is_not_due_again_at_once() -> None:
    schedule = Schedule([job()], now=0.0)
    assert len(schedule.due(60.0)) == 1
    assert schedule.due(60.0) == []


def test_runs_that_were_missed_are_skipped_and_not_made_up_for() -> None:
    schedule = Schedule([job()], now=0.0)
    phase = schedule.wait(0.0)
    assert len(schedule.due(3600.0)) == 1, "an hour late: once"
    assert schedule.due(3600.0 + phase - 0.01) == [], "and then at its usual place"
    assert len(schedule.due(3600.0 + phase)) == 1


def test_waiting_ends_with_the_first_check_that_is_due() -> None:
    soon, late = sorted([job("one"), job("two"), job("three")], key=first_start)[::2]
    schedule = Schedule([late, soon], now=0.0)
    assert schedule.wait(0.0) == first_start(soon)
    assert schedule.wait(3600.0) == 0.0, "never negative"


def test_a_page_without_checks_waits_long() -> None:
    schedule = Schedule([], now=0.0)
    assert schedule.wait(0.0) == 3600.0
    assert schedule.due(1e9) == []


@given(
    steps=st.lists(st.floats(min_value=0.001, max_value=500.0), min_size=1, max_size=60),
    every=st.integers(min_value=1, max_value=90),
)
def test_however_irregular_the_looks_are_a_check_never_runs_more_often_than_it_should(
    steps: list[float], every: int
) -> None:
    todo = job(every=timedelta(seconds=every))
    schedule, now, runs, phase = Schedule([todo], 0.0), 0.0, 0, first_start(todo)
    for step in steps:
        now += step
        runs += len(schedule.due(now))
        assert schedule.due(now) == []
        assert 0.0 <= schedule.wait(now) <= every
    assert runs <= max(0.0, now - phase) / every + 1
    assert (runs > 0) == (now >= phase)


# Running checks.


def test_one_round_reports_every_check_in_the_order_of_the_page_and_records_it(
    server: HTTPServer, store: Store
) -> None:
    server.expect_request("/good").respond_with_data("fine")
    server.expect_request("/bad").respond_with_data("no", status=503)
    page = config(zebra=server.url_for("/good"), ape=server.url_for("/bad"), newt=server.url_for("/good"))
    before = utc_now()
    outcomes = poll_once(page, store)
    assert [(seen.component, seen.check, seen.status) for seen, _ in outcomes] == [
        ("zebra", "http-1", ComponentStatus.OPERATIONAL),
        ("ape", "http-1", ComponentStatus.MAJOR_OUTAGE),
        ("newt", "http-1", ComponentStatus.OPERATIONAL),
    ]
    assert outcomes[1][0].reason == "HTTP status 503, expected 2xx"
    assert all(before <= seen.at <= utc_now() for seen, _ in outcomes)
    history = store.history()
    assert {stretch.component for stretch in history.coverage} == {"zebra", "ape", "newt"}
    assert "ape" not in {change.component for change in history.changes}, "once is not an outage"


def test_checks_run_at_the_same_time(server: HTTPServer, store: Store) -> None:
    together = threading.Barrier(8)

    def meet(request: Request) -> Response:
        del request
        together.wait(timeout=4)
        return Response("fine")

    server.expect_request("/meet").respond_with_handler(meet)
    page = config(**{f"part-{number}": server.url_for("/meet") for number in range(8)})
    outcomes = poll_once(page, store)
    assert {seen.status for seen, _ in outcomes} == {ComponentStatus.OPERATIONAL}


class Always(Schedule):
    """Every check is due whenever anybody asks."""

    def due(self, now: float) -> list[Job]:
        del now
        return list(self._jobs.values())

    def wait(self, now: float) -> float:
        del now
        return 0.0


def test_a_check_that_still_runs_is_not_started_a_second_time(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "Schedule", Always)
    entered, leave = threading.Semaphore(0), threading.Event()

    def linger(request: Request) -> Response:
        del request
        entered.release()
        leave.wait(4)
        return Response("fine")

    server.expect_request("/slow").respond_with_handler(linger)
    poller = Poller(config(slow=server.url_for("/slow")))
    try:
        assert poller.step(0.0) == []
        assert entered.acquire(timeout=4)
        for _ in range(10):
            assert poller.step(0.0) == []
        assert not entered.acquire(blocking=False), "it is with the server once"
        leave.set()
        found: list[object] = []
        while not found:
            found = list(poller.step(0.1))
        assert len(found) == 1
        poller.step(0.0)
        assert entered.acquire(timeout=4), "when it has ended it runs again"
    finally:
        leave.set()
        poller.close()


def test_a_check_that_breaks_inside_neither_stops_the_others_nor_itself(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "Schedule", Always)
    server.expect_request("/good").respond_with_data("fine")
    broken = threading.Event()
    real = poll.observe

    def observe(todo: Job) -> object:
        if todo.component == "odd" and not broken.is_set():
            broken.set()
            raise RuntimeError("a fault of the program")
        return real(todo)

    monkeypatch.setattr(poll, "observe", observe)
    poller = Poller(config(odd=server.url_for("/good"), even=server.url_for("/good")))
    seen: set[str] = set()
    try:
        for _ in range(100):
            seen |= {todo.component for todo, _ in poller.step(0.05)}
            if seen == {"odd", "even"}:
                break
    finally:
        poller.close()
    assert broken.is_set()
    assert seen == {"odd", "even"}


def test_a_new_configuration_replaces_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "Schedule", Always)
    poller = Poller(config(old="http://127.0.0.1:9/"))
    poller.configure(config(new="http://127.0.0.1:9/"))
    found: list[str] = []
    try:
        while not found:
            found = [todo.component for todo, _ in poller.step(0.1)]
    finally:
        poller.close()
    assert set(found) == {"new"}


def test_every_check_has_an_id_of_its_own_within_its_component() -> None:
    check = HttpCheck(http="http://127.0.0.1:9/", every=MINUTE, timeout=MINUTE, expect=Expect())
    page = StatusConfig(
        page=PAGE,
        components=(
            Component(id="one", name="One", checks=(check, check)),
            Component(id="two", name="Two", checks=(check,)),
            Component(id="none", name="None"),
        ),
    )
    assert [item.key for item in jobs(page)] == [("one", "http-1"), ("one", "http-2"), ("two", "http-1")]


# The whole path: a real server, the database, the published files.


def published(site: Site) -> tuple[dict[str, str], list[str]]:
    """Publish, and return what clients see: indicator and state of web, and the titles of the feed."""
    publish(site, load_project(site), utc_now())
    summary = json.loads((site.status_output / "api" / "v2" / "summary.json").read_bytes())
    web = next(item["status"] for item in summary["components"] if item["name"] == "Web pages")
    titles: list[str] = []
    for name in ("feed.atom", "feed.rss", "history.atom", "history.rss"):
        feed = feedparser.parse((site.status_output / name).read_bytes())
        assert not feed.bozo, feed.get("bozo_exception")
        if name == "feed.atom":
            titles = [entry.title for entry in feed.entries]
    state = {"indicator": summary["status"]["indicator"], "web": web}
    state["open"] = ", ".join(incident["name"] for incident in summary["incidents"])
    return state, titles


def test_an_outage_is_confirmed_published_told_in_the_feed_and_resolved(
    server: HTTPServer, tmp_path: Path
) -> None:
    site = minimal_site(tmp_path / "site")
    point_checks_at(site, server.url_for("/health"))
    page = load_project(site).status.config
    answer = {"status": 200}
    server.expect_request("/health").respond_with_handler(lambda _: Response("x", status=answer["status"]))
    store = Store(site.database_url)

    def rounds(number: int) -> list[ComponentStatus | None]:
        found = [poll_once(page, store) for _ in range(number)]
        return [change.status if change else None for outcomes in found for _, change in outcomes]

    fine = {"indicator": "none", "web": "operational", "open": ""}
    try:
        rounds(2)
        state, quiet = published(site)
        assert state == fine

        answer["status"] = 503
        assert rounds(2) == [None, None]
        assert published(site) == (fine, quiet), "two failures are not an outage"
        assert rounds(2) == [ComponentStatus.MAJOR_OUTAGE, None], "the third confirms, and only once"
        state, during = published(site)
        assert state == {"indicator": "critical", "web": "major_outage", "open": "Web pages: outage"}
        assert len(during) == len(quiet) + 1
        assert during[1:] == quiet
        assert "Web pages: outage" in during[0]

        answer["status"] = 200
        assert rounds(1) == [None]
        assert published(site) == (state, during), "one good answer is not a recovery"
        assert rounds(1) == [ComponentStatus.OPERATIONAL]
        state, after = published(site)
        assert state == fine
        assert len(after) == len(during) + 1
        assert after[1:] == during
        assert "resolved" in after[0].lower()
    finally:
        store.close()


def test_the_command_polls_once_and_says_what_it_found(server: HTTPServer, tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    point_checks_at(site, server.url_for("/health"))
    server.expect_request("/health").respond_with_data("no", status=500)
    for_people = waypost("poll", site=site)
    assert (for_people.returncode, for_people.stderr) == (0, "")
    assert "web http-1: major_outage" in for_people.stdout
    assert "HTTP status 500, expected 2xx" in for_people.stdout
    for_programs = [json.loads(waypost("poll", "--json", site=site).stdout) for _ in range(2)]
    assert [found["confirmed"] for [found] in for_programs] == [None, "major_outage"]
    [found] = for_programs[0]
    assert (found["component"], found["check"], found["status"]) == ("web", "http-1", "major_outage")
    assert datetime.fromisoformat(found["at"]).tzinfo == UTC
    assert isinstance(found["latency_ms"], int)
    [change] = read_history(site.database_url).changes
    assert change.status is ComponentStatus.MAJOR_OUTAGE
