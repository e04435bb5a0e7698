"""What an incident did to each of its components, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.intervals import micros, moment_of
from waypost.formats.status import ComponentStatus, Incident
from waypost.status.rules.timeline import ComponentTimeline


@dataclass(frozen=True)
class AffectedSpan:
    """A stretch of time in which a component was in one state."""

    component: str
    status: ComponentStatus
    start: datetime
    end: datetime | None
    """None while it lasts."""

    @property
    def lasted(self) -> timedelta | None:
        """How long it was; None while it lasts."""
        return None if self.end is None else self.end - self.start


def affected_spans(
    incident: Incident, timelines: Mapping[str, ComponentTimeline], now: datetime
) -> tuple[AffectedSpan, ...]:
    """Return the states in which an incident's components were in trouble, by component and then by time.

    They are read off the same line as the bars and the uptime, from the start of the incident to its end.
    """
    end = min(incident.resolved_at or now, now)
    spans: list[AffectedSpan] = []
    for name in incident.components:
        if name not in timelines or end <= incident.started:
            continue
        pieces = timelines[name].pieces(micros(incident.started), micros(end))
        for start, finish, status in pieces:
            if status.is_trouble:
                lasts = finish == micros(now) and incident.resolved_at is None
                spans.append(
                    AffectedSpan(name, status, moment_of(start), None if lasts else moment_of(finish))
                )
    return tuple(spans)
