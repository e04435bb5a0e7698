from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.clocks import SkewedClock
from helpers.sites import called, minimal_site, point_checks_at, waypost
from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.formats.checks import CheckBase, HttpCheck
from waypost.formats.observations import RecordedOutcome, Series
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Component, PageConfig, StatusConfig, Uplink
from waypost.monitor import poll
from waypost.monitor.poll import Poller, UnknownRegion, poll_once, require_region
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.rules.schedule import jobs, slot_after
from waypost.monitor.store.reading import read_history
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

PAGE = PageConfig(name="Status", url="https://help.example.org/status/")
SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def check(url: str, every: float = 5, **more: object) -> HttpCheck:
    span = timedelta(seconds=every)
    return HttpCheck(http=url, every=span, timeout=span, **more)  # type: ignore[arg-type]


def page(checks: dict[str, HttpCheck], **more: object) -> StatusConfig:
    components = tuple(Component(id=name, name=name, checks=(one,)) for name, one in checks.items())
    return StatusConfig(page=PAGE, components=components, **more)  # type: ignore[arg-type]


def config(every: float = 5, **addresses: str) -> StatusConfig:
    return page({name: check(url, every) for name, url in addresses.items()})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        yield store


def statuses(items: list[RecordedOutcome]) -> list[tuple[str, str, ComponentStatus | None]]:
    return [
        (item.series.component, item.series.check, item.observation.status if item.observation else None)
        for item in items
    ]


# Where it runs.


def test_a_poller_is_told_of_a_region_that_is_not_there() -> None:
    regional = page(
        {"web": check("http://127.0.0.1:9/", regions=("eu",))}, regions={"eu": "Frankfurt", "us": "Virginia"}
    )
    require_region(regional, "eu")
    require_region(regional, "us")
    with pytest.raises(UnknownRegion, match="Did you mean 'eu'"):
        require_region(regional, "eux")
    with pytest.raises(UnknownRegion, match="Regions: eu, us"):
        require_region(regional, "zzz")
    with pytest.raises(UnknownRegion, match="--region, one of: eu, us"):
        require_region(regional, "")
    require_region(config(web="http://127.0.0.1:9/"), "")
    with pytest.raises(UnknownRegion, match="Regions: none"):
        require_region(config(web="http://127.0.0.1:9/"), "eu")


