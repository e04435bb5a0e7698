from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import moment
from waypost.core.states import confirm
from waypost.model.status import MEASURED, ComponentStatus, Observation, StateChange
from waypost.model.status_config import Policy

LETTERS = dict(zip("odpm", MEASURED, strict=True))
START = moment("10:00")
LATENCY = timedelta(seconds=2)


def answers(letters: str) -> list[Observation]:
    return [
        Observation(
            "downloads", "http-1", START + timedelta(minutes=n), LETTERS[letter], LATENCY, f"{letter}{n}"
        )
        for n, letter in enumerate(letters.replace(" ", ""))
    ]


def feed(seen: list[Observation], policy: Policy) -> list[StateChange]:
    current: ComponentStatus | None = None
    changes = []
    for n in range(1, len(seen) + 1):
        if change := confirm(current, seen[:n], policy):
            changes.append(change)
            current = change.status
    return changes


def minutes(change: StateChange) -> str:
    first = (change.at - START) // timedelta(minutes=1)
    last = (change.confirmed_at - LATENCY - START) // timedelta(minutes=1)
    return f"{first}>{last} {change.status}"


@golden("states/confirmation.yml")
def test_changes_are_confirmed(case: Case) -> None:
    down, up = case.get("policy", (3, 2))
    changes = feed(answers(case["answers"]), Policy(down_after=down, up_after=up))
    assert [minutes(change) for change in changes] == case["changes"]


def test_a_change_is_believed_when_the_last_answer_ended() -> None:
    change = confirm(ComponentStatus.OPERATIONAL, answers("ommm"), Policy())
    assert change is not None
    assert (change.at, change.confirmed_at) == (moment("10:01"), moment("10:03:02"))


def test_the_true_start_may_lie_before_the_answers_that_were_needed() -> None:
    # As after down_after was lowered from 9 to 3.
    change = confirm(ComponentStatus.OPERATIONAL, answers("o mmmmmm"), Policy(down_after=3))
    assert change is not None
    assert minutes(change) == "1>6 major_outage"


def test_a_change_tells_the_reason_of_its_state_and_whose_it_is() -> None:
    change = confirm(ComponentStatus.OPERATIONAL, answers("o m p m"), Policy())
    assert change is not None
    assert (change.component, change.check, change.reason) == ("downloads", "http-1", "p2")


def test_what_is_already_known_is_no_change() -> None:
    for letter, status in LETTERS.items():
        assert confirm(status, answers(letter * 9), Policy()) is None


sequences = st.text("odpm", max_size=40)
policies = st.builds(Policy, down_after=st.integers(1, 5), up_after=st.integers(1, 5))


@given(sequences, policies)
def test_changes_differ_and_go_forward_in_time(letters: str, policy: Policy) -> None:
    changes = feed(answers(letters), policy)
    assert all(change.at < change.confirmed_at for change in changes)
    for earlier, later in itertools.pairwise(changes):
        assert earlier.status is not later.status
        assert earlier.at < later.at
        assert earlier.confirmed_at < later.confirmed_at


@given(sequences, policies)
def test_every_answer_between_start_and_confirmation_supports_the_change(
    letters: str, policy: Policy
) -> None:
    seen = answers(letters)
    before = ComponentStatus.OPERATIONAL
    for change in feed(seen, policy):
        run = [item.status.severity for item in seen if change.at <= item.at < change.confirmed_at]
        if change.status.severity > before.severity:
            assert min(run) == change.status.severity
            assert len(run) >= policy.down_after
        elif change.status.severity < before.severity:
            assert max(run) == change.status.severity
            assert len(run) >= policy.up_after
        before = change.status
