"""The words that other status pages have for what ours says: one table for the states, one for the components."""

from __future__ import annotations

import re
from collections.abc import Mapping

from waypost.formats.status import CLOSED, ENDED, MEASURED, ComponentStatus, Impact, UpdateStatus

_STATUSES: Mapping[str, UpdateStatus] = {
    **{status.replace("_", ""): status for status in UpdateStatus},
    **dict.fromkeys(("watching", "observing", "recovering"), UpdateStatus.MONITORING),
    **dict.fromkeys(("fixed", "solved", "closed"), UpdateStatus.RESOLVED),
    **dict.fromkeys(("planned", "notstartedyet"), UpdateStatus.SCHEDULED),
    "canceled": UpdateStatus.CANCELLED,
}
_STATES: Mapping[str, ComponentStatus] = {
    **{status.replace("_", ""): status for status in (*MEASURED, ComponentStatus.UNDER_MAINTENANCE)},
    "minoroutage": ComponentStatus.PARTIAL_OUTAGE,
    "up": ComponentStatus.OPERATIONAL,
    "degraded": ComponentStatus.DEGRADED_PERFORMANCE,
    "down": ComponentStatus.MAJOR_OUTAGE,
}
_IMPACTS: Mapping[str, Impact] = {
    **{impact.value: impact for impact in Impact},
    # cState
    "down": Impact.CRITICAL,
    "disrupted": Impact.MAJOR,
    "notice": Impact.MINOR,
    # Uptime Kuma
    "danger": Impact.MAJOR,
    "warning": Impact.MINOR,
    **dict.fromkeys(("info", "primary", "light", "dark"), Impact.NONE),
}
_NO = frozenset({"", "0", "false", "n", "no", "none", "null", "off", "~"})
_ENDINGS = (*CLOSED, *ENDED, UpdateStatus.POSTMORTEM)


def known_status(word: str) -> UpdateStatus | None:
    """Return the state that a word of another page means; None for a word that names no state, such as Update."""
    return _STATUSES.get(_letters(word))


def is_ending(word: str) -> bool:
    """Tell whether nothing is wrong any more after an update with this word."""
    return known_status(word) in _ENDINGS


def known_state(word: str) -> ComponentStatus | None:
    """Return the state of a component that a word of another page means; None for one that is not known."""
    return _STATES.get(_letters(word))


def known_impact(word: str) -> Impact | None:
    """Return the impact that a word of another page means; None for one that is not known."""
    return _IMPACTS.get(word.strip().lower())


def is_true(value: object) -> bool:
    """Tell whether a value means yes, in any of the ways in which people write it."""
    return str(value).strip().lower() not in _NO


def _letters(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.lower())
