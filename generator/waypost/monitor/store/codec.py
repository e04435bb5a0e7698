"""The forms of values in the database: times as milliseconds, states as numbers, the state of a series as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from waypost.base.database.values import LARGEST, clean_text, from_ms, optional_moment, span_ms, to_ms
from waypost.formats.observations import FailedAnswer, Series, SeriesState, Streak
from waypost.formats.status import ComponentStatus, Observation

STATUS_NUMBERS: Mapping[ComponentStatus, int] = {
    ComponentStatus.OPERATIONAL: 0,
    ComponentStatus.DEGRADED_PERFORMANCE: 1,
    ComponentStatus.PARTIAL_OUTAGE: 2,
    ComponentStatus.MAJOR_OUTAGE: 3,
    ComponentStatus.UNDER_MAINTENANCE: 4,
    ComponentStatus.NO_DATA: 5,
}
"""The numbers of states in the database; they never change."""

STATUSES = {number: status for status, number in STATUS_NUMBERS.items()}


def storable(answer: Observation, series: Series) -> Observation:
    """Return an observation as it will come back: whole milliseconds in UTC, and a reason that can be kept."""
    latency = min(max(span_ms(answer.latency), 0), LARGEST)
    status, reason = STATUS_NUMBERS[answer.status], clean_text(answer.reason)
    return unpack((to_ms(answer.at), latency, status, reason), series)


def pack(answer: Observation) -> list[Any]:
    """Return an observation as plain values for JSON; its series stands elsewhere."""
    return [to_ms(answer.at), span_ms(answer.latency), STATUS_NUMBERS[answer.status], answer.reason]


def unpack(values: Sequence[Any], series: Series) -> Observation:
    """Return the observation that `pack` made plain."""
    at, latency, status, reason = values
    return Observation(
        series.component,
        series.check,
        from_ms(at),
        STATUSES[status],
        timedelta(milliseconds=latency),
        reason,
        series.region,
    )


def dump_state(state: SeriesState) -> str:
    """Return the state of a series as JSON; an observation that it names several times is written once."""
    answers: dict[Observation, int] = {}

    def place(item: Observation | None) -> int | None:
        return None if item is None else answers.setdefault(item, len(answers))

    document: dict[str, Any] = {
        "status": None if state.status is None else STATUS_NUMBERS[state.status],
        "at_least": _dump_streaks(state.at_least, place),
        "at_most": _dump_streaks(state.at_most, place),
        "recent": [place(item) for item in state.recent],
        "changed": [to_ms(moment) for moment in state.changed],
        "answered": state.answered,
        "held_since": None if state.held_since is None else to_ms(state.held_since),
        "failures": [[f.number, to_ms(f.at), STATUS_NUMBERS[f.status]] for f in state.failures],
    }
    if state.has_later_rows:
        document["has_later_rows"] = True
    document["seen"] = [pack(item) for item in answers]
    return json.dumps(document, separators=(",", ":"))


def load_state(text: str, series: Series) -> SeriesState:
    """Return the state that `dump_state` wrote."""
    document = json.loads(text)
    answers = [unpack(values, series) for values in document["seen"]]
    # States that were kept before holds were part of them have no such entry.
    held_since = document.get("held_since")
    return SeriesState(
        status=None if document["status"] is None else STATUSES[document["status"]],
        held_since=optional_moment(held_since),
        at_least=_load_streaks(document["at_least"], answers),
        at_most=_load_streaks(document["at_most"], answers),
        recent=tuple(answers[place] for place in document["recent"]),
        changed=tuple(from_ms(moment) for moment in document["changed"]),
        answered=document["answered"],
        failures=tuple(
            FailedAnswer(number, from_ms(at), STATUSES[status]) for number, at, status in document["failures"]
        ),
        has_later_rows=document.get("has_later_rows", False),
    )


def _dump_streaks(
    streaks: Mapping[ComponentStatus, Streak], place: Callable[[Observation | None], int | None]
) -> dict[str, list[int | None]]:
    return {
        str(STATUS_NUMBERS[level]): [streak.count, place(streak.first)] for level, streak in streaks.items()
    }


def _load_streaks(
    streaks: Mapping[str, tuple[int, int | None]], answers: Sequence[Observation]
) -> dict[ComponentStatus, Streak]:
    return {
        STATUSES[int(level)]: Streak(count, None if place is None else answers[place])
        for level, (count, place) in streaks.items()
    }
