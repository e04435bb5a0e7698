from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import moment
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import SeriesState
from waypost.formats.status import MEASURED, ComponentStatus, Observation, StateChange
from waypost.monitor.rules.states import COUNTED_ANSWERS, RECENT, REMEMBERED, advance

LETTERS = dict(zip("odpm", MEASURED, strict=True))
START = moment("10:00")
LATENCY = timedelta(seconds=2)
MINUTE = timedelta(minutes=1)
STEADY = Flapping()
GOOD = ComponentStatus.OPERATIONAL
OUTAGE = ComponentStatus.PARTIAL_OUTAGE.severity


def rules(down: int = 3, up: int = 2, flapping: Flapping = STEADY) -> Rules:
    return Rules(down, up, MINUTE, flapping)


def answers(letters: str) -> list[Observation]:
    return [
        Observation("downloads", "http-1", START + MINUTE * n, LETTERS[letter], LATENCY, f"{letter}{n}", "eu")
        for n, letter in enumerate(letters.replace(" ", ""))
    ]


def judged(observations: Sequence[Observation], by: Rules) -> tuple[SeriesState, list[StateChange]]:
    state, changes = SeriesState(), []
    for observation in observations:
        state, change = advance(state, observation, by)
        if change is not None:
            changes.append(change)
    return state, changes


def minutes(change: StateChange) -> str:
    first = (change.at - START) // MINUTE
    last = (change.confirmed_at - LATENCY - START) // MINUTE
    return f"{first}>{last} {change.status}"


@golden("states/*.yml")
def test_changes_are_confirmed(case: Case) -> None:
    by = rules(*case.get("policy", (3, 2)), Flapping(**case.get("flapping", {})))
    _, changes = judged(answers(case["answers"]), by)
    assert [minutes(change) for change in changes] == case["changes"]


def test_a_change_tells_whose_it_is_when_it_was_believed_and_its_reason() -> None:
    observations = answers("o o o o m p m")
    _, (_, change) = judged(observations, rules())
    assert (change.component, change.check, change.region) == ("downloads", "http-1", "eu")
    assert change.status is ComponentStatus.PARTIAL_OUTAGE
    assert change.reason == "p5"
    assert (change.at, change.confirmed_at) == (moment("10:04"), moment("10:06:02"))


def test_the_true_start_may_lie_before_the_answers_that_were_needed() -> None:
    state, _ = judged(answers("o mmmmm"), rules(down=9))
    _, change = advance(state, answers("ommmmmm")[-1], rules(down=3))
    assert change is not None
    assert minutes(change) == "1>6 major_outage"


@pytest.mark.parametrize("letter", LETTERS)
def test_what_is_already_known_is_no_change(letter: str) -> None:
    known, _ = judged(answers("o" + letter * 5), rules())
    assert known.status is LETTERS[letter]
    later = Observation("downloads", "http-1", START + MINUTE * 90, LETTERS[letter], LATENCY)
    assert advance(known, later, rules())[1] is None


def test_what_is_remembered_stays_small() -> None:
    state, _ = judged(answers("omm" * 200), rules(down=1, up=1))
    assert len(state.recent) == RECENT
    assert len(state.changed) == REMEMBERED
    assert len(state.failures) <= COUNTED_ANSWERS
    assert state.answered == 600
    assert judged(answers("o" * 50), rules())[0].failures == ()


sequences = st.text("odpm", max_size=60) | st.text("oom", max_size=80) | st.text("dpm", max_size=30)
flappings = st.builds(
    Flapping,
    changes=st.integers(2, 5),
    within=st.integers(1, 60).map(lambda count: MINUTE * count),
    hold=st.integers(1, 15).map(lambda count: MINUTE * count),
)
all_rules = st.builds(rules, st.integers(1, 8), st.integers(1, 5), flappings)


