"""From observations to confirmed states: one bad answer is not an outage, one good answer no recovery.

The rules work on streaks that grow with each answer, so that judging the next one needs no look at
older rows, and takes the same time after a year.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from waypost.model.checks import Flapping, Rules
from waypost.model.polling import LineState, Run
from waypost.model.status import MEASURED, ComponentStatus, Observation, StateChange
from waypost.model.status_config import Policy

EVIDENCE = 5
"""How many answers a change gives as its evidence."""

REMEMBERED = 20
"""How many changes are remembered: the most that flapping may be set to."""


def advance(state: LineState, observation: Observation, rules: Rules) -> tuple[LineState, StateChange | None]:
    """Judge a line's next answer; return what is now known of it, and the change that it confirms, if any.

    A worse state is believed after `rules.down_after` answers in a row at least as bad; a better one after
    `rules.up_after` in a row at least as good. The change starts at the first answer of that run, not
    at its confirmation. While a line flaps, the good answers must last for `rules.flapping.hold` too.
    """
    severity = observation.status.severity
    state = LineState(
        state.status,
        {
            level: _grown(state.at_least.get(level), observation, severity >= level.severity)
            for level in MEASURED[1:]
        },
        {
            level: _grown(state.at_most.get(level), observation, severity <= level.severity)
            for level in MEASURED[:-1]
        },
        (*state.recent, observation)[-EVIDENCE:],
        state.changed,
    )
    change = _confirmed(state, observation, rules)
    if change is None:
        return state, None
    # The first state ever is news, but no change that could make a line look unsteady.
    changed = state.changed if state.status is None else (*state.changed, change.confirmed_at)[-REMEMBERED:]
    return replace(state, status=change.status, changed=changed), change


def _grown(run: Run | None, observation: Observation, belongs: bool) -> Run:
    if not belongs:
        return Run()
    return Run(run.count + 1, run.first) if run and run.count else Run(1, observation)


def _confirmed(state: LineState, newest: Observation, rules: Rules) -> StateChange | None:
    if state.status is None and newest.status is ComponentStatus.OPERATIONAL:
        # Nothing is known yet: the first good answer is believed, a bad one needs its confirmation.
        return _change(state, newest.status, Run(1, newest), newest)
    current = state.status or ComponentStatus.OPERATIONAL
    for level in reversed(MEASURED[1:]):
        if level.severity > current.severity and state.at_least[level].count >= rules.down_after:
            return _change(state, level, state.at_least[level], newest)
    for level in MEASURED[:-1]:
        run = state.at_most[level]
        is_better = level.severity < current.severity and run.count >= rules.up_after
        if is_better and not _is_held(run, newest, state.changed, rules.flapping):
            return _change(state, level, run, newest)
    return None


def _is_held(run: Run, newest: Observation, changed: tuple[datetime, ...], flapping: Flapping) -> bool:
    """Tell whether a line changed so often lately that good answers must first last for a while."""
    lately = [moment for moment in changed if newest.at - moment <= flapping.within]
    begun = run.first.at if run.first else newest.at
    return len(lately) >= flapping.changes and newest.at - begun < flapping.hold


def _change(state: LineState, status: ComponentStatus, run: Run, newest: Observation) -> StateChange:
    said = [item for item in state.recent if item.status is status] or [newest]
    return StateChange(
        newest.component,
        newest.check,
        run.first.at if run.first else newest.at,
        status,
        newest.at + newest.latency,
        said[-1].reason,
        newest.region,
        state.recent,
    )


def confirm(
    current: ComponentStatus | None, recent: Sequence[Observation], policy: Policy
) -> StateChange | None:
    """Decide whether a check's state has changed.

    `current` is the last confirmed state, or None where there is none yet; `recent` are the check's
    observations, oldest first, the last one being the newest. A worse state is believed after
    `policy.down_after` answers in a row at least as bad; a better one after `policy.up_after` in a
    row at least as good. The change starts at the first answer of that run, not at its confirmation.
    """
    if not recent:
        return None
    if current is None:
        # Nothing is known yet: the first good answer is believed, a bad one needs its confirmation.
        current = ComponentStatus.OPERATIONAL
        if recent[-1].status is ComponentStatus.OPERATIONAL:
            return _change_of(recent[-1], recent[-1])
    worse = _settled(current, recent, policy.down_after, worse=True)
    if worse is not None:
        return _change_of(worse, recent[-1])
    better = _settled(current, recent, policy.up_after, worse=False)
    return _change_of(better, recent[-1]) if better is not None else None


def _settled(
    current: ComponentStatus, recent: Sequence[Observation], needed: int, *, worse: bool
) -> Observation | None:
    """Find the observation that began the run which confirms a worse (or better) state, or None."""
    tail = recent[-needed:]
    if len(tail) < needed:
        return None
    severities = [observation.status.severity for observation in tail]
    # The mildest of a run of bad answers, or the worst of a run of good ones, is what is certain.
    level = min(severities) if worse else max(severities)
    if (level <= current.severity) if worse else (level >= current.severity):
        return None
    run = itertools.takewhile(
        lambda observation: (
            observation.status.severity >= level if worse else observation.status.severity <= level
        ),
        reversed(recent),
    )
    first = list(run)[-1]
    certain = next(observation for observation in tail if observation.status.severity == level)
    return Observation(first.component, first.check, first.at, certain.status, first.latency, certain.reason)


def _change_of(begin: Observation, newest: Observation) -> StateChange:
    return StateChange(
        begin.component, begin.check, begin.at, begin.status, newest.at + newest.latency, begin.reason
    )
