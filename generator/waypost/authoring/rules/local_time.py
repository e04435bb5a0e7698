"""Read a time as people write it: with its offset, or as the clock of a zone shows it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.formats.field_types import read_moment

_LENGTH = re.compile(r"(?P<count>\d{1,4})(?P<unit>[smhd])(?: ago)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_local(text: str, zone: ZoneInfo) -> datetime:
    """Return a moment with its offset; raises ValueError, with a sentence, for a time that is none, or is two.

    In the night when clocks are set forward an hour does not exist; when they are set back, one comes twice.
    """
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Expected a time such as 2026-11-29T02:00 or 2026-11-29T02:00+01:00.") from None
    if written.tzinfo is None:
        first, second = (written.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != written:
                raise ValueError("Clocks are set forward then, so there is no such time. Choose another.")
            raise ValueError(
                f"Clocks are set back then, so the time comes twice. Write {first.isoformat()} or {second.isoformat()}."
            )
        # An offset, not a zone: what is written must be what was meant, also where a zone changes its rules.
        written = datetime.fromisoformat(first.isoformat())
    moment = read_moment(written.isoformat())
    if moment is None:
        raise ValueError("The year cannot be meant. Expected a time such as 2026-11-29T02:00.")
    return moment


def read_past(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return a moment that is over: a length of time before now, such as `20m` or `20m ago`, or a time as above.

    Raises ValueError, with a sentence, for anything else.
    """
    length = _LENGTH.fullmatch(text.strip())
    if length:
        back = timedelta(**{_UNITS[length["unit"]]: int(length["count"])})
        return (now - back).astimezone(zone).replace(microsecond=0)
    try:
        moment = read_local(text, zone)
    except ValueError as error:
        raise ValueError(f"{error} Or say how long ago, such as 20m.") from None
    if moment > now:
        raise ValueError("This is to come. Say when it began, such as 20m.")
    return moment


def later(moment: datetime, length: timedelta) -> datetime:
    """Return the moment when a length of time is over: real hours, also in the night when clocks change."""
    return datetime.fromtimestamp(moment.timestamp() + length.total_seconds(), moment.tzinfo)