class Reference:
    """The definition, read literally over the whole list of answers; slow, and without streaks."""

    def __init__(self, observations: Sequence[Observation], by: Rules) -> None:
        self.observations, self.by = observations, by
        self.state: ComponentStatus | None = None
        self.begin = -1
        self.turns: list[tuple[int, int]] = []
        self.is_held = False
        self.changes: list[tuple[int, int, ComponentStatus]] = []
        for newest in range(len(observations)):
            if self.is_held and observations[newest].status.severity >= OUTAGE:
                self.state, self.is_held = ComponentStatus.DEGRADED_PERFORMANCE, False
            found = self.judge(newest)
            if found is not None:
                self.begin, self.state = found
                self.is_held = self.state is GOOD and self.flaps(newest)
                self.turns.append((self.begin, newest))
            self.publish(newest)

    def judge(self, newest: int) -> tuple[int, ComponentStatus] | None:
        past = [item.status.severity for item in self.observations[: newest + 1]]
        if self.state is None and past[-1] == 0:
            return newest, GOOD
        now = self.state.severity if self.state else 0
        for level in reversed(MEASURED[1:]):
            if level.severity > now:
                row = len(list(itertools.takewhile(lambda s: s >= level.severity, reversed(past))))  # noqa: B023  # used at once
                if row >= self.by.down_after:
                    return newest - row + 1, level
                width = min(24, 4 * self.by.down_after)
                looked = range(max(self.begin + 1, newest - width + 1, 0), newest + 1)
                bad = [n for n in looked if past[n] >= level.severity]
                if len(bad) * 2 >= width and len(bad) >= self.by.down_after:
                    return bad[0], level
        for level in MEASURED[:-1]:
            row = len(list(itertools.takewhile(lambda s: s <= level.severity, reversed(past))))  # noqa: B023  # used at once
            if level.severity < now and row >= self.by.up_after:
                return newest - row + 1, level
        return None

    def flaps(self, newest: int) -> bool:
        at = self.observations[newest].at
        confirmed = [self.observations[n].at + LATENCY for _, n in self.turns]
        # The first state of all is no change, unless it was bad news (nothing before was well).
        lately = [t for t in confirmed[1:] if at - t <= self.by.flapping.within]
        return len(lately) >= self.by.flapping.changes

    def publish(self, newest: int) -> None:
        """Show what was judged; a recovery that is held, as degraded until it has lasted."""
        if self.state is None:
            return
        lasted = self.observations[newest].at - self.observations[self.begin].at
        self.is_held = self.is_held and lasted < self.by.flapping.hold
        shown = ComponentStatus.DEGRADED_PERFORMANCE if self.is_held else self.state
        if not self.changes or self.changes[-1][2] is not shown:
            self.changes.append((self.begin, newest, shown))


@settings(max_examples=400)
@given(sequences, all_rules)
def test_streaks_find_what_the_definition_finds_in_the_whole_list(letters: str, by: Rules) -> None:
    observations = answers(letters)
    _, changes = judged(observations, by)
    assert [minutes(change) for change in changes] == [
        f"{first}>{last} {status}" for first, last, status in Reference(observations, by).changes
    ]


@given(sequences, all_rules)
def test_changes_differ_and_go_forward_in_time(letters: str, by: Rules) -> None:
    _, changes = judged(answers(letters), by)
    assert all(change.at < change.confirmed_at for change in changes)
    for earlier, later in itertools.pairwise(changes):
        assert earlier.status is not later.status
        # Failures that came and went may turn out to have been worse from their beginning on.
        assert earlier.at <= later.at
        assert earlier.confirmed_at < later.confirmed_at


@settings(max_examples=400)
@given(sequences, all_rules)
def test_good_answers_are_never_an_outage_once_they_are_enough(letters: str, by: Rules) -> None:
    observations, state = answers(letters), SeriesState()
    steps: list[tuple[int, int, ComponentStatus]] = []
    for n, observation in enumerate(observations):
        state, change = advance(state, observation, by)
        if change is not None:
            steps.append(((change.at - START) // MINUTE, n, change.status))
        # What had no outage for as long as a recovery takes is shown without one, from its first answer on.
        row = len(list(itertools.takewhile(is_no_outage, reversed(observations[: n + 1]))))
        if row >= by.up_after:
            assert state.status is None or is_no_outage(state)
            first = n - row + 1
            assert all(
                status.severity < OUTAGE
                for status in (shown(steps, minute) for minute in range(first, n + 1))
            )


def is_no_outage(item: Observation | SeriesState) -> bool:
    return item.status is not None and item.status.severity < OUTAGE


def shown(steps: Sequence[tuple[int, int, ComponentStatus]], minute: int) -> ComponentStatus:
    """Return what the bars show of a minute by all that is known: of changes at one moment the last counts."""
    begun = [step for step in steps if step[0] <= minute]
    return max(begun, key=lambda step: step[:2])[2] if begun else GOOD


@given(sequences, st.integers(1, 8))
def test_half_of_the_answers_failing_is_never_slept_through(letters: str, down: int) -> None:
    observations, by = answers(letters), rules(down)
    width = min(24, 4 * down)
    state, confirmed = SeriesState(), 0
    for n, observation in enumerate(observations):
        state, change = advance(state, observation, by)
        confirmed = n if change else confirmed
        latest = observations[n - width + 1 : n + 1]
        if len(latest) == width and n - confirmed >= width:
            bad = sum(item.status is not GOOD for item in latest)
            believed_well = state.status in (None, GOOD)
            assert not (believed_well and bad * 2 >= width)


@given(sequences, all_rules, st.integers(-5000, 5000).map(lambda hours: timedelta(hours=hours)))
def test_only_the_time_between_answers_matters(letters: str, by: Rules, shift: timedelta) -> None:
    observations = answers(letters)
    moved = [
        Observation(o.component, o.check, o.at + shift, o.status, o.latency, o.reason, o.region)
        for o in observations
    ]
    here, there = judged(observations, by)[1], judged(moved, by)[1]
    assert [(c.at + shift, c.status) for c in here] == [(c.at, c.status) for c in there]
