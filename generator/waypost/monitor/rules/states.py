"""From observations to confirmed states: one bad answer is not an outage, one good answer no recovery.

The rules work on streaks that grow with each answer, so that judging the next one needs no older
rows, and takes the same time after a year.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import FailedAnswer, SeriesState, Streak
from waypost.formats.status import MEASURED, ComponentStatus, Observation, StateChange

RECENT = 5
"""How many of the newest answers are remembered."""

REMEMBERED = 20
"""How many changes are remembered: the most that flapping may be set to."""

COUNTED_ANSWERS = 24
"""Over how many answers at most failures that come and go are counted."""

UNSTEADY = "Answers are good again, but it changed too often lately to be sure."
"""The reason of a recovery that is held back."""


def advance(
    state: SeriesState, observation: Observation, rules: Rules
) -> tuple[SeriesState, StateChange | None]:
    """Judge the next answer of a series; return what is now known of it, and the change that it confirms, if any.

    A worse state is believed after `rules.down_after` answers in a row at least as bad, or when half of
    the latest answers are (see `_come_and_gone`); a better one after `rules.up_after` in a row at least as
    good. The change starts at the first answer that speaks for it, not at its confirmation. While a series
    flaps, a recovery is certain only once it has lasted for `rules.flapping.hold`: until then the series is
    at most degraded, and then it was well from the first of the good answers on.
    """
    state = _grown(state, observation)
    if observation.status.severity > ComponentStatus.DEGRADED_PERFORMANCE.severity:
        # A recovery counts from after the last failure, be that one confirmed or not.
        state = replace(state, held_since=None)
    change = _confirmed(state, observation, rules)
    if change is not None:
        state = _turned(state, change, observation, rules.flapping)
    elif state.held_since is not None and observation.at - state.held_since >= rules.flapping.hold:
        change = _change(state, ComponentStatus.OPERATIONAL, state.held_since, observation)
        state = replace(state, held_since=None)
    if change is not None and state.held_since is not None:
        change = replace(change, status=ComponentStatus.DEGRADED_PERFORMANCE, reason=UNSTEADY)
    if change is None or change.status is state.status:
        return state, None
    return replace(state, status=change.status), change


def _turned(state: SeriesState, change: StateChange, newest: Observation, flapping: Flapping) -> SeriesState:
    """Take a confirmed change into what is remembered of a series, and hold it back where it flaps."""
    lately = [moment for moment in state.changed if newest.at - moment <= flapping.within]
    is_held = (
        change.status is ComponentStatus.OPERATIONAL
        and len(lately) >= flapping.changes
        and newest.at - change.at < flapping.hold
    )
    # The first state ever is news, but no change that could make a series flap.
    changed = state.changed if state.status is None else (*state.changed, change.confirmed_at)[-REMEMBERED:]
    # What the new state began with was judged already, and no two changes may begin at one moment.
    failures = tuple(failure for failure in state.failures if failure.at > change.at)
    return replace(state, changed=changed, failures=failures, held_since=change.at if is_held else None)


def _grown(state: SeriesState, observation: Observation) -> SeriesState:
    """Add an answer to all that is remembered of a series."""
    severity = observation.status.severity
    answered = state.answered + 1
    failures = tuple(failure for failure in state.failures if failure.number > answered - COUNTED_ANSWERS)
    if severity:
        failures = (*failures, FailedAnswer(answered, observation.at, observation.status))
    return replace(
        state,
        at_least={
            level: _streak(state.at_least.get(level), observation, severity >= level.severity)
            for level in MEASURED[1:]
        },
        at_most={
            level: _streak(state.at_most.get(level), observation, severity <= level.severity)
            for level in MEASURED[:-1]
        },
        recent=(*state.recent, observation)[-RECENT:],
        answered=answered,
        failures=failures,
    )


def _streak(streak: Streak | None, observation: Observation, belongs: bool) -> Streak:
    if not belongs:
        return Streak()
    return Streak(streak.count + 1, streak.first) if streak and streak.count else Streak(1, observation)


def _confirmed(state: SeriesState, newest: Observation, rules: Rules) -> StateChange | None:
    if state.status is None and newest.status is ComponentStatus.OPERATIONAL:
        # Nothing is known yet: the first good answer is believed, a bad one needs its confirmation.
        return _change(state, newest.status, newest.at, newest)
    current = state.judged or ComponentStatus.OPERATIONAL
    for level in reversed(MEASURED[1:]):
        if level.severity > current.severity:
            streak = state.at_least[level]
            is_certain = streak.count >= rules.down_after
            at = _begun(streak, newest) if is_certain else _come_and_gone(state, level, rules.down_after)
            if at is not None:
                return _change(state, level, at, newest)
    for level in MEASURED[:-1]:
        streak = state.at_most[level]
        if level.severity < current.severity and streak.count >= rules.up_after:
            return _change(state, level, _begun(streak, newest), newest)
    return None


def _begun(streak: Streak, newest: Observation) -> datetime:
    return streak.first.at if streak.first else newest.at


def _come_and_gone(state: SeriesState, level: ComponentStatus, down_after: int) -> datetime | None:
    """Return when failures began that come and go, but make up half of the latest answers, or None.

    Four times `down_after` answers count, at most `COUNTED_ANSWERS`, and none from before the present
    state. At least `down_after` of them must fail, so that this never is hastier than a row.
    """
    width = min(4 * down_after, COUNTED_ANSWERS)
    failed = [
        failure.at
        for failure in state.failures
        if failure.number > state.answered - width and failure.status.severity >= level.severity
    ]
    return failed[0] if len(failed) >= max(width // 2, down_after) else None


def _change(state: SeriesState, status: ComponentStatus, at: datetime, newest: Observation) -> StateChange:
    reasons = [item.reason for item in state.recent if item.status is status] or [newest.reason]
    return StateChange(
        newest.component,
        newest.check,
        at,
        status,
        newest.at + newest.latency,
        reasons[-1],
        newest.region,
    )
