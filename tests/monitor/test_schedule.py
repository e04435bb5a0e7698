from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.formats.checks import Confirmation, Flapping, HttpCheck, Rules
from waypost.formats.observations import Series, SeriesState
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import Component, PageConfig, Policy, StatusConfig
from waypost.monitor.rules.schedule import Job, in_doubt, jobs, lease, phase, slot_after

PAGE = PageConfig(name="Status", url="https://help.example.org/status/")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = Rules(3, 2, timedelta(seconds=20), Flapping())


def check(every: float = 60, timeout: float = 10, **more: object) -> HttpCheck:
    return HttpCheck(
        http="http://127.0.0.1:9/",
        every=timedelta(seconds=every),
        timeout=timedelta(seconds=timeout),
        **more,  # type: ignore[arg-type]
    )


def job(name: str = "web", every: float = 60, timeout: float = 1) -> Job:
    return Job(Series(name, "http-1"), check(every, timeout), RULES)


def page(*components: Component, **more: object) -> StatusConfig:
    return StatusConfig(page=PAGE, components=components, **more)  # type: ignore[arg-type]


def test_every_check_is_a_job_of_its_own_in_each_of_its_regions() -> None:
    config = page(
        Component(id="one", name="One", checks=(check(), check(regions=("eu", "us")))),
        Component(id="two", name="Two", checks=(check(id="main"),)),
        Component(id="none", name="None"),
        regions={"eu": "Frankfurt", "us": "Virginia"},
    )
    everywhere = [tuple(item.series) for item in jobs(config, {"", "eu", "us"})]
    assert everywhere == [
        ("one", "http-1", ""),
        ("one", "http-2", "eu"),
        ("one", "http-2", "us"),
        ("two", "main", ""),
    ]
    assert [tuple(item.series) for item in jobs(config, {"us", ""})] == [
        everywhere[0],
        everywhere[2],
        everywhere[3],
    ]
    assert [tuple(item.series) for item in jobs(config)] == [everywhere[0], everywhere[3]]


def test_the_nearest_word_about_confirmation_counts() -> None:
    steady = Flapping(changes=9)
    component = Component(
        id="one",
        name="One",
        checks=(check(policy=Confirmation(down_after=1)), check()),
        policy=Confirmation(down_after=5, up_after=7, flapping=steady),
    )
    plain = Component(id="two", name="Two", checks=(check(every=30),))
    config = page(component, plain, policy=Policy(up_after=4, retry_every=timedelta(seconds=45)))
    first, second, third = (item.rules for item in jobs(config))
    assert (first.down_after, first.up_after, first.flapping) == (1, 7, steady)
    assert (second.down_after, second.up_after) == (5, 7)
    assert (third.down_after, third.up_after, third.flapping) == (3, 4, Flapping())
    assert (second.retry_every, third.retry_every) == (
        timedelta(seconds=45),
        timedelta(seconds=30),
    ), "a retry is never later than the next regular run"


@given(st.floats(1, 86400), st.data())
def test_a_claim_is_over_within_one_interval_where_its_timeout_leaves_room(
    every: float, data: st.DataObject
) -> None:
    timeout = data.draw(st.floats(0.1, every))
    length = lease(check(every, timeout))
    assert length >= timedelta(seconds=timeout) + timedelta(seconds=1)
    if timeout + 1 <= every:
        assert length <= timedelta(seconds=every)


def test_checks_are_spread_over_their_interval() -> None:
    phases = sorted(phase(Series(f"part-{number}", "http-1")) for number in range(400))
    assert phases[0] >= 0
    assert phases[-1] < 1
    assert max(b - a for a, b in itertools.pairwise(phases)) < 0.03
    assert phase(Series("web", "http-1")) != phase(Series("web", "http-1", "eu"))


@given(
    st.integers(1, 86400),
    st.floats(0, 1e6),
    st.floats(0, 1, exclude_max=True),
)
def test_the_next_time_is_in_the_future_and_within_an_interval(
    every: int, passed: float, chance: float
) -> None:
    item, now = job(every=every), NOW + timedelta(seconds=passed)
    due = slot_after(now, item, chance)
    moved = min(timedelta(seconds=every) * 0.05, timedelta(seconds=2))
    assert now < due <= now + timedelta(seconds=every) + moved + timedelta(microseconds=1)


def test_a_job_keeps_its_times_whoever_asks_and_skips_what_it_missed() -> None:
    item = job(every=60)
    first = slot_after(NOW, item)
    assert slot_after(first - timedelta(seconds=0.001), item) == first
    assert slot_after(first, item) == first + timedelta(seconds=60)
    assert slot_after(first + timedelta(hours=1, seconds=59), item) == first + timedelta(hours=1, seconds=60)


def test_a_retry_comes_sooner() -> None:
    assert job().rules.retry_every == timedelta(seconds=20)


def observation(status: ComponentStatus) -> Observation:
    return Observation("web", "http-1", NOW, status, timedelta(0))


def test_doubt_is_an_answer_that_differs_from_what_is_believed() -> None:
    good, bad = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
    assert not in_doubt(SeriesState())
    assert not in_doubt(SeriesState(None, recent=(observation(good),)))
    assert in_doubt(SeriesState(None, recent=(observation(bad),)))
    assert in_doubt(SeriesState(good, recent=(observation(good), observation(bad))))
    assert not in_doubt(SeriesState(good, recent=(observation(bad), observation(good))))
    assert not in_doubt(SeriesState(bad, recent=(observation(bad),)))
    assert in_doubt(SeriesState(bad, recent=(observation(ComponentStatus.PARTIAL_OUTAGE),)))
    slow = ComponentStatus.DEGRADED_PERFORMANCE
    assert not in_doubt(SeriesState(slow, held_since=NOW, recent=(observation(good),)))
    assert in_doubt(SeriesState(slow, held_since=NOW, recent=(observation(slow),)))
