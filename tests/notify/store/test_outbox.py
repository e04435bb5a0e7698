"""What the outbox promises, whichever database is below it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpers.outboxes import (
    LEASE,
    START,
    at,
    claim,
    deliver_all,
    delivered,
    endpoint,
    enqueue,
    failed,
    messages,
    plan_of,
    planned,
    report,
)
from helpers.stores import Store
from waypost.base.database.engine import Database, StoreError
from waypost.base.database.schema import message
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import ClaimResult, Delivery, DeliveryFilter, DeliveryState, OutboxTotals
from waypost.notify.rules.notices import Disabled, NoticePlan, OutboxState

PENDING, DELIVERED, FAILED = DeliveryState
GOOD, BAD = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
DAY = 86_400


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def outbox(store: Store) -> Outbox:
    """An outbox with three endpoints of different hosts."""
    store.outbox.register([endpoint(name) for name in "abc"], START)
    return store.outbox


def states(outbox: Outbox, name: str = "a") -> list[tuple[str, DeliveryState, int, int]]:
    """Return message, state, attempts and failures of an endpoint's deliveries, oldest first."""
    found = reversed(outbox.deliveries(DeliveryFilter(endpoint=name)))
    return [(item.message_id, item.state, item.attempts, item.failures) for item in found]


def errors(outbox: Outbox, name: str = "a") -> list[str]:
    return [item.last_error for item in reversed(outbox.deliveries(DeliveryFilter(endpoint=name)))]


# What there is to tell


def test_nothing_was_told_before_the_first_plan(outbox: Outbox) -> None:
    assert outbox.state() == OutboxState()
    assert outbox.state().components is None
    assert outbox.enqueue(plan_of(), START) == (0, 0)
    assert outbox.state().components == {}, "a page may have no components"


def test_planning_is_given_what_was_told_and_the_next_sequence(outbox: Outbox) -> None:
    asked: list[tuple[OutboxState, int]] = []

    def plan(known: OutboxState, first: int) -> NoticePlan:
        asked.append((known, first))
        return plan_of(planned(f"k{first}", "ab"), planned(f"k{first + 1}"), components={"web": BAD})(
            known, first
        )

    assert outbox.enqueue(plan, START) == (2, 2)
    assert outbox.enqueue(plan, START) == (2, 2)
    assert [first for _, first in asked] == [1, 3]
    assert [known.keys for known, _ in asked] == [frozenset(), {"k1", "k2"}]
    assert asked[1][0].components == {"web": BAD}
    assert [item.sequence for item in reversed(outbox.deliveries(DeliveryFilter(endpoint="a")))] == [1, 3]


def test_what_was_told_is_never_told_again(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    again = plan_of(planned("k1", "ab"), planned("k2", "a"), planned("k2", "b"))
    assert outbox.enqueue(again, START) == (1, 1)
    assert states(outbox) == [("msg_k1", PENDING, 0, 0), ("msg_k2", PENDING, 0, 0)]
    assert states(outbox, "b") == []


def test_a_plan_that_fails_writes_nothing(outbox: Outbox) -> None:
    def plan(*_: object) -> NoticePlan:
        raise RuntimeError("the page cannot be read")

    with pytest.raises(RuntimeError):
        outbox.enqueue(plan, START)
    assert outbox.state() == OutboxState()


def test_a_notice_without_a_body_for_somebodys_channel_writes_nothing(outbox: Outbox) -> None:
    outbox.register([endpoint("a", kind="sms")], START)
    with pytest.raises(StoreError, match="has the channel sms in the database and another"):
        enqueue(outbox, ["k1"], "a")
    assert outbox.state() == OutboxState()
    assert outbox.deliveries() == []


def test_components_are_known_as_they_were_last_planned(outbox: Outbox) -> None:
    for now in ({"web": GOOD, "mail": GOOD}, {"web": BAD, "mail": GOOD}, {"web": BAD}):
        outbox.enqueue(plan_of(components=now), START)  # type: ignore[misc]
        assert outbox.state().components == now


def test_a_delivery_is_what_was_planned(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], ["b", "b"], seconds=7)
    assert outbox.deliveries() == [
        Delivery(
            id=1,
            sequence=1,
            endpoint="b",
            kind="webhook",
            event=NoticeEvent.INCIDENT_UPDATED,
            subject="incident/downloads",
            message_id="msg_k1",
            created_at=at(7),
            state=PENDING,
            attempts=0,
            failures=0,
        )
    ]


