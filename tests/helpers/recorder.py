"""What a store does with answers, in memory: it judges them, and keeps changes and coverage."""

from __future__ import annotations

from datetime import timedelta

from waypost.formats.checks import Rules
from waypost.formats.observations import Series, SeriesState
from waypost.formats.status import Coverage, Observation, StateChange
from waypost.formats.status_site import History
from waypost.monitor.rules.states import advance
from waypost.status.rules.check_series import SILENCE

GRAIN = timedelta(milliseconds=1)


class Recorder:
    """Keeps the rows of any number of lines."""

    def __init__(self) -> None:
        self.states: dict[Series, SeriesState] = {}
        self.changes: list[StateChange] = []
        self._coverage: dict[Series, list[Coverage]] = {}

    def record(self, observation: Observation, every: timedelta, rules: Rules) -> SeriesState:
        """Judge an answer and keep what it tells."""
        series = Series(observation.component, observation.check, observation.region)
        end = observation.at + observation.latency + GRAIN
        stretches = self._coverage.setdefault(series, [])
        if stretches and observation.at - stretches[-1].end <= every * SILENCE:
            stretches[-1] = Coverage(*series[:2], stretches[-1].start, end, series.region)
        else:
            stretches.append(Coverage(*series[:2], observation.at, end, series.region))
        state, change = advance(self.states.get(series, SeriesState()), observation, rules)
        self.states[series] = state
        if change is not None:
            self.changes.append(change)
        return state

    def history(self) -> History:
        """Return all rows."""
        coverage = (stretch for stretches in self._coverage.values() for stretch in stretches)
        return History(tuple(self.changes), tuple(coverage))
