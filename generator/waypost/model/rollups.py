"""What the store sums up and tells: roll-ups of observations, and events for whoever delivers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from waypost.model.polling import Line
from waypost.model.status import ComponentStatus


class Resolution(StrEnum):
    """How long the time is that one roll-up sums up."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True)
class Rollup:
    """The answers of one line in an hour or a day (UTC), summed up."""

    line: Line
    at: datetime
    """When the hour or day begins."""
    counts: Mapping[ComponentStatus, int]
    """How many answers showed each state; states that none showed are left out."""
    sketch: bytes
    """The latencies of all answers in milliseconds: a `core.sketch.Sketch` as bytes."""


class EventKind(StrEnum):
    """What an event tells of."""

    STATE_CHANGE = "state_change"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    UPLINK_DOWN = "uplink_down"
    UPLINK_UP = "uplink_up"
    UPDATE_OVERDUE = "update_overdue"
    """The next update of an open incident did not come in time; `detail` names the `incident`, the update `after`
    which it was silent, its `impact`, and when the next one was `due`."""


@dataclass(frozen=True)
class Event:
    """Something that happened, stored together with the rows that it tells of; events come in their order."""

    id: int
    """Grows from event to event, with gaps."""
    at: datetime
    kind: EventKind
    component: str = ""
    """Empty where it is about no component."""
    check: str = ""
    region: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    """What belongs to its kind, such as the new `status` and its `reason`, or when a certificate `expires`."""