def test_who_is_unknown_gone_or_has_left_gets_nothing_and_who_is_disabled_a_dead_letter(
    outbox: Outbox,
) -> None:
    enqueue(outbox, ["k1"], "abc")
    for item in claim(outbox):
        if item.endpoint == "a":
            report(outbox, item, disabled=Disabled(at(5), "it is gone (410)"))
    outbox.register([endpoint("a"), endpoint("b")], START)
    assert outbox.unsubscribe("b", START)
    found = plan_of(planned("k2", [*"abc", "nobody"]))
    assert outbox.enqueue(found, START) == (1, 1)
    assert states(outbox)[1:] == [("msg_k2", FAILED, 0, 0)]
    assert errors(outbox) == ["the endpoint is disabled"] * 2
    known = outbox.state()
    assert known.disabled == {"a": Disabled(at(5), "it is gone (410)")}
    assert known.unsubscribed == {"b"}


def test_an_acknowledgement_is_noted_once(outbox: Outbox) -> None:
    assert outbox.acknowledge("2026-11-20-downloads", at(60), "anna")
    assert not outbox.acknowledge("2026-11-20-downloads", at(90), "ben")
    assert outbox.state().acknowledged == {"2026-11-20-downloads": at(60)}


# Claims


def test_a_claim_gives_the_next_letters_in_order_with_their_frozen_bodies(outbox: Outbox) -> None:
    outbox.register([endpoint("a"), endpoint("b", kind="email")], START)
    enqueue(outbox, ["k1", "k2", "k3"], "ab", seconds=1)
    first, second = claim(outbox, 2, per_claim=2)
    assert messages([first, second]) == {"a": ["msg_k1", "msg_k2"], "b": ["msg_k1", "msg_k2"]}
    assert [delivery.body for delivery in first.deliveries] == [b"body of k1", b"body of k2"]
    assert [delivery.body for delivery in second.deliveries] == [b"mail of k1", b"mail of k2"]
    assert (first.kind, second.kind) == ("webhook", "email")
    assert first.leased_until == at(2) + LEASE
    assert first.failing_since is None
    begun = first.deliveries[0]
    assert (begun.attempts, begun.last_at, begun.state) == (1, at(2), PENDING)
    assert states(outbox) == [
        ("msg_k1", PENDING, 1, 0),
        ("msg_k2", PENDING, 1, 0),
        ("msg_k3", PENDING, 0, 0),
    ]
    assert claim(outbox, 2) == [], "both are held"
    assert deliver_all(outbox, first, 3)
    assert messages(claim(outbox, 3)) == {"a": ["msg_k3"]}


def test_the_longest_due_comes_first(outbox: Outbox) -> None:
    for seconds, name in ((3, "b"), (1, "c"), (2, "a")):
        enqueue(outbox, [f"k{seconds}"], name, seconds)
    assert [*messages(claim(outbox, 9, limit=2))] == ["c", "a"]
    assert [*messages(claim(outbox, 9, limit=2))] == ["b"]


