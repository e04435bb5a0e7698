"""What the store sums up: roll-ups of observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waypost.formats.observations import Line
from waypost.formats.status import ComponentStatus


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
