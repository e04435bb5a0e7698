from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from waypost.formats.status import MAX_WINDOWS, Maintenance, Repetition, Update, UpdateStatus
from waypost.reading.rules.recurrence import expand, wrong_steps

ANNOUNCED = datetime(2026, 9, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
EVERY = ("day", "week", "2 weeks", "4 weeks", "month")


def update(status: str, at: datetime, window: date | None = None) -> Update:
    return Update(f"{at:%Y%m%dt%H%M%Sz}-{status}", UpdateStatus(status), at, "Text.", window=window)


def said(text: str) -> Update:
    day, clock, status, *window = text.split()
    at = datetime.fromisoformat(f"{day}T{clock}+00:00")
    return update(status, at, date.fromisoformat(window[0]) if window else None)


def work_of(case: Case) -> Maintenance:
    start, end = (datetime.fromisoformat(text) for text in case["window"].split("/"))
    first = update(case.get("status", "scheduled"), ANNOUNCED, case.get("first"))
    updates = (first, *(said(text) for text in case.get("said", ())))
    repetition = Repetition(**case["repeats"])
    return Maintenance("disks", "New disks", ("web",), start, end, updates, ("a.md",), repetition)


def shown(work: Maintenance) -> str:
    return f"{work.scheduled_for.isoformat()}/{work.scheduled_until.isoformat()}"


@golden("maintenance/repeating.yml")
def test_work_that_repeats(case: Case) -> None:
    works, faults = expand(work_of(case), ZoneInfo(case.get("zone", "Europe/Berlin")))
    found = [f"{'.'.join(fault.key) or fault.update}: {fault.message}" for fault in faults]
    assert found == case.get("faults", [])
    assert bool(works) is not bool(faults)
    if "windows" in case:
        assert [shown(work) for work in works] == case["windows"]
    if "told" in case:
        assert [[update.status for update in work.updates] for work in works] == case["told"]


def test_each_window_is_a_maintenance_of_its_own_named_after_its_day() -> None:
    case = {
        "window": "2026-10-05T23:30:00+00:00/2026-10-06T00:30:00+00:00",
        "repeats": {"every": "week", "count": 2},
    }
    works, _ = expand(work_of(case), BERLIN)
    assert [work.id for work in works] == ["disks-2026-10-06", "disks-2026-10-13"]
    for work in works:
        assert (work.series, work.file_name, work.repeats) == ("disks", "disks", None)
        assert (work.title, work.components, work.articles) == ("New disks", ("web",), ("a.md",))


def test_work_that_does_not_repeat_stays_as_it_is() -> None:
    window = (datetime(2026, 10, 6, 2, tzinfo=UTC), datetime(2026, 10, 6, 3, tzinfo=UTC))
    work = Maintenance("disks", "New disks", ("web",), *window, (update("scheduled", ANNOUNCED),))
    assert expand(work, BERLIN) == ((work,), [])
    assert work.file_name == "disks"


def test_the_steps_of_a_timeline() -> None:
    def wrong(*statuses: str) -> list[int]:
        updates = [update(s, ANNOUNCED + timedelta(hours=n)) for n, s in enumerate(statuses)]
        return [index for index, _ in wrong_steps(updates)]

    assert (
        wrong() == wrong("scheduled", "cancelled") == wrong("investigating", "resolved", "postmortem") == []
    )
    assert wrong("cancelled") == wrong("completed") == wrong("resolved") == [0]
    assert wrong("scheduled", "cancelled", "in_progress") == [2]
    assert wrong("scheduled", "postmortem") == [1]


@st.composite
def series(draw: st.DrawFn) -> dict[str, Any]:
    every = draw(st.sampled_from(EVERY))
    first = draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    clock = timedelta(minutes=draw(st.integers(0, 24 * 60 - 1)))
    start = datetime.combine(first, datetime.min.time(), tzinfo=UTC) + clock
    length = timedelta(minutes=draw(st.integers(1, 20 * 60)))
    return {
        "window": f"{start.isoformat()}/{(start + length).isoformat()}",
        "repeats": {"every": every, "count": draw(st.integers(2, 40))},
        "zone": draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])),
    }


@given(series())
def test_windows_follow_each_other_and_keep_the_time_of_day(case: Case) -> None:
    zone = ZoneInfo(case["zone"])
    works, faults = expand(work_of(case), zone)
    if faults:
        assert {fault.key for fault in faults} <= {("scheduled_for",), ("scheduled_until",)}
        return
    assert len(works) == case["repeats"]["count"] <= MAX_WINDOWS
    assert len({work.id for work in works}) == len(works)
    starts = [work.scheduled_for for work in works]
    assert all(work.scheduled_for < work.scheduled_until for work in works)
    assert all(a.scheduled_until <= b.scheduled_for for a, b in itertools.pairwise(works))
    clock = starts[0].astimezone(zone).time()
    for start in starts:
        local = start.astimezone(zone)
        # Where the clocks leave that time out it cannot be, and nowhere else is it another.
        meant = local.replace(hour=clock.hour, minute=clock.minute, fold=0)
        is_left_out = meant.astimezone(UTC).astimezone(zone).time() != clock
        assert local.time() == clock or is_left_out
    assert all(work.updates == works[0].updates for work in works)