def test_nothing_is_claimed_before_it_is_due(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    (item,) = claim(outbox)
    assert report(outbox, item, failed(item.deliveries[0], 1, again=300), seconds=1)
    enqueue(outbox, ["k2"], "a", seconds=2)
    assert claim(outbox, 300) == [], "news do not make an endpoint due that waits"
    assert messages(claim(outbox, 301)) == {"a": ["msg_k1", "msg_k2"]}


def test_a_lease_that_ran_out_is_taken_over_and_the_late_report_is_refused(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    (dead,) = claim(outbox, owner="dead")
    assert claim(outbox, 29.9, owner="heir") == []
    (item,) = claim(outbox, 30, owner="heir")
    assert item.epoch > dead.epoch
    assert not deliver_all(outbox, dead, 31), "it was taken over"
    assert states(outbox) == [("msg_k1", PENDING, 2, 0)]
    assert deliver_all(outbox, item, 32)
    assert not deliver_all(outbox, item, 33), "it was given back"
    assert states(outbox) == [("msg_k1", DELIVERED, 2, 0)]


def test_who_reports_after_the_lease_counts_if_nobody_took_over(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    (item,) = claim(outbox)
    assert deliver_all(outbox, item, 500)


def test_what_an_owner_releases_is_free_and_its_reports_are_refused(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "ab")
    (mine,) = claim(outbox, owner="one", limit=1)
    (other,) = claim(outbox, owner="two", limit=1)
    outbox.release("one")
    assert not deliver_all(outbox, mine)
    assert messages(claim(outbox, owner="three")) == {"a": ["msg_k1"]}
    outbox.release("three")
    outbox.release("two")
    assert not deliver_all(outbox, other)
    assert [*messages(claim(outbox))] == ["a", "b"]


def test_a_clock_that_is_set_back_holds_nothing_up(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "abc", seconds=3 * DAY)
    held, waiting, _ = claim(outbox, 3 * DAY)
    report(outbox, waiting, failed(waiting.deliveries[0], 3 * DAY, again=DAY), seconds=3 * DAY)
    assert held.endpoint == "a"
    assert [*messages(claim(outbox, 60))] == ["a", "c", "b"]
    assert claim(outbox, 60) == []


def test_clocks_that_differ_a_little_change_nothing(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "ab", seconds=50)
    held, waiting = claim(outbox, 50)
    report(outbox, waiting, failed(waiting.deliveries[0], 50, again=5), seconds=50)
    assert claim(outbox, 0, owner=f"not {held.endpoint}") == []


def test_at_most_so_many_endpoints_of_a_host_are_held_by_everybody_together(outbox: Outbox) -> None:
    one, other = [f"a{n}" for n in range(6)], [f"b{n}" for n in range(2)]
    outbox.register(
        [endpoint(n, "one.example") for n in one] + [endpoint(n, "two.example") for n in other], START
    )
    enqueue(outbox, ["k1"], [*one, *other])
    first = claim(outbox, owner="first", per_host=3, limit=2)
    assert [*messages(first)] == ["a0", "a1"]
    second = claim(outbox, owner="second", per_host=3)
    assert [*messages(second)] == ["a2", "b0", "b1"], "a full host keeps no other waiting"
    assert claim(outbox, per_host=3) == []
    deliver_all(outbox, first[1])
    assert [*messages(claim(outbox, per_host=3))] == ["a3"]
    assert [*messages(claim(outbox, 30, per_host=3))] == ["a0", "a2", "a3", "b0", "b1"], "leases have run out"


def test_what_has_no_host_has_no_limits(outbox: Outbox) -> None:
    names = [f"a{n}" for n in range(6)]
    outbox.register([endpoint(name, "") for name in names], START)
    enqueue(outbox, ["k1"], names)
    assert [*messages(claim(outbox, per_host=1))] == names


def test_a_thread_is_told_what_its_first_message_is_called(outbox: Outbox) -> None:
    found = plan_of(planned("k1", "ab"), planned("k2", "ab", subject="uploads"))
    outbox.enqueue(found, START)
    a, b = claim(outbox)
    assert [delivery.first_remote for delivery in a.deliveries] == ["", ""]
    report(
        outbox, a, *(delivered(delivery, 1, f"R{n}") for n, delivery in enumerate(a.deliveries, 1)), seconds=1
    )
    report(outbox, b, failed(b.deliveries[0], 1, None), delivered(b.deliveries[1], 1), seconds=1)
    enqueue(outbox, ["k3", "k4"], "ab", seconds=2)
    a, b = claim(outbox, 2)
    assert [delivery.first_remote for delivery in a.deliveries] == ["R1", "R1"]
    assert [delivery.first_remote for delivery in b.deliveries] == ["", ""]
    report(
        outbox, b, *(delivered(delivery, 3, f"S{n}") for n, delivery in enumerate(b.deliveries, 3)), seconds=3
    )
    outbox.replay(at(4), DeliveryFilter(endpoint="b", state=FAILED))
    (b,) = claim(outbox, 5)
    assert messages([b]) == {"b": ["msg_k1"]}
    assert b.deliveries[0].first_remote == "S3", "what was told first, not what was to be told first"
    report(outbox, b, delivered(b.deliveries[0], 6, "S1"), seconds=6)
    enqueue(outbox, ["k5"], "b", seconds=7)
    assert claim(outbox, 7)[0].deliveries[0].first_remote == "S3"


# WorkerHooks


def test_delivered_failed_given_up_and_not_sent(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2", "k3", "k4"], "a")
    (item,) = claim(outbox, 1)
    one, two, three, _ = item.deliveries
    attempts = (delivered(one, 2, "R1"), failed(two, 3, None), failed(three, 4, again=5))
    assert report(outbox, item, *attempts, seconds=4)
    assert states(outbox) == [
        ("msg_k1", DELIVERED, 1, 0),
        ("msg_k2", FAILED, 1, 1),
        ("msg_k3", PENDING, 1, 1),
        ("msg_k4", PENDING, 0, 0),
    ]
    words = "the server answered with HTTP status 500"
    assert errors(outbox) == ["", words, words, ""]
    first = outbox.deliveries()[-1]
    assert (first.delivered_at, first.remote) == (at(2), "R1")
    (state,) = (state for state in outbox.endpoints() if state.id == "a")
    assert (state.pending, state.failed, state.next_at, state.failing_since) == (2, 1, at(9), at(3))
    assert claim(outbox, 8.9) == []
    (item,) = claim(outbox, 9)
    assert item.failing_since == at(3)
    assert deliver_all(outbox, item, 10)
    (state,) = (state for state in outbox.endpoints() if state.id == "a")
    assert (state.pending, state.failed, state.next_at, state.failing_since) == (0, 1, None, None)
    assert errors(outbox)[2] == "", "what was mended has no error"


def test_an_endpoint_that_goes_on_failing_failed_since_the_first_time(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    for seconds in (0, 100, 200):
        (item,) = claim(outbox, seconds)
        report(outbox, item, failed(item.deliveries[0], seconds, again=100), seconds=seconds)
    (item,) = claim(outbox, 300)
    assert item.failing_since == START
    assert item.deliveries[0].failures == 3


def test_several_reports_are_one_transaction_and_each_counts_or_not(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "abc")
    a, b, c = claim(outbox)
    outbox.release("worker")
    (again,) = claim(outbox, limit=1)
    assert again.endpoint == "a"
    attempts = {item.endpoint: (delivered(item.deliveries[0]),) for item in (a, b, c)}
    reports = [ClaimResult(item, attempts[item.endpoint]) for item in (a, again, again, b, c)]
    assert outbox.record(reports, START) == [False, True, False, False, False]
    assert outbox.record([], START) == []
    assert states(outbox, "a") == [("msg_k1", DELIVERED, 2, 0)]


def test_a_disabled_endpoint_is_left_alone_until_it_is_configured_anew(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2"], "ab")
    a, b = claim(outbox)
    why = Disabled(at(5), "it answered that it is gone (410)")
    assert report(outbox, a, failed(a.deliveries[0], 5, None), seconds=5, disabled=why)
    deliver_all(outbox, b)
    assert states(outbox) == [("msg_k1", FAILED, 1, 1), ("msg_k2", FAILED, 0, 0)]
    assert errors(outbox) == ["the server answered with HTTP status 500", "the endpoint is disabled"]
    assert claim(outbox, 9) == []
    assert outbox.state().disabled == {"a": why}
    outbox.register([endpoint("a"), endpoint("b")], at(9))
    assert outbox.state().disabled == {"a": why}, "nothing has changed"
    outbox.register([endpoint("a", fingerprint="2"), endpoint("b")], at(9))
    assert outbox.state().disabled == {}
    enqueue(outbox, ["k3"], "a", seconds=10)
    (item,) = claim(outbox, 10)
    assert messages([item]) == {"a": ["msg_k3"]}
    assert item.failing_since is None


def test_who_is_taken_out_of_the_file_gets_nothing_more(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2"], "ab")
    a, _ = claim(outbox)
    outbox.register([endpoint("b")], at(1))
    assert errors(outbox) == ["no longer in subscribers.yml"] * 2
    attempts = (delivered(a.deliveries[0], 2), failed(a.deliveries[1], 2))
    assert report(outbox, a, *attempts, seconds=2), "what was on its way has arrived"
    assert states(outbox) == [("msg_k1", DELIVERED, 1, 0), ("msg_k2", FAILED, 1, 0)]
    assert claim(outbox, 2) == [], "there is only what is held of the other"
    assert [state.configured for state in outbox.endpoints()] == [False, True, False]
    assert outbox.replay(at(3), DeliveryFilter(endpoint="a")) == 0
    outbox.register([endpoint("a"), endpoint("b")], at(4))
    assert outbox.replay(at(5), DeliveryFilter(endpoint="a", state=FAILED)) == 1
    assert messages(claim(outbox, 5)) == {"a": ["msg_k2"]}


def test_whose_channel_is_changed_gets_nothing_in_the_form_of_the_old_one(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    outbox.register([endpoint("a", kind="email")], at(1))
    assert states(outbox) == [("msg_k1", FAILED, 0, 0)]
    assert errors(outbox) == ["the channel of the subscriber was changed"]
    assert outbox.replay(at(2)) == 0
    enqueue(outbox, ["k2"], "a", seconds=3)
    (item,) = claim(outbox, 3)
    assert [delivery.body for delivery in item.deliveries] == [b"mail of k2"]


def test_who_leaves_gets_nothing_more(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2"], "a")
    assert outbox.unsubscribe("a", at(1))
    assert not outbox.unsubscribe("a", at(2))
    assert errors(outbox) == ["the subscriber has left"] * 2
    assert claim(outbox, 3) == []
    assert outbox.replay(at(3)) == 0
    assert [state.unsubscribed_at for state in outbox.endpoints()] == [at(1), None, None]


# A host that keeps failing


def fail_host(outbox: Outbox, times: int, seconds: float) -> None:
    """Fail so often, each time as soon as the host is tried again."""
    for _ in range(times):
        (item,) = claim(outbox, seconds, limit=1)
        delivery = item.deliveries[0]
        report(outbox, item, failed(delivery, seconds, again=0, blames_host=True), seconds=seconds)


@pytest.fixture
def failing(store: Store) -> Outbox:
    """An outbox whose four endpoints of one host have failed five times together."""
    names = [f"a{n}" for n in range(4)]
    store.outbox.register([*(endpoint(name, "one.example") for name in names), endpoint("b")], START)
    enqueue(store.outbox, ["k1", "k2"], names)
    fail_host(store.outbox, 5, 0)
    return store.outbox


def test_a_host_that_failed_five_times_is_left_alone_and_then_tried_one_at_a_time(failing: Outbox) -> None:
    enqueue(failing, ["k3"], "b")
    assert [*messages(claim(failing, 0))] == ["b"], "others are not held up"
    assert claim(failing, 29.9) == []
    probe, other = claim(failing, 30, limit=100)
    assert (probe.endpoint, other.endpoint) == ("a0", "b"), "the lease of the other has run out"
    assert claim(failing, 31) == [], "half open"
    deliver_all(failing, probe, 32)
    assert len(claim(failing, 32)) == 3, "one delivery that works opens it for all"


def test_a_host_is_left_alone_longer_with_each_failure_up_to_ten_minutes(failing: Outbox) -> None:
    seconds = 0.0
    for wait in (30, 60, 120, 240, 480, 600, 600):
        assert claim(failing, seconds + wait - 0.1) == []
        seconds += wait
        fail_host(failing, 1, seconds)


def test_failures_that_are_the_endpoints_own_do_not_count_against_the_host(outbox: Outbox) -> None:
    enqueue(outbox, ["k1"], "a")
    fail_host(outbox, 4, 0)
    for seconds in range(6):
        (item,) = claim(outbox, seconds)
        report(outbox, item, failed(item.deliveries[0], seconds, again=0), seconds=seconds)
    assert len(claim(outbox, 6)) == 1


def test_a_delivery_that_works_begins_the_count_anew(outbox: Outbox) -> None:
    enqueue(outbox, [f"k{n}" for n in range(9)], "a")
    fail_host(outbox, 4, 0)
    (item,) = claim(outbox)
    one, two, *_ = item.deliveries
    attempts = (delivered(one), failed(two, 0, again=0, blames_host=True))
    report(outbox, item, *attempts)
    fail_host(outbox, 3, 0)
    assert len(claim(outbox)) == 1, "four in a row again"


def test_a_breaker_from_a_clock_ahead_is_not_believed(failing: Outbox) -> None:
    for seconds in (3 * DAY, 3 * DAY + 600, 3 * DAY + 1200):
        fail_host(failing, 1, seconds)
    assert len(claim(failing, 60)) == 1, "half open"


def test_a_half_open_host_waits_for_the_one_that_tries_it(failing: Outbox) -> None:
    assert len(claim(failing, 30)) == 1
    assert claim(failing, 31) == []


def test_what_waits_for_room_at_its_host_is_claimed_when_a_lease_ends(outbox: Outbox) -> None:
    names = [f"a{n}" for n in range(3)]
    outbox.register([endpoint(name, "one.example") for name in names], START)
    enqueue(outbox, ["k1"], names)
    assert len(claim(outbox, 3, per_host=2)) == 2
    assert claim(outbox, 4, per_host=2) == []
    assert len(claim(outbox, 4, per_host=3)) == 1
    assert len(claim(outbox, 3 + LEASE.total_seconds(), per_host=3)) == 2


# What became of it


def test_deliveries_are_found_by_what_is_asked_newest_first(outbox: Outbox) -> None:
    for seconds in range(4):
        enqueue(outbox, [f"k{seconds}"], "ab", seconds)
    (a,) = claim(outbox, 5, limit=1)
    report(outbox, a, delivered(a.deliveries[0]), failed(a.deliveries[1], 0, None))
    names = {item.id: (item.endpoint, item.message_id) for item in outbox.deliveries()}
    assert [*names] == sorted(names, reverse=True)
    assert names[1] == ("a", "msg_k0")
    assert [item.id for item in outbox.deliveries(limit=2)] == [8, 7]
    assert [item.id for item in outbox.deliveries(DeliveryFilter(state=FAILED))] == [3]
    assert [item.id for item in outbox.deliveries(DeliveryFilter(endpoint="b"))] == [8, 6, 4, 2]
    assert [item.id for item in outbox.deliveries(DeliveryFilter(since=at(1), until=at(3)))] == [6, 5, 4, 3]
    assert [item.id for item in outbox.deliveries(DeliveryFilter(ids=[2, 5, 99]))] == [5, 2]
    assert outbox.deliveries(DeliveryFilter(ids=[])) == []
    assert [item.id for item in outbox.deliveries(DeliveryFilter(state=PENDING, endpoint="a"))] == [7, 5]


def test_a_replay_sends_the_same_messages_again_in_their_order(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2", "k3"], "ab")
    a, b = claim(outbox)
    report(outbox, a, delivered(a.deliveries[0], 1, "R1"), failed(a.deliveries[1], 1, None), seconds=1)
    deliver_all(outbox, b, 1)
    assert outbox.replay(at(9), DeliveryFilter(endpoint="a")) == 2
    assert states(outbox)[:2] == [("msg_k1", PENDING, 1, 0), ("msg_k2", PENDING, 1, 0)]
    (item,) = claim(outbox, 9)
    assert messages([item]) == {"a": ["msg_k1", "msg_k2", "msg_k3"]}
    assert [delivery.body for delivery in item.deliveries] == [b"body of k1", b"body of k2", b"body of k3"]
    attempts = [delivered(delivery, 10, "other") for delivery in item.deliveries]
    assert report(outbox, item, *attempts, seconds=10)
    first = outbox.deliveries(DeliveryFilter(endpoint="a"))[-1]
    assert (first.delivered_at, first.remote, first.attempts) == (at(1), "R1", 2)


def test_a_replay_wakes_what_waits_or_is_disabled(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2"], "abc")
    a, b, c = claim(outbox)
    report(outbox, a, failed(a.deliveries[0], 0, None), disabled=Disabled(START, "five days of failures"))
    report(outbox, b, failed(b.deliveries[0], 0, None), failed(b.deliveries[1], 0, again=DAY))
    deliver_all(outbox, c)
    assert outbox.replay(at(60), DeliveryFilter(state=FAILED)) == 3
    assert outbox.state().disabled == {}
    found = claim(outbox, 60)
    assert messages(found) == {"a": ["msg_k1", "msg_k2"], "b": ["msg_k1", "msg_k2"]}
    assert [item.failing_since for item in found] == [None, START]
    assert outbox.replay(at(61), DeliveryFilter(ids=[delivery.id for delivery in c.deliveries])) == 2


def test_what_is_over_for_ninety_days_is_forgotten_and_never_told_again(
    outbox: Outbox, database_url: str
) -> None:
    enqueue(outbox, ["k1", "k2"], "a")
    enqueue(outbox, ["k1b", "k3"], "b")
    a, b = claim(outbox)
    report(outbox, a, delivered(a.deliveries[0]), failed(a.deliveries[1], 0, None))
    report(outbox, b, delivered(b.deliveries[0]), failed(b.deliveries[1], 0, again=0))
    assert outbox.prune(at(90 * DAY)) == 0
    later = at(90 * DAY) + timedelta(milliseconds=1)
    assert outbox.replay(later, DeliveryFilter(ids=[a.deliveries[1].id])) == 1
    outbox.prune(later)
    assert states(outbox) == [("msg_k2", PENDING, 1, 0)], "what is pending is kept"
    assert states(outbox, "b") == [("msg_k3", PENDING, 1, 1)]
    assert outbox.state().keys == {"k1", "k2", "k1b", "k3"}
    with closing(Database(database_url, writes=True)) as database, database.read() as connection:
        kept = connection.scalars(sa.select(message.c.sequence).order_by(message.c.sequence)).all()
    assert kept == [2, 4], "bodies are kept for what is pending"
    assert [item.deliveries[0].body for item in claim(outbox, 91 * DAY)] == [b"body of k3", b"body of k2"]
    enqueue(outbox, ["k1"], "a", 91 * DAY)
    assert len(states(outbox)) == 1


def test_words_of_others_are_kept_short_and_storable(outbox: Outbox) -> None:
    enqueue(outbox, ["k1", "k2"], "a")
    (item,) = claim(outbox)
    one, two = item.deliveries
    bad = replace(failed(two, 0, None), error="no\x00thing \ud800 " + "x" * 5000)
    assert report(outbox, item, delivered(one, 0, "\x00R" * 900), bad)
    last, first = outbox.deliveries(DeliveryFilter(endpoint="a"))
    assert last.last_error.startswith("nothing ? xxx")
    assert len(last.last_error) < 1001
    assert set(first.remote) == {"R"}
    assert len(first.remote) <= 500


def test_totals_count_what_waits_and_name_the_last_delivery(outbox: Outbox) -> None:
    assert outbox.totals() == OutboxTotals(0, None)
    enqueue(outbox, ["one", "two"], ["a", "b"])
    assert outbox.totals() == OutboxTotals(4, None)
    [item] = [found for found in claim(outbox, 1) if found.endpoint == "a"]
    assert deliver_all(outbox, item, 2)
    assert outbox.totals() == OutboxTotals(2, at(2))
