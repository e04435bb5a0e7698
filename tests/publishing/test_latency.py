from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import minimal_site, replace
from helpers.stores import Store, keep
from waypost.base.sketch import ACCURACY
from waypost.formats.observations import Rollup
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import StatusConfig
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.publishing.current import LatencyCache, timed_checks
from waypost.publishing.publish import PublishCache, publish
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.latency import Latency

NOW = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAGE = "components/web/index.html"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    (site.root / ".waypost").mkdir()
    return site


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    with closing(Store(site.database_url)) as store:
        yield store


def answer(
    store: Store, before: timedelta, milliseconds: float, component: str = "web", check: str = "http-1"
) -> None:
    at = NOW - before
    keep(
        store,
        [
            Observation(
                component, check, at, ComponentStatus.OPERATIONAL, timedelta(milliseconds=milliseconds)
            )
        ],
    )


def config(site: Site) -> StatusConfig:
    return load_project(site).status.config


def halves(found: Latency) -> list[float]:
    return [round(point.p50) for point in found.hours.points]


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    real = MonitorStore.latency

    def latency(self: MonitorStore, *args: object) -> list[Rollup]:
        asked.append(str(args[2]))
        return real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(MonitorStore, "latency", latency)
    return asked


def test_nothing_was_measured_yet(site: Site) -> None:
    assert LatencyCache().read(site.database_url, config(site), NOW) == {}
    assert not (site.root / ".waypost" / "waypost.db").exists(), "asking makes no database"


def test_hours_that_are_over_are_told(site: Site, store: Store) -> None:
    for minutes, milliseconds in ((25 * 60, 100), (73, 220), (72, 200), (15, 300), (5, 900)):
        answer(store, minutes * MINUTE, milliseconds)
    store.roll_up(NOW)
    found = LatencyCache().read(site.database_url, config(site), NOW)
    assert set(found) == {"web"}
    # 11:55 belongs to the hour that is over, 12:05 does not; the day of yesterday is the other series.
    assert halves(found["web"]) == [
        pytest.approx(200, rel=2 * ACCURACY),
        pytest.approx(300, rel=2 * ACCURACY),
    ]
    (day,) = found["web"].days.points
    assert (day.at.day, round(day.p50)) == (19, pytest.approx(100, rel=2 * ACCURACY))


def test_what_is_no_check_of_the_page_or_has_no_latency_is_left_out(site: Site, store: Store) -> None:
    with (site.root / "status" / "status.yml").open("a", encoding="utf-8") as stream:
        stream.write("    checks: [{heartbeat: {every: 5m}}]\n")
    assert timed_checks(config(site)) == {("web", "http-1")}
    answer(store, 70 * MINUTE, 100)
    answer(store, 70 * MINUTE, 0, "mail", "heartbeat-1")
    answer(store, 70 * MINUTE, 5000, check="http-2")
    answer(store, 70 * MINUTE, 5000, "gone")
    store.roll_up(NOW)
    found = LatencyCache().read(site.database_url, config(site), NOW)
    assert {name: halves(series) for name, series in found.items()} == {
        "web": [pytest.approx(100, rel=ACCURACY)]
    }


def test_what_is_whole_is_read_once(site: Site, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(store, 70 * MINUTE, 100)
    store.roll_up(NOW)
    asked = count_reads(monkeypatch)
    cache, settings = LatencyCache(), config(site)
    first = cache.read(site.database_url, settings, NOW)
    assert sorted(asked) == ["day", "hour"]
    assert cache.read(site.database_url, settings, NOW + 40 * MINUTE) == first
    assert len(asked) == 2
    # The next hour is another series; the days stay as they were.
    cache.read(site.database_url, settings, NOW + 55 * MINUTE)
    assert asked[2:] == ["hour"]


def test_an_hour_that_is_summed_up_late_still_appears(site: Site, store: Store) -> None:
    cache, settings = LatencyCache(), config(site)
    answer(store, 130 * MINUTE, 100)
    store.roll_up(NOW - 30 * MINUTE)
    answer(store, 15 * MINUTE, 300)
    assert halves(cache.read(site.database_url, settings, NOW)["web"]) == [100]
    store.roll_up(NOW)
    found = cache.read(site.database_url, settings, NOW)
    assert halves(found["web"])[1:] == [pytest.approx(300, rel=ACCURACY)]
    assert found == LatencyCache().read(site.database_url, settings, NOW), "as a fresh process sees it"


def test_a_check_that_leaves_the_file_takes_its_latency_along(site: Site, store: Store) -> None:
    cache = LatencyCache()
    answer(store, 70 * MINUTE, 100)
    store.roll_up(NOW)
    assert cache.read(site.database_url, config(site), NOW)
    replace(
        site.root / "status" / "status.yml",
        'http: "https://www.example.org/health"',
        "tcp: www.example.org:443",
    )
    replace(site.root / "status" / "status.yml", "            timeout: 10s\n", "")
    assert cache.read(site.database_url, config(site), NOW) == {}


def test_only_the_page_of_a_component_that_answered_shows_it(site: Site, store: Store) -> None:
    answer(store, 70 * MINUTE, 100)
    store.roll_up(NOW)
    cache = PublishCache()
    publish(site, load_project(site), NOW, cache=cache)
    page = (site.status_output / PAGE).read_text(encoding="utf-8")
    assert page.count('<figure class="wp-latency">') == 1
    assert "<polyline" in page
    assert '<th scope="row">20 Nov, 12:00</th>' in page
    assert "wp-latency" not in (site.status_output / "components/mail/index.html").read_text(encoding="utf-8")
    # A day later the hours are gone and the day is there.
    publish(site, load_project(site), NOW + timedelta(days=1, hours=1), cache=cache)
    page = (site.status_output / PAGE).read_text(encoding="utf-8")
    assert "The last 90 days: half of the answers" in page
    assert "The last 24 hours: half" not in page
