from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.formats.checks import Flapping, HttpCheck, Rules
from waypost.formats.observations import Claim, Series
from waypost.monitor.rules.schedule import Job
from waypost.monitor.rules.turns import Skipped, Started, Turns

SECOND = 1.0
NOW = 1000.0
START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = Rules(3, 2, timedelta(seconds=1), Flapping())


def claimed(name: str, host: str, at: float = NOW, every: float = 12, timeout: float = 2) -> Started:
    check = HttpCheck(
        http=f"http://{host}/", every=timedelta(seconds=every), timeout=timedelta(seconds=timeout)
    )
    series = Series(name, "http-1")
    return Started(Job(series, check, RULES), Claim(series, START + timedelta(seconds=at), 1), at)


def waiting(name: str, host: str, until: float = NOW + SECOND) -> Started:
    item = claimed(name, host, every=5, timeout=5)
    return claimed(
        name, host, until - (item.job.plan.lease - item.job.check.timeout).total_seconds(), every=5, timeout=5
    )


def test_so_many_start_at_once_and_the_rest_when_one_has_ended() -> None:
    turns = Turns(workers=2, per_host=9)
    items = [waiting(f"part-{number}", f"127.0.0.{number}") for number in range(1, 4)]
    assert turns.free == 2
    turns.add(items)
    assert turns.free == 0
    assert turns.start(NOW) == (items[:2], [])
    assert turns.start(NOW) == ([], [])
    turns.end(items[0], NOW)
    assert turns.start(NOW) == (items[2:], [])
    for item in items[1:]:
        turns.end(item, NOW)
    assert turns.is_idle


def test_one_host_is_not_asked_too_much_at_once_and_others_pass_by() -> None:
    turns = Turns(workers=9, per_host=2)
    same = [waiting(f"part-{number}", "busy.example:8443") for number in range(3)]
    other = waiting("other", "idle.example")
    turns.add([*same, other])
    assert turns.start(NOW) == ([*same[:2], other], [])
    turns.end(other, NOW)
    assert turns.start(NOW) == ([], [])
    turns.end(same[1], NOW)
    assert turns.start(NOW) == (same[2:], [])


def test_what_waits_until_it_could_not_end_in_time_is_skipped() -> None:
    turns = Turns(workers=1, per_host=1)
    first, late = waiting("one", "a.example"), waiting("two", "b.example")
    turns.add([first, late])
    assert turns.start(NOW) == ([first], [])
    assert turns.start(NOW + SECOND) == ([], [])
    assert turns.start(NOW + 1.001 * SECOND) == ([], [Skipped(late)])
    assert not turns.is_idle
    turns.end(first, NOW)
    assert turns.is_idle


def test_what_has_been_due_for_the_longest_begins_first() -> None:
    turns = Turns(workers=1, per_host=1)
    second, first = waiting("one", "a.example", NOW + 2 * SECOND), waiting("two", "a.example")
    assert first.claim.due_at < second.claim.due_at
    turns.add([second, first])
    assert turns.start(NOW) == ([first], [])


def test_what_waits_for_its_host_takes_no_place_from_other_hosts() -> None:
    turns = Turns(workers=8, per_host=2)
    turns.add(claimed(f"part-{number}", "busy.example") for number in range(50))
    assert turns.free == 0, "before the first of them begin, any of them may"
    turns.start(NOW)
    assert turns.free == 6
    turns.add(claimed(f"other-{number}", f"host-{number}.example") for number in range(6))
    assert turns.free == 0
    started, _ = turns.start(NOW)
    assert [item.job.host for item in started] == [f"host-{number}.example" for number in range(6)]


def test_fewer_run_at_a_time_where_this_machine_lacks_something_and_slowly_more_again() -> None:
    turns = Turns(workers=8, per_host=9)
    items = [claimed(f"part-{number}", f"host-{number}.example") for number in range(40)]
    turns.add(items)
    started, _ = turns.start(NOW)
    assert len(started) == 8
    for item in started:
        turns.end(item, NOW)
        turns.narrow()
    assert turns.start(NOW) == ([items[8]], []), "never none"
    turns.end(items[8], NOW)
    for _ in range(3):
        turns.widen()
    assert len(turns.start(NOW)[0]) == 2
    for _ in range(200):
        turns.widen()
    assert len(turns.start(NOW)[0]) == 6, "as many as before, and not more"


def held(turns: Turns, seconds: float, *, is_timeout: bool | None) -> list[Skipped]:
    """Let two checks hold a host, end them after some seconds, and return what became of one that waited."""
    first, second, late = (claimed(name, "a.example") for name in ("one", "two", "three"))
    turns.add([first, second, late])
    assert turns.start(NOW) == ([first, second], [])
    moment = NOW + seconds * SECOND
    for item in (first, second):
        turns.end(item, moment, is_timeout=is_timeout)
    turns.add([claimed("four", "a.example", moment), claimed("five", "a.example", moment)])
    # Others take the places at once, as a full queue does.
    started, skipped = turns.start(late.until + 0.1 * SECOND)
    assert {item.job.series.component for item in started} == {"four", "five"}
    return skipped or turns.start(late.given_up_at + 0.1 * SECOND)[1]


@pytest.mark.parametrize(
    ("is_timeout", "unanswered"),
    [(True, 2), (False, 0), (None, 0)],
    ids=["in vain", "answered", "nothing is known"],
)
def test_what_could_not_begin_counts_by_what_its_host_did_meanwhile(
    is_timeout: bool | None, unanswered: int
) -> None:
    turns = Turns(workers=9, per_host=2)
    late = held(turns, 4.5, is_timeout=is_timeout)
    assert [(each.item.job.series.component, bool(each.unanswered)) for each in late] == [
        ("three", bool(unanswered))
    ]


def test_checks_that_run_for_longer_than_a_check_would_wait_answer_for_it() -> None:
    turns = Turns(workers=9, per_host=1)
    holder = claimed("one", "a.example", every=60, timeout=30)
    late = claimed("two", "a.example")
    turns.add([holder])
    turns.start(NOW)
    turns.add([late])
    assert turns.start(NOW + 4 * SECOND) == ([], [])
    assert turns.start(late.until + 0.1 * SECOND) == ([], [Skipped(late, 1)])


def test_what_a_host_did_before_a_check_was_claimed_says_nothing_about_it() -> None:
    turns = Turns(workers=1, per_host=1)
    first = claimed("one", "a.example")
    turns.add([first])
    turns.start(NOW)
    turns.end(first, NOW + SECOND, is_timeout=True)
    busy, late = (
        claimed("two", "b.example", NOW + 2 * SECOND),
        claimed("three", "a.example", NOW + 2 * SECOND),
    )
    turns.add([busy, late])
    assert turns.start(NOW + 2 * SECOND) == ([busy], [])
    assert turns.start(late.given_up_at + SECOND) == ([], [Skipped(late)])