def test_a_poller_runs_the_checks_of_its_region_and_those_without(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    url = server.url_for("/health")
    regional = page(
        {"near": check(url, regions=("eu",)), "far": check(url, regions=("us",)), "any": check(url)},
        regions={"eu": "Frankfurt", "us": "Virginia"},
    )
    assert [item.series for item in poll_once(regional, store, "eu").outcomes] == [
        Series("near", "http-1", "eu"),
        Series("any", "http-1"),
    ]
    assert {(stretch.component, stretch.region) for stretch in store.history().coverage} == {
        ("near", "eu"),
        ("any", ""),
    }


# Running checks.


def test_one_round_reports_every_check_in_the_order_of_the_page_and_records_it(
    server: HTTPServer, store: Store
) -> None:
    server.expect_request("/good").respond_with_data("fine")
    server.expect_request("/bad").respond_with_data("no", status=503)
    here = config(zebra=server.url_for("/good"), ape=server.url_for("/bad"), newt=server.url_for("/good"))
    before = utc_now()
    outcomes = poll_once(here, store).outcomes
    assert statuses(outcomes) == [
        ("zebra", "http-1", ComponentStatus.OPERATIONAL),
        ("ape", "http-1", ComponentStatus.MAJOR_OUTAGE),
        ("newt", "http-1", ComponentStatus.OPERATIONAL),
    ]
    found = [item.observation for item in outcomes if item.observation]
    assert "HTTP status 503" in found[1].reason
    assert all(before <= item.at <= utc_now() for item in found)
    history = store.history()
    assert {stretch.component for stretch in history.coverage} == {"zebra", "ape", "newt"}
    assert "ape" not in {change.component for change in history.changes}, "once is not an outage"


def test_a_round_right_after_another_runs_everything_again(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    here = config(3600, web=server.url_for("/health"), mail=server.url_for("/health"))
    assert len(poll_once(here, store).outcomes) == 2
    assert len(poll_once(here, store).outcomes) == 2


def test_a_round_leaves_no_check_of_one_slow_host_out(server: HTTPServer, store: Store) -> None:
    def answer(_: Request) -> Response:
        time.sleep(0.3)
        return Response("fine")

    server.expect_request("/slow").respond_with_handler(answer)
    here = config(1, **{f"part-{number}": server.url_for("/slow") for number in range(37)})
    found = poll_once(here, store)
    assert [item.series.component for item in found.outcomes] == [f"part-{number}" for number in range(37)]
    assert {status for _, _, status in statuses(found.outcomes)} == {ComponentStatus.OPERATIONAL}
    assert found.skipped == []


def test_a_round_names_what_another_poller_holds(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    here = config(60, web=server.url_for("/health"), mail=server.url_for("/health"))
    other = Poller(here, store)
    try:
        store.make_due([Series("web", "http-1")], other.clock())
        [claim] = store.claim(other.clock(), "another", {""}, 1)
        found = poll_once(here, store)
    finally:
        other.close()
    assert claim.series.component == "web"
    assert [item.series.component for item in found.outcomes] == ["mail"]
    assert found.skipped == [(Series("web", "http-1"), "another poller holds it")]


def test_checks_run_at_the_same_time(
    server: HTTPServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "PER_HOST", 8)
    together = threading.Barrier(8)

    def meet(request: Request) -> Response:
        del request
        together.wait(timeout=4)
        return Response("fine")

    server.expect_request("/meet").respond_with_handler(meet)
    here = config(**{f"part-{number}": server.url_for("/meet") for number in range(8)})
    assert {status for _, _, status in statuses(poll_once(here, store).outcomes)} == {
        ComponentStatus.OPERATIONAL
    }


def until(poller: Poller, wanted: int, steps: int = 400) -> list[RecordedOutcome]:
    """Poll until so many outcomes were recorded."""
    found: list[RecordedOutcome] = []
    for _ in range(steps):
        found += poller.step(0.05)
        if len(found) >= wanted:
            return found
    raise AssertionError(f"{len(found)} outcomes, not {wanted}")


def test_a_check_that_still_runs_is_not_started_a_second_time(server: HTTPServer, store: Store) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def linger(request: Request) -> Response:
        del request
        entered.release()
        leave.wait(4)
        return Response("fine")

    server.expect_request("/slow").respond_with_handler(linger)
    poller = Poller(config(slow=server.url_for("/slow")), store)
    series = [Series("slow", "http-1")]
    try:
        store.make_due(series, poller.clock())
        assert poller.step(0.0) == []
        assert entered.acquire(timeout=4)
        store.make_due(series, poller.clock())
        for _ in range(10):
            assert poller.step(0.0) == []
        assert not entered.acquire(blocking=False), "it is with the server once"
        leave.set()
        assert statuses(until(poller, 1)) == [("slow", "http-1", ComponentStatus.OPERATIONAL)]
        store.make_due(series, poller.clock())
        poller.step(0.0)
        assert entered.acquire(timeout=4), "when it has ended it runs again"
    finally:
        leave.set()
        poller.close()


def test_checks_are_run_at_their_interval(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    here = config(1, web=server.url_for("/health"))
    poller = Poller(here, store)
    try:
        found = until(poller, 4)
    finally:
        poller.close()
    moments = [item.observation.at for item in found if item.observation]
    [job] = jobs(here)
    assert len({slot_after(moment, job) for moment in moments}) == 4, "once in each interval"


def test_a_failure_is_looked_at_again_sooner_until_it_is_believed(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("no", status=503)
    patient = check(server.url_for("/health"), 3600, policy={"retry_every": "1s", "down_after": 2})
    here = page({"web": patient})
    poller = Poller(here, store)
    try:
        store.make_due([Series("web", "http-1")], poller.clock())
        first, second = until(poller, 2)
        assert (first.change, bool(second.change)) == (None, True)
        due = store.next_due(poller.clock(), {""})
        assert due is not None
        assert due - poller.clock() > 5 * SECOND, "what is believed is looked at at its usual time"
    finally:
        poller.close()


def test_a_check_that_breaks_inside_neither_stops_the_others_nor_itself(
    server: HTTPServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.expect_request("/good").respond_with_data("fine")
    broken = threading.Event()
    here = config(1, odd=server.url_for("/good"), even=server.url_for("/good"))
    odd = here.flat[0].checks[0]

    def break_once(check: CheckBase, context: ProbeContext) -> ProbeResult:
        if check is odd and not broken.is_set():
            broken.set()
            raise RuntimeError("a fault of the program")
        return probe(check, context)

    monkeypatch.setattr(poll, "probe", break_once)
    poller = Poller(here, store)
    try:
        found = until(poller, 5)
    finally:
        poller.close()
    assert broken.is_set()
    assert {name for name, _, status in statuses(found) if status} == {"odd", "even"}


def test_a_new_configuration_replaces_the_checks(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    poller = Poller(config(1, old=server.url_for("/health")), store)
    try:
        until(poller, 1)
        poller.configure(config(1, new=server.url_for("/health")))
        assert {name for name, _, _ in statuses(until(poller, 2)) if name != "old"} == {"new"}
        assert {name for name, _, _ in statuses(until(poller, 1))} == {"new"}
    finally:
        poller.close()


def test_a_clock_that_is_set_back_does_not_stop_the_checks(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("fine")
    clock = SkewedClock()
    poller = Poller(config(1, web=server.url_for("/health")), store, clock=clock)
    try:
        until(poller, 1)
        clock.skew = -timedelta(hours=1)
        assert statuses(until(poller, 2))[-1] == ("web", "http-1", ComponentStatus.OPERATIONAL)
    finally:
        poller.close()


def test_a_clock_that_is_set_back_for_a_moment_adds_nothing_to_a_gap(
    server: HTTPServer, store: Store
) -> None:
    server.expect_request("/health").respond_with_data("fine")
    clock = SkewedClock()
    poller = Poller(config(1, web=server.url_for("/health")), store, clock=clock)
    try:
        until(poller, 1)
        clock.pass_over(600)
        until(poller, 1)
        before = store.history()
        clock.skew -= timedelta(minutes=5)
        assert until(poller, 1)[-1].observation is None
        assert store.history() == before
        clock.skew += timedelta(minutes=5)
        assert until(poller, 1)[-1].observation
    finally:
        poller.close()


def test_after_a_restart_with_a_clock_that_was_set_back_checks_run_at_once(
    server: HTTPServer, store: Store
) -> None:
    server.expect_request("/health").respond_with_data("fine")
    here = config(2, web=server.url_for("/health"))
    later = Poller(here, store, clock=SkewedClock(timedelta(hours=1)))
    try:
        until(later, 1)
    finally:
        later.close()
    now = Poller(here, store)
    try:
        assert until(now, 1), "it is run, though it is due in an hour by the clock of before"
    finally:
        now.close()


# Our own connection.


def test_while_our_own_connection_is_down_no_failure_is_believed_and_nothing_is_run(
    server: HTTPServer, store: Store
) -> None:
    server.expect_request("/health").respond_with_data("no", status=503)
    host = socket.create_server(("127.0.0.1", 0))
    port = host.getsockname()[1]
    connected = Uplink(targets=(f"127.0.0.1:{port}",), every=timedelta(hours=1), timeout=SECOND)
    here = page({"web": check(server.url_for("/health"), 1)}, uplink=connected)
    poller = Poller(here, store)
    try:
        assert [status for _, _, status in statuses(until(poller, 2))] == [ComponentStatus.MAJOR_OUTAGE] * 2
        host.close()
        assert [status for _, _, status in statuses(until(poller, 1))] == [None], (
            "the third failure is not believed"
        )
        for _ in range(30):
            assert poller.step(0.05) == [], "and nothing more is run"
        assert store.history().changes == ()
        [gap] = store.history().uplink
        assert gap.end is None
        with socket.create_server(("127.0.0.1", port)):
            assert [status for _, _, status in statuses(until(poller, 1))] == [ComponentStatus.MAJOR_OUTAGE]
            [gap] = store.history().uplink
            assert gap.end is not None
            assert gap.end > gap.start
    finally:
        host.close()
        poller.close()


def test_a_round_without_a_connection_records_nothing(server: HTTPServer, store: Store) -> None:
    server.expect_request("/health").respond_with_data("no", status=503)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone = Uplink(targets=(f"127.0.0.1:{port}",), timeout=SECOND)
    here = page({"web": check(server.url_for("/health"), 1)}, uplink=gone)
    found = poll_once(here, store)
    assert found.outcomes == []
    assert found.skipped == [(Series("web", "http-1"), "our own connection is down")]
    assert store.history().coverage == ()
    assert len(store.history().uplink) == 1


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
        found = [poll_once(page, store).outcomes for _ in range(number)]
        return [item.change.status if item.change else None for outcomes in found for item in outcomes]

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
    assert "HTTP status 500" in for_people.stdout
    answers = [json.loads(called("poll", "--json", site=site).stdout) for _ in range(2)]
    for_programs = [answer["observations"] for answer in answers]
    assert [answer["skipped"] for answer in answers] == [[], []]
    assert [found["confirmed"] for [found] in for_programs] == [None, "major_outage"]
    [found] = for_programs[0]
    assert (found["component"], found["check"], found["status"]) == ("web", "http-1", "major_outage")
    assert datetime.fromisoformat(found["at"]).tzinfo == UTC
    assert isinstance(found["latency_ms"], int)
    [change] = read_history(site.database_url).changes
    assert change.status is ComponentStatus.MAJOR_OUTAGE
