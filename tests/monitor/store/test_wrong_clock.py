"""A clock that was wrong: what it wrote counts for nothing, and what comes after it counts at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.clocks import START, Machine
from helpers.stores import EVERY, Store, confirm, job_of, keep, plan_of, take
from waypost.base.clock import AHEAD
from waypost.base.database.schema import digest, observation, series_state, state_change
from waypost.base.faults import FaultKind, Faults
from waypost.formats.observations import Ping, Series
from waypost.formats.status import ComponentStatus, Coverage, Observation, StateChange
from waypost.formats.status_site import History
from waypost.history.history import seal_days
from waypost.history.rules.proof import broken_links
from waypost.monitor.clock_watch import ClockWatch, step_reporter
from waypost.monitor.rules.schedule import CheckOutcome
from waypost.monitor.store.codec import load_state
from waypost.monitor.store.wrong_clock import SealedSince, later_rows, put_rows_back, set_rows_aside

GOOD, BAD = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
WEB = Series("web", "http-1")
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
LATENCY = timedelta(milliseconds=80)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def answer(at: datetime, status: ComponentStatus = GOOD) -> Observation:
    reason = "" if status is GOOD else "HTTP status 500"
    return Observation(*WEB[:2], at, status, LATENCY, reason)


def see(store: Store, at: datetime, status: ComponentStatus = GOOD) -> StateChange | None:
    """Let the check answer at a time of the wall clock; the answer counts."""
    (done,) = keep(store, [answer(at, status)])
    assert done.observation is not None
    return done.change


def states(store: Store) -> list[tuple[ComponentStatus, datetime]]:
    return [(change.status, change.at) for change in store.history().changes]


def judged(store: Store) -> ComponentStatus | None:
    """Return the state of the check that the next answer is judged by."""
    with store.database.read() as connection:
        row = connection.execute(series_state.select().order_by(series_state.c.line)).first()
        assert row is not None
    return load_state(row.state, WEB).status


def count(store: Store, table: object = observation) -> int:
    with store.database.read() as connection:
        return len(connection.execute(table.select()).all())  # type: ignore[attr-defined]


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


# Answers


def test_after_a_clock_that_was_hours_ahead_the_next_answer_counts(store: Store) -> None:
    for minute in range(3):
        see(store, minutes(minute))
    for minute in range(3, 6):
        see(store, minutes(minute) + 3 * HOUR, BAD)
    assert states(store)[-1] == (BAD, minutes(3) + 3 * HOUR)
    for minute in range(6, 9):
        see(store, minutes(minute), BAD)
    assert states(store)[1] == (BAD, minutes(6)), "it is confirmed by answers of the right time alone"
    assert judged(store) is BAD


def test_failures_that_were_about_to_be_confirmed_are_not_forgotten(store: Store) -> None:
    see(store, minutes(0))
    see(store, minutes(1), BAD)
    see(store, minutes(2), BAD)
    see(store, minutes(2) + 3 * HOUR)
    change = see(store, minutes(3), BAD)
    assert change is not None
    assert (change.status, change.at) == (BAD, minutes(1))


def test_a_clock_that_is_set_back_for_a_moment_takes_no_history_away(store: Store) -> None:
    for minute in range(240):
        see(store, minutes(minute), BAD if minute >= 100 else GOOD)
    before = store.history()
    assert states(store)[-1] == (BAD, minutes(100))
    for minute in (240.5, 241.5):
        assert see(store, minutes(minute) - 3 * HOUR, BAD) is None
    assert set(before.changes) <= set(store.history().changes)
    assert set(before.coverage) <= set(store.history().coverage)
    see(store, minutes(242))
    change = see(store, minutes(243))
    assert change is not None, "it is known that it was down, though the clock had forgotten it for a moment"
    assert (change.status, change.at) == (GOOD, minutes(242))


def test_a_clock_that_was_just_set_back_adds_nothing_to_time_that_was_watched(store: Store) -> None:
    for minute in range(240):
        see(store, minutes(minute), BAD if 100 <= minute < 160 else GOOD)
    before = store.history()
    for minute in (240.5, 241.5, 242.5):
        # It is well now, and the clock says that this is the middle of the outage.
        (claim,) = take(store, [plan_of(WEB)], minutes(minute))
        good = answer(minutes(minute) - 2 * HOUR)
        (done,) = store.record(
            [CheckOutcome(claim, job_of(WEB), good.at + EVERY, good.at, good, is_clock_settled=False)]
        )
        assert done.observation is None
    assert store.history() == before
    change = see(store, minutes(243), BAD)
    assert change is None, "one failure confirms nothing, and the next answer of the right time counts"
    assert count(store) == 241


def full_disk_and_outage(store: Store) -> History:
    """Let it be down from minute 100 to minute 160, and nothing be stored from minute 120 to minute 130."""
    for minute in (*range(120), *range(130, 240)):
        see(store, minutes(minute), BAD if 100 <= minute < 160 else GOOD)
    return store.history()


@pytest.mark.parametrize("minute", [120.5, 125.5])
def test_a_clock_that_was_just_set_back_adds_nothing_to_a_gap(store: Store, minute: float) -> None:
    before = full_disk_and_outage(store)
    (claim,) = take(store, [plan_of(WEB)], minutes(240))
    good = answer(minutes(minute))
    outcome = CheckOutcome(
        claim, job_of(WEB), good.at, good.at, good, is_clock_settled=False, is_clock_set_back=True
    )
    (done,) = store.record([outcome])
    assert done.observation is None
    assert store.history() == before
    assert see(store, minutes(241), BAD) is None


def test_a_change_in_a_gap_alters_no_state_of_what_was_watched_after_it(store: Store) -> None:
    before = full_disk_and_outage(store)
    for minute in (124, 125, 126):
        see(store, minutes(minute))
    assert store.history().changes[2:4] == (
        *(change for change in store.history().changes if change.at == minutes(124)),
        replace(before.changes[1], at=minutes(130), confirmed_at=minutes(130)),
    )
    # What comes and goes within the gap needs no more.
    for minute in (127, 128, 129):
        see(store, minutes(minute), BAD)
    assert [status for status, at in states(store) if at < minutes(160)] == [GOOD, BAD, GOOD, BAD, BAD]
    see(store, minutes(241))
    assert judged(store) is GOOD
    assert states(store)[-1] == (GOOD, minutes(160))


def test_a_clock_that_goes_back_a_little_keeps_the_order_of_answers(store: Store) -> None:
    see(store, minutes(0))
    for seconds in range(1, 40):
        see(store, minutes(0) - 50 * SECOND + seconds * SECOND, BAD)
    history = store.history()
    assert [change.status for change in history.changes] == [GOOD, BAD]
    assert len(history.coverage) == 1
    assert history.coverage[0].end < minutes(0) + 10 * SECOND


def test_no_answer_is_added_to_a_sealed_day(store: Store) -> None:
    first = START - 2 * DAY
    for hours in range(40):
        see(store, first + hours * HOUR)
    seal_days(store, first + 40 * HOUR)
    sealed = store.digests()
    assert sealed
    (done,) = keep(store, [answer(first + HOUR / 2, BAD)])
    assert (done.observation, done.refused) == (None, False)
    assert broken_links(store.history(), sealed) == ()
    see(store, first + 41 * HOUR)


# What is derived from rows


def run_ahead(store: Store, by: timedelta) -> datetime:
    """Poll for a day and a half, then by a clock that is ahead for 25 seconds, and then again; return the end."""
    begin = START - 3 * DAY / 2
    for minute in range(0, 36 * 60, 20):
        see(store, begin + minute * timedelta(minutes=1))
    wrong = START + by
    for seconds in range(0, 25, 5):
        see(store, wrong + seconds * SECOND, BAD)
    store.roll_up(wrong + 30 * SECOND)
    assert store.prune(wrong + 30 * SECOND) == 0
    seal_days(store, wrong + 30 * SECOND)
    for seconds in (30, 60):
        see(store, START + seconds * SECOND)
    return START + 60 * SECOND


@pytest.mark.parametrize("days", [0.5, 1, 40, 4000])
def test_a_clock_that_is_days_ahead_for_a_moment_seals_and_forgets_nothing(store: Store, days: float) -> None:
    now = run_ahead(store, days * DAY)
    assert [day for day, _ in store.digests()] == [(START - DAY).date()]
    assert count(store) == 108 + 5 + 2
    seal_days(store, now)
    assert max(store.digests())[0] == (START - DAY).date()
    see(store, now + EVERY)
    assert broken_links(store.history(), store.digests()) == ()


def test_what_is_later_than_now_is_not_summed_up(store: Store) -> None:
    now = run_ahead(store, 40 * DAY)
    store.roll_up(now)
    # The sums that the wrong clock made are set aside with the rest.
    set_rows_aside(store.database, now, now)
    store.roll_up(now)
    days = store.latency(START - 9 * DAY, START + 99 * DAY, "day")
    assert sum(sum(day.counts.values()) for day in days) == count(store) == 108 + 2


# Setting aside, and putting back


def contents(store: Store) -> dict[str, list[object]]:
    tables = (observation, state_change, digest, series_state)
    with store.database.read() as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in tables}


def test_what_is_set_aside_can_be_put_back(store: Store) -> None:
    for minute in range(5):
        see(store, minutes(minute))
    for minute in range(5, 10):
        see(store, minutes(minute) + DAY, BAD)
    now = minutes(9)
    store.import_rows(History(coverage=(Coverage("mail", "http-1", START, START + 2 * DAY),)))
    store.roll_up(now + 2 * DAY)
    before, history = contents(store), store.history()
    done = set_rows_aside(store.database, now, now)
    assert (done.removed["observation"], done.removed["state_change"], done.changed["coverage"]) == (5, 1, 1)
    assert max(row.end for row in store.history().coverage) == now
    assert judged(store) is GOOD
    with store.database.read() as connection:
        assert later_rows(connection, now).total == 0
    assert set_rows_aside(store.database, now, now).total == 0, "once is enough"
    back = put_rows_back(store.database)
    assert back["observation"] == 5
    assert store.history() == history
    assert contents(store)["observation"] == before["observation"]
    assert judged(store) is BAD
    assert store.set_aside() == 0


def test_rows_of_days_that_were_sealed_meanwhile_are_not_put_back(store: Store) -> None:
    see(store, START - DAY)
    set_rows_aside(store.database, START - DAY - HOUR, START)
    see(store, START - DAY + HOUR)
    confirm(store, START)
    seal_days(store, START)
    before = contents(store)
    with pytest.raises(SealedSince, match="sealed meanwhile, so nothing was put back"):
        put_rows_back(store.database)
    assert contents(store) == before


def test_future_days_that_were_sealed_leave_the_chain_at_its_last_honest_day(store: Store) -> None:
    begin = START - 2 * DAY
    for hours in range(0, 48, 2):
        see(store, begin + hours * HOUR)
    for hours in range(0, 30, 2):
        see(store, START + 40 * DAY + hours * HOUR)
    seal_days(store, START + 42 * DAY)
    assert max(store.digests())[0] > START.date()
    set_rows_aside(store.database, START, START)
    kept = store.digests()
    assert max(kept)[0] == (START - DAY).date()
    for hours in range(0, 30, 2):
        see(store, START + hours * HOUR, BAD)
    seal_days(store, START + 30 * HOUR)
    assert store.digests()[: len(kept)] == kept
    assert max(store.digests())[0] == START.date()
    assert broken_links(store.history(), store.digests()) == ()


def test_a_report_that_a_clock_ahead_took_in_gives_way_to_the_next(store: Store) -> None:
    store.ping(Ping("backup", "hb", START + DAY), START + DAY)
    store.ping(Ping("backup", "hb", START), START)
    assert store.pings()[("backup", "hb")].success == START


# The watch


class Site:
    """A poller of one check on a machine whose clock a test sets."""

    def __init__(self, store: Store) -> None:
        self.store, self.machine = store, Machine()
        self.faults = Faults(lambda: self.machine.now)
        self.machine.clock = self.machine.clock.__class__(
            lambda: self.machine.reading, step_reporter(self.faults)
        )
        self.watch = ClockWatch(store.database, self.machine.clock, self.faults)
        store.plan([plan_of(WEB)], self.machine.now, [""])

    def poll(self, status: ComponentStatus = GOOD, seconds: float = 20) -> None:
        """Let the check answer at once, and time pass."""
        store, now = self.store, self.machine.clock()
        store.make_due([WEB], now)
        claims = store.claim(now, "me", [""], 9)
        assert claims, "whatever the clock does, the check is run"
        store.record(
            [
                CheckOutcome(claim, job_of(WEB), now + EVERY, now + EVERY, answer(now, status))
                for claim in claims
            ]
        )
        self.machine.passes(seconds)
        self.watch.step()

    @property
    def lasting(self) -> list[str]:
        return [fault.subject for fault in self.faults.present() if fault.kind is FaultKind.CLOCK]

    def notes(self) -> list[str]:
        return [fault.message for fault in self.faults.take_changed() if fault.until is not None]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with SQLite: the server of a PostgreSQL has a clock of its own, which no test sets."""
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('site') / 'waypost.db'}")
    yield Site(opened)
    opened.close()


