"""A scripted year against what is published of it. The truth is worked out here a second time, naively."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from helpers.status_world import take_snapshot
from helpers.year import DATA, END, HOUR, POLICY, RETRY, START, Script, Year, make_year
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Component
from waypost.formats.status_site import History
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.uptime import Uptime

GOOD, SLOW, PARTIAL, MAJOR, WORK, NO_DATA = ComponentStatus
WEIGHTS = {PARTIAL: Fraction(3, 10), MAJOR: Fraction(1)}
MOMENTS = [datetime.fromisoformat(text) for text in DATA["moments"]]
Slices = list[tuple[datetime, datetime, ComponentStatus]]

views = pytest.mark.parametrize(
    ("zone", "now"),
    [(zone, now) for zone in DATA["zones"] for now in MOMENTS],
    ids=lambda value: f"{value:%m-%d}" if isinstance(value, datetime) else value,
)


@cache
def year(zone: str = "UTC") -> Year:
    return make_year(zone)


@cache
def observed() -> History:
    print(f"seed {DATA['seed']}")  # noqa: T201  # shown when a test fails
    return year().observed()


@cache
def shown_page(zone: str, now: datetime) -> Snapshot:
    return take_snapshot(year(zone).site, observed(), now)


# The truth


def line_at(script: Script, at: datetime) -> ComponentStatus:
    if at < script.tick(START) or any(start <= at < end for start, end in script.unwatched):
        return NO_DATA
    return max((state for start, end, state in script.truth if start <= at < end), key=rank, default=GOOD)


def rank(status: ComponentStatus) -> int:
    return (GOOD, SLOW, PARTIAL, MAJOR).index(status)


def majority(states: Sequence[ComponentStatus]) -> ComponentStatus:
    known = [state for state in states if state is not NO_DATA]
    for level in (MAJOR, PARTIAL, SLOW):
        seen_by = sum(rank(state) >= rank(level) for state in known)
        assert not known or seen_by * 2 != len(known), "the script has no ties"
        if seen_by * 2 > len(known):
            return level
    return GOOD if known else NO_DATA


def measured_at(component: Component, at: datetime) -> ComponentStatus:
    checks: dict[str, list[ComponentStatus]] = {}
    for script in year().scripts[component.id]:
        checks.setdefault(script.series.check, []).append(line_at(script, at))
    known = [state for state in map(majority, checks.values()) if state is not NO_DATA]
    if not known:
        return GOOD if not component.checks else NO_DATA
    must_fail = {"any": 1, "all": len(known)}.get(str(component.combine), component.combine)
    for level in (MAJOR, PARTIAL, SLOW):
        if sum(rank(state) >= rank(level) for state in known) >= min(int(must_fail), len(known)):
            return level
    return GOOD


def shown_at(component: Component, at: datetime) -> ComponentStatus:
    site = year().site
    for level in (MAJOR, PARTIAL, SLOW):
        for incident in site.incidents:
            over = incident.resolved_at or END
            if incident.components.get(component.id) is level and incident.started <= at < over:
                return level
    if any(
        component.id in work.components and work.scheduled_for <= at < work.scheduled_until
        for work in site.maintenances
    ):
        return WORK
    return measured_at(component, at)


def slices(component: Component, *, shown: bool) -> Slices:
    site, edges = year().site, {START, END}
    for script in year().scripts[component.id]:
        edges |= {script.tick(START), *itertools.chain(*(spell[:2] for spell in script.truth))}
        edges |= set(itertools.chain(*script.unwatched))
    for incident in site.incidents:
        edges |= (
            {incident.started, incident.resolved_at or END} if component.id in incident.components else set()
        )
    for work in site.maintenances:
        edges |= {work.scheduled_for, work.scheduled_until} if component.id in work.components else set()
    state = shown_at if shown else measured_at
    ordered = sorted(edge for edge in edges if START <= edge <= END)
    return [(left, right, state(component, left)) for left, right in itertools.pairwise(ordered)]


@cache
def truth(name: str) -> Slices:
    component = next(item for item in year().site.config.flat if item.id == name)
    # Before the year nobody measured; what people report on was well.
    before = NO_DATA if component.checks else GOOD
    return [(START - timedelta(days=400), START, before), *slices(component, shown=True)]


def tally(parts: Iterable[str], start: datetime, end: datetime) -> dict[ComponentStatus, Fraction]:
    sums = dict.fromkeys(ComponentStatus, Fraction(0))
    for part in parts:
        for left, right, status in truth(part):
            length = min(right, end) - max(left, start)
            if length > timedelta(0):
                sums[status] += Fraction(length // timedelta(microseconds=1), 1_000_000)
    return sums


def percent(sums: Mapping[ComponentStatus, Fraction]) -> str:
    counted = sum(length for status, length in sums.items() if status not in (WORK, NO_DATA))
    if not counted:
        return "no data"
    down = sum(WEIGHTS.get(status, Fraction(0)) * length for status, length in sums.items())
    hundredths = int((1 - down / counted) * 10_000)
    return "100 %" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d} %"


@cache
def midnights(zone: str) -> dict[date, datetime]:
    found: dict[date, datetime] = {}
    at = START - timedelta(days=500)
    while at <= END + timedelta(days=2):
        found.setdefault(at.astimezone(ZoneInfo(zone)).date(), at)
        at += HOUR
    return found


def windows(zone: str, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    nights, today = midnights(zone), now.astimezone(ZoneInfo(zone)).date()
    found = {f"{hours}h" if hours < 72 else "3d": (now - hours * HOUR, now) for hours in (1, 6, 24, 72)}
    found |= {f"{days}d": (nights[today - timedelta(days=days - 1)], now) for days in (7, 30, 45, 90)}
    end = now
    for back in range(12):
        count = today.year * 12 + today.month - 1 - back
        first = date(count // 12, count % 12 + 1, 1)
        found[f"{first:%Y-%m}"] = (nights[first], end)
        end = nights[first]
    return found


# The comparison


def compare(found: Mapping[str, Uptime], parts: Sequence[str], zone: str, now: datetime) -> int:
    spans = windows(zone, now)
    for name, uptime in found.items():
        sums = tally(parts, *spans[name])
        where = f"{parts} {name} {zone} {now}"
        assert uptime.percent == percent(sums), where
        assert (uptime.maintenance, uptime.no_data) == pytest.approx((sums[WORK], sums[NO_DATA])), where
    return len(found)


@views
def test_every_published_uptime_is_the_truth(zone: str, now: datetime) -> None:
    page, compared = shown_page(zone, now), 0
    for component in page.components:
        compared += compare(component.uptimes.windows, [component.id], zone, now)
        compared += compare(component.uptimes.months, [component.id], zone, now)
    for name, members in page.groups:
        compared += compare(page.group_uptimes[name].windows, [item.id for item in members], zone, now)
    compared += compare(page.uptimes.windows, [item.id for item in page.components], zone, now)
    assert compared >= 50 * (7 + 3) + 5 * 7 + 7


@views
def test_every_day_is_painted_as_it_was(zone: str, now: datetime) -> None:
    nights = midnights(zone)
    for component in shown_page(zone, now).components:
        for day in component.days:
            start, end = nights[day.day], min(nights[day.day + timedelta(days=1)], now)
            states = [status for left, right, status in truth(component.id) if left < end and right > start]
            worst = max(states, key=[NO_DATA, GOOD, WORK, SLOW, PARTIAL, MAJOR].index)
            sums = tally([component.id], start, end)
            trouble = sums[SLOW] + sums[PARTIAL] + sums[MAJOR]
            assert (day.status, day.trouble, day.no_data) == (
                worst, pytest.approx(trouble), pytest.approx(sums[NO_DATA]),
            ), f"{component.id} {day.day}"  # fmt: skip


def outages(component: Component) -> list[tuple[datetime, datetime]]:
    """Stretches of measured trouble with an outage in them, from the outage on; no data ends none."""
    known = [part for part in slices(component, shown=False) if part[2] is not NO_DATA]
    found = []
    for troubled, members in itertools.groupby(known, key=lambda part: part[2] is not GOOD):
        parts = list(members)
        begun = [left for left, _, status in parts if status in (PARTIAL, MAJOR)]
        if troubled and begun:
            found.append((begun[0], parts[-1][1]))
    return found


def expected_incidents(component: Component) -> list[tuple[datetime, datetime]]:
    """Outages, without what was announced: that begins, for customers, at the end of the work."""
    works = [work for work in year().site.maintenances if component.id in work.components]
    expected = []
    for start, end in outages(component):
        ends = [w.scheduled_until for w in works if w.scheduled_for <= start < w.scheduled_until]
        if not ends or end > ends[0]:
            expected.append((ends[0] if ends else start, end))
    return expected


def told_incidents(component: Component) -> list[tuple[datetime, datetime]]:
    found = [
        incident
        for incident in shown_page("Europe/Berlin", END).incidents
        if incident.automatic and component.id in incident.components
    ]
    return sorted((incident.started, incident.resolved_at or END) for incident in found)


def test_no_incident_is_false_and_none_is_missed() -> None:
    count = 0
    for component in year().site.config.flat:
        expected, published = expected_incidents(component), told_incidents(component)
        count += len(published)
        if len(component.checks) < 2:
            assert [start for start, _ in published] == [start for start, _ in expected], component.id
        # Of several checks one may be confirmed hours after another: what was told then stays told, so that
        # starts may differ and one outage may be two incidents. But none is without the other, save where two
        # checks failed together for less than the time it takes to believe it.
        for start, end in expected:
            assert end - start < 2 * RETRY or any(
                begun < end and start < over for begun, over in published
            ), f"{component.id} {start}"
        for begun, over in published:
            assert any(begun < end and start < over for start, end in expected), f"{component.id} {begun}"
            assert over < END
    assert count > 500


def test_the_year_has_all_that_it_should() -> None:
    rows = observed()
    assert len({change.component for change in rows.changes}) == 47
    assert len(rows.coverage) > 100, "poller gaps cut the coverage"
    assert {gap.region for gap in rows.uplink} == {"", "us"}
    states = {status for name in year().scripts for *_, status in truth(name)}
    assert states == set(ComponentStatus)
    assert len(year().site.maintenances) > 50
    assert POLICY.slo == 99.5
