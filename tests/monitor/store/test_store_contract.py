"""What a store promises, whichever database is below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from helpers.sketches import sketch_of
from helpers.stores import EVERY, GAP, Store, confirm, job_of, keep, plan_of, take
from waypost.base.database.engine import StoreError, sqlite_path
from waypost.formats.observations import (
    Claim,
    Ping,
    PingKind,
    Pings,
    RecordedOutcome,
    Rollup,
    Series,
    SeriesState,
)
from waypost.formats.status import Certificate, ComponentStatus, Coverage, Observation, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.monitor.rules.schedule import CheckOutcome
from waypost.monitor.store.opening import opened_to_read, opened_to_write
from waypost.monitor.store.reading import read_history

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
GOOD, SLOW, BAD = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.DEGRADED_PERFORMANCE,
    ComponentStatus.MAJOR_OUTAGE,
)
WEB = Series("web", "http-1")
LEASE = timedelta(seconds=12)
RETRY = timedelta(seconds=20)
LATENCY = timedelta(milliseconds=250)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def answer(
    moment: datetime, status: ComponentStatus = GOOD, series: Series = WEB, latency: timedelta = LATENCY
) -> Observation:
    reason = "" if status is GOOD else "HTTP status 500"
    return Observation(series.component, series.check, moment, status, latency, reason, series.region)


def see(
    store: Store, minutes: float, status: ComponentStatus = GOOD, series: Series = WEB
) -> StateChange | None:
    (done,) = keep(store, [answer(at(minutes), status, series)])
    assert not done.refused
    return done.change


def changes(store: Store) -> list[tuple[str, ComponentStatus, datetime]]:
    return [(change.component, change.status, change.at) for change in store.history().changes]


def outcome(
    claim: Claim, observation: Observation | None, warn_days: int = 0, **more: object
) -> CheckOutcome:
    job = job_of(claim.series, warn_days=warn_days)
    made = CheckOutcome(claim, job, claim.due_at + EVERY, claim.due_at + RETRY, observation)
    return replace(made, **more)  # type: ignore[arg-type]


# What is observed


def test_an_outage_is_confirmed_by_three_answers_and_starts_with_the_first(store: Store) -> None:
    answers = [(0, GOOD), (1, BAD), (2, GOOD), (3, BAD), (4, BAD), (5, BAD), (6, BAD), (7, GOOD), (8, GOOD)]
    found = {minute: see(store, minute, status) for minute, status in answers}
    assert {minute: change.status for minute, change in found.items() if change} == {0: GOOD, 5: BAD, 8: GOOD}
    assert changes(store) == [("web", GOOD, at(0)), ("web", BAD, at(3)), ("web", GOOD, at(7))]
    outage = store.history().changes[1]
    assert outage.confirmed_at == at(5) + LATENCY
    assert outage.reason == "HTTP status 500"
    assert outage == found[5], "what is stored is what was told"


def test_checks_components_and_regions_do_not_count_for_each_other(store: Store) -> None:
    for series in (WEB, Series("web", "http-2"), Series("mail", "http-1"), Series("web", "http-1", "eu")):
        see(store, 0, BAD, series)
    assert changes(store) == []


def test_a_region_has_rows_of_its_own(store: Store) -> None:
    there = Series("web", "http-1", "eu")
    see(store, 0, GOOD)
    see(store, 0, GOOD, there)
    history = store.history()
    assert {change.region for change in history.changes} == {"", "eu"}
    assert {stretch.region for stretch in history.coverage} == {"", "eu"}


def test_what_was_seen_survives_closing(store: Store, database_url: str) -> None:
    for minute in (0, 1):
        see(store, minute, BAD)
    store.close()
    again = Store(database_url)
    assert see(again, 2, BAD) is not None
    again.close()


def test_a_silence_ends_the_coverage(store: Store) -> None:
    for minute in (0, 1, 2, 10, 11):
        see(store, minute)
    assert changes(store) == [("web", GOOD, at(0))]
    end = timedelta(milliseconds=251)
    assert store.history().coverage == (
        Coverage("web", "http-1", at(0), at(2) + end),
        Coverage("web", "http-1", at(10), at(11) + end),
    )


def test_what_is_read_again_has_grown_meanwhile(store: Store) -> None:
    end = timedelta(milliseconds=251)
    for minute, status in enumerate((GOOD, BAD, BAD, BAD, GOOD)):
        see(store, minute, status)
        for _ in range(2):
            found = store.history()
            assert found.coverage == (Coverage("web", "http-1", at(0), at(minute) + end),)
            assert [change.status for change in found.changes] == ([GOOD, BAD] if minute >= 3 else [GOOD])


def test_who_polls_rarely_hears_of_an_outage_too(store: Store) -> None:
    for minute in (0, 10, 20, 30):
        see(store, minute, GOOD if minute == 0 else BAD)
    assert changes(store) == [("web", GOOD, at(0)), ("web", BAD, at(10))]


@pytest.mark.parametrize(("silence", "stretches"), [(GAP, 1), (GAP + timedelta(milliseconds=1), 2)])
def test_the_gap_itself_is_still_covered(store: Store, silence: timedelta, stretches: int) -> None:
    see(store, 0)
    keep(store, [answer(at(0) + timedelta(milliseconds=251) + silence)])
    assert len(store.history().coverage) == stretches


def test_an_answer_by_a_clock_that_is_a_little_behind_is_the_next_one(store: Store) -> None:
    for minute in (0, 10, 11):
        see(store, minute)
    end = store.history().coverage[-1].end
    (done,) = keep(store, [answer(at(10.5))])
    assert done.observation is not None
    assert done.observation.at == end, "no two answers of a series are in the order in which nobody gave them"
    assert store.history().coverage[-1].end == end + LATENCY + timedelta(milliseconds=1)
    assert len(store.history().coverage) == 2


def test_an_answer_right_after_the_last_one_goes_on_with_it(store: Store) -> None:
    see(store, 0)
    end = store.history().coverage[0].end
    keep(store, [answer(end)])
    assert store.history().coverage[0].end == end + LATENCY + timedelta(milliseconds=1)


def test_times_in_any_zone_come_back_in_utc(store: Store) -> None:
    keep(store, [answer(datetime.fromisoformat("2026-11-20T12:00:00.123456+01:00"))])
    assert store.history().changes[0].at == datetime(2026, 11, 20, 11, 0, 0, 123_000, UTC)


@pytest.mark.parametrize("reason", ["a\x00b\ud83d", "x" * 10_000, "'; DROP TABLE line; --", "Größe 🚀"])
def test_any_reason_can_be_kept(store: Store, reason: str) -> None:
    for minute in (0, 1, 2):
        keep(store, [replace(answer(at(minute), BAD), reason=reason)])
    (change,) = store.history().changes
    assert change.reason in (reason, "ab?", "x" * 1000)


def test_one_outcome_that_cannot_be_stored_does_not_lose_the_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [Series("web", f"http-{number}") for number in range(4)]
    store.plan([plan_of(series) for series in lines], at(0), [""])
    claims = store.claim(at(0), "me", [""], 10)
    answers = [answer(at(0), series=claim.series) for claim in claims]
    answers[1] = replace(answers[1], at=datetime(2026, 11, 20, 10))  # noqa: DTZ001  # it is what is broken
    answers[2] = replace(answers[2], at=datetime(9999, 1, 1, tzinfo=UTC), status="no such status")  # type: ignore[arg-type]
    done = store.record(
        [outcome(claim, observation) for claim, observation in zip(claims, answers, strict=True)]
    )
    assert [(item.refused, bool(item.fault)) for item in done] == [
        (False, False),
        (True, True),
        (True, True),
        (False, False),
    ]
    assert {change.check for change in store.history().changes} == {"http-0", "http-3"}
    assert "What web/http-1 found cannot be stored: ValueError." in caplog.text
    # The broken ones are still held, and are tried again after their leases.
    assert {claim.series.check for claim in store.claim(at(0) + LEASE, "me", [""], 10)} == {
        "http-1",
        "http-2",
    }


def test_a_thousand_lines_go_in_one_batch(store: Store) -> None:
    lines = [Series(f"c{number}", "http-1") for number in range(1000)]
    done = keep(store, [answer(at(0), series=series) for series in lines])
    assert len(done) == len(store.history().changes) == len(store.history().coverage) == 1000
    assert {item.series for item in done} == set(lines)


def test_nothing_at_all_may_be_recorded(store: Store) -> None:
    assert store.history_size() == 0
    assert store.record([]) == []
    assert store.claim(at(0), "me", [], 10) == []
    assert store.history() == History()


# The schedule


def test_a_line_is_due_at_its_phase_and_after_each_run(store: Store) -> None:
    store.plan([plan_of(WEB, phase=0.5)], at(0), [""])
    assert store.next_due(at(0), [""]) == at(0.5)
    assert store.claim(at(0.4), "me", [""], 9) == []
    (claim,) = store.claim(at(0.5), "me", [""], 9)
    assert (claim.series, claim.due_at) == (WEB, at(0.5))
    assert store.next_due(at(0.5), [""]) == at(0.5) + LEASE, "it may be taken over then"
    store.record([outcome(claim, answer(at(0.5)))])
    assert store.next_due(at(0.6), [""]) == at(1.5)


def test_planning_again_changes_nothing(store: Store) -> None:
    plans = [plan_of(WEB, phase=0.5), plan_of(Series("mail", "http-1"), phase=0.1)]
    store.plan(plans, at(0), [""])
    (claim,) = store.claim(at(0.2), "me", [""], 9)
    store.plan(plans, at(0.3), [""])
    assert store.next_due(at(0.3), [""]) == at(0.2) + LEASE
    assert not store.record([outcome(claim, answer(at(0.2), series=claim.series))])[0].refused
    store.plan(plans, at(0.4), [""])
    assert store.next_due(at(0.4), [""]) == at(0.5)


def test_a_changed_interval_is_spread_anew_and_what_is_gone_leaves_the_schedule(store: Store) -> None:
    other = Series("mail", "http-1")
    store.plan([plan_of(WEB), plan_of(other)], at(0), [""])
    keep(store, [answer(at(0))])
    store.plan([plan_of(WEB, timedelta(minutes=10), 0.5)], at(1), [""])
    assert store.next_due(at(1), [""]) == at(5)
    assert len(store.history().changes) == 1, "history stays"
    store.plan([], at(2), [""])
    assert store.next_due(at(2), [""]) is None
    assert len(store.history().changes) == 1


def test_a_poller_plans_and_claims_its_own_regions_only(store: Store) -> None:
    plans = [plan_of(WEB), plan_of(Series("web", "http-1", "eu")), plan_of(Series("web", "http-1", "us"))]
    store.plan(plans, at(0), ["", "eu"])
    store.plan(plans, at(0), ["us"])
    assert {claim.series.region for claim in store.claim(at(0), "a", ["", "eu"], 9)} == {"", "eu"}
    store.plan([], at(0), ["", "eu"])
    assert [claim.series.region for claim in store.claim(at(0), "b", ["us", "eu"], 9)] == ["us"]


def test_what_is_due_longest_comes_first_and_no_more_than_wanted(store: Store) -> None:
    lines = [Series("web", f"http-{number}") for number in range(5)]
    store.plan([plan_of(series, phase=0.5 - number / 10) for number, series in enumerate(lines)], at(0), [""])
    taken = [store.claim(at(1), owner, [""], 2) for owner in "abc"]
    lines.reverse()
    assert [[claim.series for claim in some] for some in taken] == [lines[:2], lines[2:4], lines[4:]]
    assert store.claim(at(1), "d", [""], 2) == []


def test_a_lease_that_ended_is_taken_over_and_its_first_owner_refused(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (first,) = store.claim(at(0), "dead", [""], 9)
    assert store.claim(at(0) + LEASE / 2, "heir", [""], 9) == []
    (second,) = store.claim(at(0) + LEASE, "heir", [""], 9)
    assert second.epoch > first.epoch
    (late,) = store.record([outcome(first, answer(at(0), BAD), certificate=at(5), warn_days=3)])
    assert (late.refused, late.change, late.state) == (True, None, SeriesState())
    assert store.history() == History()
    (accepted,) = store.record([outcome(second, answer(at(0.2)))])
    assert accepted.change is not None


def test_a_late_outcome_counts_while_nobody_took_over(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (claim,) = store.claim(at(0), "slow", [""], 9)
    (done,) = store.record([outcome(claim, answer(at(0.5)))])
    assert not done.refused
    assert store.claim(at(0) + LEASE, "heir", [""], 9) == [], "its next turn is later"


def test_an_outcome_counts_once(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (claim,) = store.claim(at(0), "me", [""], 9)
    twice = store.record([outcome(claim, answer(at(0))), outcome(claim, answer(at(0.1)))])
    assert [item.refused for item in twice] == [False, True]
    assert store.record([outcome(claim, answer(at(0.1)))])[0].refused
    assert len(store.history().coverage) == 1
    assert store.history().coverage[0].end == at(0) + LATENCY + timedelta(milliseconds=1)


def test_what_was_given_back_is_due_at_once_and_refused_from_its_former_owner(store: Store) -> None:
    lines = [WEB, Series("mail", "http-1")]
    store.plan([plan_of(series) for series in lines], at(0), [""])
    (mine,) = store.claim(at(0), "me", [""], 1)
    (other,) = store.claim(at(0), "other", [""], 1)
    store.release("me")
    assert store.record([outcome(mine, answer(at(0), series=mine.series))])[0].refused
    assert [claim.series for claim in store.claim(at(0), "heir", [""], 9)] == [mine.series]
    assert not store.record([outcome(other, answer(at(0), series=other.series))])[0].refused


def test_whoever_starts_alone_has_what_a_dead_one_held(store: Store, database_url: str) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (dead,) = store.claim(at(0), "dead", [""], 9)
    with opened_to_write(database_url) as found:
        heir = Store(found)
        claimed = [claim.series for claim in heir.claim(at(0), "heir", [""], 9)]
        # On PostgreSQL the other may be alive: its claim stands until it ends.
        assert claimed == ([WEB] if sqlite_path(database_url) else [])
        refused = heir.record([outcome(dead, answer(at(0)))])[0].refused
        assert refused is bool(sqlite_path(database_url))


def test_a_line_that_was_removed_and_planned_again_refuses_what_is_older(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (old,) = store.claim(at(0), "me", [""], 9)
    store.plan([], at(1), [""])
    assert store.record([outcome(old, answer(at(0)))])[0].refused
    store.plan([plan_of(WEB)], at(2), [""])
    store.claim(at(2), "heir", [""], 9)
    assert store.record([outcome(old, answer(at(0)))])[0].refused


@pytest.mark.parametrize(("hours", "is_due"), [(0.001, False), (2, True)])
def test_a_clock_that_was_ahead_does_not_stop_a_line(store: Store, hours: float, is_due: bool) -> None:
    store.plan([plan_of(WEB)], at(0) + timedelta(hours=hours), [""])
    assert (store.next_due(at(0), [""]) == at(0)) is is_due
    claims = store.claim(at(0), "me", [""], 9)
    assert bool(claims) is is_due
    if claims:
        store.record([outcome(claims[0], answer(at(0)), next_due=at(1))])
        assert store.next_due(at(0), [""]) == at(1)


def test_a_lease_from_a_clock_that_was_ahead_is_over(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    store.claim(at(600), "from the future", [""], 9)
    assert store.claim(at(1), "me", [""], 9)


def test_nothing_is_judged_without_an_observation(store: Store) -> None:
    store.plan([plan_of(WEB)], at(0), [""])
    (claim,) = store.claim(at(0), "me", [""], 9)
    assert store.record([outcome(claim, None)]) == [RecordedOutcome(WEB, SeriesState())]
    assert store.history() == History()
    assert store.next_due(at(0), [""]) == at(1)


@pytest.mark.parametrize(
    ("statuses", "due"),
    [
        ([GOOD], EVERY),
        ([BAD], RETRY),
        ([GOOD, BAD], RETRY),
        ([GOOD, BAD, BAD], RETRY),
        ([GOOD, BAD, BAD, BAD], EVERY),
        ([GOOD, BAD, BAD, BAD, GOOD], RETRY),
        ([GOOD, BAD, None], EVERY),
    ],
)
def test_what_is_in_doubt_is_due_sooner(
    store: Store, statuses: list[ComponentStatus | None], due: timedelta
) -> None:
    for minute, status in enumerate(statuses):
        (claim,) = take(store, [plan_of(WEB)], at(minute))
        observation = None if status is None else answer(at(minute), status)
        (done,) = store.record([outcome(claim, observation)])
        assert done.observation == observation
    assert store.next_due(at(minute), [""]) == claim.due_at + due


def test_a_line_may_be_made_due_now(store: Store) -> None:
    other = Series("mail", "http-1")
    store.plan([plan_of(WEB, phase=0.9), plan_of(other, phase=0.1)], at(0), [""])
    store.make_due([WEB], at(0.2))
    store.make_due([], at(0.2))
    assert [claim.due_at for claim in store.claim(at(0.2), "me", [""], 9)] == [at(0.1), at(0.2)]
    store.make_due([WEB, other], at(0.05))
    assert store.claim(at(0.25), "other", [""], 9) == [], "whoever holds one keeps it"


# Our own connection


def test_a_gap_of_our_own_connection_is_told_once_and_ends_the_coverage(store: Store) -> None:
    see(store, 0)
    store.uplink_down("", at(0.5))
    store.uplink_down("", at(0.6))
    assert store.history().uplink == (UplinkGap(at(0.5), None),)
    store.uplink_up("", at(0.9))
    store.uplink_up("", at(0.95))
    see(store, 1)
    see(store, 2)
    assert store.history().uplink == (UplinkGap(at(0.5), at(0.9)),)
    end = LATENCY + timedelta(milliseconds=1)
    assert store.history().coverage == (
        Coverage("web", "http-1", at(0), at(0) + end),
        Coverage("web", "http-1", at(1), at(2) + end),
    )


def test_nothing_joins_the_time_before_a_gap_that_lasts(store: Store) -> None:
    see(store, 0)
    store.uplink_down("", at(0.5))
    see(store, 1)
    assert [stretch.start for stretch in store.history().coverage] == [at(0), at(1)]


def test_a_gap_that_was_over_before_is_no_reason_to_begin_anew(store: Store) -> None:
    see(store, 0)
    store.uplink_down("", at(0.2))
    store.uplink_up("", at(0.4))
    for minute in (1, 2, 3):
        see(store, minute)
    assert [stretch.start for stretch in store.history().coverage] == [at(0), at(1)]


def test_a_gap_of_another_region_cuts_nothing(store: Store) -> None:
    see(store, 0)
    store.uplink_down("eu", at(0.5))
    see(store, 1)
    assert len(store.history().coverage) == 1
    store.uplink_up("us", at(0.9))
    assert store.history().uplink == (UplinkGap(at(0.5), None, "eu"),)


def test_a_gap_that_was_told_to_be_over_may_go_on(store: Store) -> None:
    store.uplink_down("", at(0))
    store.uplink_up("", at(2))
    store.uplink_down("", at(0))
    assert store.history().uplink == (UplinkGap(at(0), None),)
    store.uplink_up("", at(3))
    assert store.history().uplink == (UplinkGap(at(0), at(3)),)


def test_a_gap_never_ends_before_it_began(store: Store) -> None:
    store.uplink_down("", at(1))
    store.uplink_up("", at(0))
    assert store.history().uplink == (UplinkGap(at(1), at(1)),)


# Heartbeats


def test_the_latest_of_each_kind_of_ping_is_kept(store: Store) -> None:
    store.watch([("backup", "hb"), ("web", "hb")], at(0))
    store.watch([("backup", "hb")], at(5))
    store.ping(Ping("backup", "hb", at(1), PingKind.START), at(60))
    store.ping(Ping("backup", "hb", at(2), PingKind.FAIL, 3), at(60))
    store.ping(Ping("backup", "hb", at(1.5), PingKind.FAIL, 7), at(60))
    store.ping(Ping("backup", "hb", at(9)), at(60))
    store.ping(Ping("backup", "hb", at(8)), at(60))
    assert store.pings() == {
        ("backup", "hb"): Pings(at(9), at(1), at(2), 3, at(0)),
        ("web", "hb"): Pings(first=at(0)),
    }
    store.ping(Ping("backup", "hb", at(10), PingKind.FAIL), at(60))
    assert store.pings()["backup", "hb"] == Pings(at(9), at(1), at(10), None, at(0))
    store.watch([], at(11))


def test_a_ping_that_nobody_waited_for_is_kept(store: Store) -> None:
    store.ping(Ping("new", "hb", at(1), PingKind.FAIL, 2**40), at(60))
    assert store.pings() == {("new", "hb"): Pings(fail=at(1), exit_code=2**31 - 1, first=at(1))}


def test_a_ping_takes_the_place_of_what_a_wrong_clock_wrote(store: Store) -> None:
    store.ping(Ping("backup", "hb", at(1), PingKind.START), at(1))
    store.ping(Ping("backup", "hb", at(100), PingKind.FAIL, 3), at(101))
    store.ping(Ping("backup", "hb", at(101)), at(101))
    store.ping(Ping("backup", "hb", at(5), PingKind.FAIL, 4), at(6))
    before = at(5) - timedelta(milliseconds=1)
    assert store.pings() == {("backup", "hb"): Pings(before, at(1), at(5), 4, at(1))}


# Certificates


def test_the_certificate_that_was_seen_last_is_kept(store: Store) -> None:
    there = Series("web", "http-1", "eu")
    ends = [at(60 * 24 * 20), at(60 * 24 * 20), at(60 * 24 * 200)]
    for day, end in ((0, ends[0]), (7, ends[1]), (8, ends[1]), (9, ends[2])):
        for series in (WEB, there):
            moment = at(60 * 24 * day)
            (claim,) = take(store, [plan_of(series)], moment)
            store.record([outcome(claim, answer(moment, series=series), certificate=end, warn_days=14)])
    assert store.history().certificates == (Certificate("web", "http-1", ends[2], at(60 * 24 * 9), 14),)


# Reading


def test_the_size_of_history_says_whether_there_is_anything_new(store: Store) -> None:
    sizes = []
    for minute, status in enumerate([GOOD, GOOD, BAD, BAD, BAD]):
        see(store, minute, status)
        sizes.append(store.history_size())
    assert sizes == [1, 1, 1, 1, 2], "an answer that changes nothing is not news"
    for number, change in enumerate((store.uplink_down, store.uplink_up), start=3):
        for _ in range(2):
            change("eu", at(number + 5))
            assert store.history_size() == number


def test_history_since_a_moment_has_what_reaches_over_it(store: Store) -> None:
    other = Series("mail", "http-1")
    for minute in range(12):
        see(store, minute, BAD if 4 <= minute < 8 else GOOD)
    for minute in (0, 1):
        see(store, minute, GOOD, other)
    everything = store.history()
    assert [change.status for change in everything.changes] == [GOOD, GOOD, BAD, GOOD]
    late = store.history(since=at(8))
    assert [(c.component, c.status) for c in late.changes] == [("mail", GOOD), ("web", BAD), ("web", GOOD)]
    assert [stretch.component for stretch in late.coverage] == ["web"]
    assert store.history(since=at(-5)) == everything
    assert store.history(since=at(6) + LATENCY).changes == everything.changes
    just_after = at(6) + LATENCY + timedelta(milliseconds=1)
    assert len(store.history(since=just_after).changes) == 3


def test_a_gap_that_reaches_over_the_beginning_is_read(store: Store) -> None:
    for begin, end in ((0, 1), (2, 5)):
        store.uplink_down("", at(begin))
        store.uplink_up("", at(end))
    store.uplink_down("eu", at(3))
    assert store.history(since=at(4)).uplink == (UplinkGap(at(2), at(5)), UplinkGap(at(3), None, "eu"))


def test_a_reader_sees_all_and_changes_nothing(store: Store, database_url: str) -> None:
    see(store, 0)
    with opened_to_read(database_url) as found:
        assert found is not None
        reader = Store(found)
        assert reader.history() == store.history()
        assert read_history(database_url) == store.history()
        see(store, 1)
        assert reader.history() == store.history(), "it looks anew each time"
        with pytest.raises(StoreError):
            reader.uplink_down("", at(0))


def test_a_database_that_is_not_there_yet_has_no_history(database_url: str) -> None:
    assert read_history(database_url) == History()
    assert read_history(database_url) == History(), "looking has made nothing"


# Roll-ups


def recounted(
    rows: dict[Series, list[Observation]], span: timedelta
) -> dict[tuple[Series, datetime], Rollup]:
    """Sum up as one would by hand, from what was fed in."""
    found: dict[tuple[Series, datetime], list[Observation]] = {}
    for series, answers in rows.items():
        for observation in answers:
            begin = observation.at - (observation.at - datetime(1970, 1, 1, tzinfo=UTC)) % span
            found.setdefault((series, begin), []).append(observation)
    return {
        (series, begin): Rollup(
            series,
            begin,
            {
                status: count
                for status in (GOOD, SLOW, BAD)
                if (count := sum(observation.status is status for observation in answers))
            },
            sketch_of(observation.latency / timedelta(milliseconds=1) for observation in answers).to_bytes(),
        )
        for (series, begin), answers in found.items()
    }


def rolled(store: Store, resolution: str) -> dict[tuple[Series, datetime], Rollup]:
    rows = store.latency(at(-60 * 24 * 400), at(60 * 24 * 400), resolution)
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    return {(row.series, row.at): row for row in rows}


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed(store: Store, begin: float, end: float, step: float = 7) -> dict[Series, list[Observation]]:
    """Record a few lines of many states and latencies from `begin` to `end`, in minutes."""
    lines = [Series("web", f"http-{number}") for number in range(3)]
    rows: dict[Series, list[Observation]] = {series: [] for series in lines}
    number = 0
    minute = begin
    while minute < end:
        answers = []
        for series in lines:
            number += 1
            status = (GOOD, GOOD, SLOW, BAD)[number % 4]
            observation = answer(at(minute), status, series, timedelta(milliseconds=number * 37 % 900))
            rows[series].append(observation)
            answers.append(observation)
        keep(store, answers)
        minute += step
    return rows


def test_roll_ups_are_a_recount_of_the_observations(store: Store) -> None:
    rows = feed(store, 0, 60 * 20, 41)
    assert store.roll_up(at(60 * 20)) == 20
    assert rolled(store, "hour") == recounted(rows, HOUR)
    assert rolled(store, "day") == recounted(rows, DAY)


def test_rolling_up_again_or_bit_by_bit_changes_nothing(store: Store) -> None:
    rows: dict[Series, list[Observation]] = {}
    for begin in range(0, 600, 100):
        for series, answers in feed(store, begin, begin + 100).items():
            rows.setdefault(series, []).extend(answers)
        store.roll_up(at(begin + 100))
    assert rolled(store, "hour") == recounted(rows, HOUR)
    store.roll_up(at(600))
    assert rolled(store, "hour") == recounted(rows, HOUR)
    assert rolled(store, "day") == recounted(rows, DAY)


def test_what_another_poller_stores_late_is_summed_up(store: Store) -> None:
    late = Series("late", "http-1")
    feed(store, 0, 300)
    store.roll_up(at(300))
    keep(store, [answer(at(150), series=late)])
    store.roll_up(at(301))
    assert rolled(store, "hour")[late, at(120)].counts == {GOOD: 1}
    assert rolled(store, "day")[late, datetime(2026, 11, 20, tzinfo=UTC)].counts == {GOOD: 1}


def test_a_clock_that_was_ahead_does_not_stop_roll_ups(store: Store) -> None:
    rows = feed(store, 0, 60)
    store.roll_up(at(60 * 24 * 365))
    for series, answers in feed(store, 60, 120).items():
        rows[series] += answers
    store.roll_up(at(120))
    assert rolled(store, "hour") == recounted(rows, HOUR)


def test_only_what_begins_in_the_window_is_read(store: Store) -> None:
    feed(store, 0, 180)
    store.roll_up(at(180))
    found = store.latency(at(60), at(120), "hour")
    assert {row.at for row in found} == {at(60)}


def test_old_observations_are_forgotten_and_history_is_not(store: Store) -> None:
    rows = feed(store, 0, 60 * 24 * 3, 180)
    number = sum(map(len, rows.values()))
    now = at(60 * 24 * 16)
    confirm(store, now)
    before = store.history()
    assert store.prune(now) == 0, "what was never summed up is kept"
    store.roll_up(now)
    # Ten in the morning of 6 December: the days before 22 November are past their fourteen.
    kept = (
        sum(
            observation.at >= datetime(2026, 11, 22, tzinfo=UTC)
            for observation in rows[Series("web", "http-0")]
        )
        * 3
    )
    assert store.prune(now) == number - kept > 0
    assert store.prune(now) == 0
    store.roll_up(now)
    assert rolled(store, "hour") == recounted(rows, HOUR), "the hours of forgotten observations stay"
    assert store.history() == before != History()
    later = at(60 * 24 * 200)
    confirm(store, later)
    store.roll_up(later)
    assert store.prune(later) == kept
    assert rolled(store, "hour") == {}
    assert rolled(store, "day") == recounted(rows, DAY), "days are kept for ever"


def test_what_is_not_summed_up_yet_is_kept_however_old(store: Store) -> None:
    feed(store, 0, 60)
    store.roll_up(at(60))
    rows = feed(store, 60 * 24, 60 * 25)
    now = at(60 * 24 * 100)
    confirm(store, now)
    assert store.prune(now) == 0, "the day of the last roll-up is not over in it"
    store.roll_up(now)
    assert store.prune(now) == 2 * sum(map(len, rows.values()))
    (day,) = {row.at for row in store.latency(at(0), now, "day")}
    assert day == datetime(2026, 11, 21, tzinfo=UTC)


def test_observations_after_a_pruned_time_find_room(store: Store) -> None:
    feed(store, 0, 60)
    now = at(60 * 24 * 30)
    confirm(store, now)
    store.roll_up(now)
    assert store.prune(now)
    # A new line of a poller with a clock that is far behind.
    assert see(store, 5, GOOD, Series("behind", "http-1")) is not None


# Digests and import


def test_a_day_is_sealed_once(store: Store) -> None:
    store.add_digest(date(2026, 11, 20), "abc")
    store.add_digest(date(2026, 11, 19), "def")
    store.add_digest(date(2026, 11, 20), "abc")
    with pytest.raises(StoreError, match="2026-11-20 was sealed with another digest"):
        store.add_digest(date(2026, 11, 20), "other")
    assert store.digests() == [(date(2026, 11, 19), "def"), (date(2026, 11, 20), "abc")]


def some_history() -> History:
    return History(
        (
            StateChange("web", "http-1", at(0), GOOD, at(0), ""),
            StateChange("web", "http-1", at(10), BAD, at(12), "HTTP status 500"),
            StateChange("web", "http-1", at(5), BAD, at(6), "", "eu"),
        ),
        (
            Coverage("web", "http-1", at(0), at(20)),
            Coverage("web", "http-1", at(5), at(9), "eu"),
        ),
        (UplinkGap(at(30), at(31)), UplinkGap(at(32), at(33), "eu")),
    )


def test_imported_rows_are_there_and_importing_twice_adds_nothing(store: Store) -> None:
    history = some_history()
    store.import_rows(history)
    found = store.history()
    assert set(found.changes) == set(history.changes)
    assert set(found.coverage) == set(history.coverage)
    assert found.uplink == history.uplink
    for again in (history, found):
        store.import_rows(again)
        assert store.history() == found


def test_imported_time_that_is_watched_already_is_kept_once(store: Store) -> None:
    for minute in range(10, 20):
        see(store, minute)
    kept = store.history().coverage[0]
    pieces = [(0, 12), (12, 15), (15, 40), (39, 41)]
    store.import_rows(History(coverage=tuple(Coverage(*WEB[:2], at(a), at(b)) for a, b in pieces)))
    found = sorted((stretch.start, stretch.end) for stretch in store.history().coverage)
    assert found == [(at(0), kept.start), (kept.start, kept.end), (kept.end, at(40)), (at(40), at(41))]


def test_rows_that_are_there_are_kept(store: Store) -> None:
    see(store, 0)
    (mine,) = store.history().changes
    store.import_rows(History((replace(mine, status=BAD, reason="made up"),)))
    assert store.history().changes == (mine,)


def test_polling_goes_on_from_what_was_imported(store: Store) -> None:
    history = some_history()
    store.import_rows(replace(history, changes=history.changes[:2], uplink=()))
    assert see(store, 21) is None, "one good answer does not end the outage that was imported"
    assert see(store, 22) is not None
    assert [stretch.end > at(22) for stretch in store.history().coverage if not stretch.region] == [True]


def test_a_gap_that_lasts_is_not_imported(store: Store) -> None:
    store.import_rows(History(uplink=(UplinkGap(at(0), None),)))
    assert store.history().uplink == ()
