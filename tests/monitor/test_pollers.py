from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.postgres import Cluster
from helpers.sites import Running, called, minimal_site, running, wait_until
from helpers.stores import Store
from waypost.base.database.engine import Database
from waypost.base.database.schema import observation, schedule, series
from waypost.reading.site import Site

CHECKS = 6
EVERY = timedelta(seconds=3)


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.new_url()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Store(url)):
        pass
    database = Database(url, writes=False)
    yield database
    database.close()


def site_with(folder: Path, checks: dict[str, str]) -> Site:
    site = minimal_site(folder)
    text = 'page: {name: Status, url: "https://help.example.org/status/"}\ncomponents:\n'
    for name in dict.fromkeys(["web", "mail", *checks]):
        text += f"  - id: {name}\n    name: {name}\n"
        if name in checks:
            text += f'    checks: [{{http: "{checks[name]}", every: 3s, timeout: 1s}}]\n'
    (site.root / "status" / "status.yml").write_text(text, encoding="utf-8")
    return site


def observed_times(database: Database) -> dict[str, list[datetime]]:
    """Return when each component was observed, oldest first."""
    found = sa.select(series.c.component, observation.c.at).join(series, series.c.id == observation.c.line)
    with database.read() as connection:
        rows = connection.execute(found.order_by(observation.c.at)).all()
    times: dict[str, list[datetime]] = {}
    for row in rows:
        times.setdefault(row.component, []).append(datetime.fromtimestamp(row.at / 1000, UTC))
    return times


def holder(database: Database, component: str) -> int | None:
    """Return the process that runs a component's check now."""
    found = (
        sa.select(schedule.c.owner)
        .join(series, series.c.id == schedule.c.line)
        .where(series.c.component == component)
    )
    with database.read() as connection:
        owner = connection.scalar(found)
    return int(owner.rsplit("-", 2)[1]) if owner else None


def test_what_a_killed_poller_ran_is_taken_over_within_an_interval_and_nothing_counts_twice(
    server: HTTPServer, url: str, database: Database, tmp_path: Path
) -> None:
    hold, leave = threading.Event(), threading.Event()

    def answer(request: Request) -> Response:
        del request
        if hold.is_set():
            leave.wait(20)
        return Response("fine")

    server.expect_request("/health").respond_with_data("fine")
    server.expect_request("/slow").respond_with_handler(answer)
    names = [f"part-{number}" for number in range(CHECKS)]
    site = site_with(
        tmp_path / "site",
        {**dict.fromkeys(names, server.url_for("/health")), "slow": server.url_for("/slow")},
    )
    command = ("run", "--no-publish", "--database", url)
    with running(*command, site=site) as one, running(*command, site=site) as two:
        wait_until(lambda: all_seen(database, CHECKS + 1, 1, one, two), "everything was seen")
        hold.set()
        held: list[int] = []

        def is_held() -> bool:
            found = holder(database, "slow")
            held.extend([found] if found else [])
            return bool(found)

        wait_until(is_held, "one of them runs the slow check")
        dead, alive = (one, two) if held[-1] == one.process.pid else (two, one)
        assert dead.end(signal.SIGKILL) == -signal.SIGKILL
        killed = datetime.now(UTC)
        leave.set()
        hold.clear()
        wait_until(
            lambda: all(times[-1] > killed + 2 * EVERY for times in observed_times(database).values()),
            "the other one runs everything",
        )
        assert alive.end(signal.SIGTERM) == 0
        assert alive.err == []
    times = observed_times(database)
    first = {name: min(moment for moment in found if moment > killed) for name, found in times.items()}
    # One interval until it is due, one until the claim of the dead one has run out; the rest is for a slow machine.
    assert all(moment - killed < 2 * EVERY + timedelta(seconds=5) for moment in first.values())
    assert_once_an_interval(times)


def assert_once_an_interval(times: dict[str, list[datetime]]) -> None:
    """No check was recorded more often than it was due."""
    for name, found in times.items():
        most = (found[-1] - found[0]) / EVERY + 2
        assert len(found) <= most, f"{name}: {len(found)} observations, at most {most:.1f}"
        assert max(Counter(found).values()) == 1


def test_several_share_the_work_and_a_clean_end_gives_back_what_was_claimed(
    server: HTTPServer, url: str, database: Database, tmp_path: Path
) -> None:
    server.expect_request("/health").respond_with_data("fine")
    names = [f"part-{number}" for number in range(CHECKS)]
    site = site_with(tmp_path / "site", dict.fromkeys(names, server.url_for("/health")))
    command = ("run", "--no-publish", "--database", url)
    with running(*command, site=site) as one, running(*command, site=site) as two:
        wait_until(lambda: all_seen(database, CHECKS, 3, one, two), "each was seen thrice")
        for each in (one, two):
            assert each.end(signal.SIGTERM) == 0
    with database.read() as connection:
        assert set(connection.execute(sa.select(schedule.c.owner)).scalars()) == {None}
    assert_once_an_interval(observed_times(database))


def all_seen(database: Database, wanted: int, often: int, *pollers: Running) -> bool:
    """Tell whether so many components were seen so often; fail when a poller has ended."""
    assert [poller.err for poller in pollers if poller.process.poll() is not None] == []
    times = observed_times(database)
    return len(times) == wanted and min(map(len, times.values())) >= often


def page_says(site: Site, words: str) -> bool:
    page = site.status_output / "index.html"
    return page.is_file() and words in page.read_text(encoding="utf-8")


def test_one_publishes_what_the_other_found(server: HTTPServer, url: str, tmp_path: Path) -> None:
    server.expect_request("/health").respond_with_data("no", status=503)
    site = site_with(tmp_path / "site", {"web": server.url_for("/health")})
    idle = site_with(tmp_path / "idle", {"web": server.url_for("/health")})
    with running("run", "--database", url, "--region", "", site=idle) as publisher:
        wait_until((idle.status_output / "index.html").is_file, "it has published")
        for _ in range(3):
            # A check that the other is just doing is skipped, and the command says so and exits 1.
            wait_until(lambda: called("poll", "--database", url, site=site).returncode == 0, "it was polled")
        wait_until(lambda: page_says(idle, 'data-status="major_outage"'), "the outage is on the page")
        assert publisher.end(signal.SIGTERM) == 0