def test_rows_of_a_wrong_clock_are_set_aside_when_the_right_one_has_run_for_a_minute(place: Site) -> None:
    place.poll()
    place.machine.set_by(3 * 3600)
    place.poll(BAD, seconds=7)
    place.poll(BAD, seconds=7)
    assert place.lasting == [], "as long as the clock shows that time, nothing is later"
    place.machine.set_by(-3 * 3600)
    place.poll()
    assert place.lasting == ["later rows"]
    place.poll()
    assert place.lasting == ["later rows"], "it may yet go back"
    place.poll()
    place.poll()
    assert place.lasting == []
    with place.store.database.read() as connection:
        assert later_rows(connection, place.machine.now).total == 0
    notes = place.notes()
    assert sum("The clock was set forward by 3 h" in note for note in notes) == 1
    assert sum("The clock was set back by 3 h" in note for note in notes) == 1
    assert sum("were set aside" in note for note in notes) == 1


def test_a_clock_that_starts_years_behind_takes_no_history_away(place: Site) -> None:
    for _ in range(40):
        place.poll(seconds=60)
    before = place.store.history()
    place.machine.set_by(-20 * 365 * 86400)
    for _ in range(30):
        place.poll(seconds=60)
    assert place.lasting == ["later rows"]
    assert set(before.coverage) <= set(place.store.history().coverage)
    [fault] = place.faults.present()
    assert "the clock is wrong, or was" in fault.message
    place.machine.set_by(20 * 365 * 86400)
    place.poll()
    assert place.lasting == []
    assert judged(place.store) is GOOD


