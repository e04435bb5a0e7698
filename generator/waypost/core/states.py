"""From observations to confirmed states: one bad answer is not an outage, one good answer no recovery."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from waypost.model.status import ComponentStatus, Observation, Policy, StateChange


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
            return _change(recent[-1], recent[-1])
    worse = _settled(current, recent, policy.down_after, worse=True)
    if worse is not None:
        return _change(worse, recent[-1])
    better = _settled(current, recent, policy.up_after, worse=False)
    return _change(better, recent[-1]) if better is not None else None


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


def _change(begin: Observation, newest: Observation) -> StateChange:
    return StateChange(
        begin.component, begin.check, begin.at, begin.status, newest.at + newest.latency, begin.reason
    )
