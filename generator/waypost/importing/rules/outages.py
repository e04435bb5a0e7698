"""Outages that another program measured, told as incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from waypost.formats.status import ComponentStatus
from waypost.importing.rules.histories import Notes, SourceEntry, SourceUpdate


def outage(component: str, start: datetime, end: datetime | None, origin: str, notes: Notes) -> SourceEntry:
    """Return the incident of a component that did not answer; without an end it goes on.

    What the program wrote about the cause is left out: it may name hosts of the inside.
    """
    updates: Sequence[SourceUpdate] = [SourceUpdate("investigating", start, f"{component} does not answer.")]
    if end:
        updates = [*updates, SourceUpdate("resolved", end, f"{component} answers again.")]
    else:
        notes.add(
            origin,
            "It was down when this was saved, so it is open. Close it if it is over: {names}.",
            component,
        )
    state = ComponentStatus.MAJOR_OUTAGE
    return SourceEntry(origin, f"{component} was down", state.impact, {component: state}, updates, start, end)