def test_a_machine_that_slept_is_not_told_as_a_wrong_clock(place: Site) -> None:
    place.poll()
    place.machine.passes(5, asleep=7200)
    place.poll()
    assert place.notes() == []
    assert place.lasting == []


def test_a_clock_that_differs_from_the_database_server_sets_nothing_aside(store: Store) -> None:
    site = Site(store)
    if not store.database.is_postgres:
        pytest.skip("SQLite has no clock of its own")
    site.poll()
    site.machine.set_by(-4 * 3600)
    site.machine.passes(600)
    assert site.watch.step() == 0
    assert "database server" in site.lasting


MOMENTS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "wait", "wait", "forward", "back", "right"]),
        st.sampled_from([5, 20, 50, 90, 600, 3600, 40_000]),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[*HealthCheck])
@given(moments=MOMENTS)
def test_whatever_a_clock_does_the_last_state_is_the_true_one_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, moments: list[tuple[str, int, bool]]
) -> None:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('any') / 'waypost.db'}")
    site, offset, status = Site(store), 0, GOOD
    for what, seconds, is_good in moments:
        if what != "wait":
            change = {"forward": seconds, "back": -seconds, "right": -offset}[what]
            site.machine.set_by(change)
            offset += change
        status = GOOD if is_good else BAD
        site.poll(status, seconds=20)
    site.machine.set_by(-offset)
    for _ in range(10):
        site.poll(status)
    last = max(
        (change for change in store.history().changes if change.confirmed_at <= site.machine.now),
        key=lambda change: change.confirmed_at,
    )
    assert last.status is status
    assert judged(store) is status
    for _ in range(4):
        site.poll(status, seconds=3000)
    with store.database.read() as connection:
        assert later_rows(connection, site.machine.now + AHEAD).total == 0
    assert store.history().changes[-1].status is status
    store.close()
