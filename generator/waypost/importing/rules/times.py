"""Times as people and other programs write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_TIME = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[Tt ]\s*(?P<time>0?\d{1,2}:\d{1,2}(?::\d{1,2})?)(?:[.,](?P<part>\d{1,9}))?"
    r"\s*(?:(?P<utc>[Zz]|UTC|GMT)|(?P<hours>[+-]\d{1,2}):?(?P<minutes>\d{2})?(?: [A-Z]{3,5})?)?)?"
)


def moment_of(written: str, zone: ZoneInfo) -> datetime | None:
    """Read a time; one without an offset is that of the zone.

    None for what is no time, and for years that cannot be meant.
    """
    match = _TIME.fullmatch(written.strip())
    if match is None:
        return None
    numbers = [int(number) for number in re.split("[-:]", f"{match['date']}-{match['time'] or 0}")]
    plain = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*numbers, *[0] * (6 - len(numbers)))
    part = (match["part"] or "0").ljust(6, "0")[:6]
    offset = "+00:00" if match["utc"] else ""
    if match["hours"]:
        offset = f"{match['hours'][0]}{match['hours'][1:].zfill(2)}:{match['minutes'] or '00'}"
    try:
        moment = datetime.fromisoformat(f"{plain}.{part}{offset}")
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(moment.replace(tzinfo=zone).isoformat())
    except ValueError:
        return None
    return whole_milliseconds(moment) if 1970 < moment.year < 3000 else None


UTC = ZoneInfo("UTC")


def whole_milliseconds(moment: datetime) -> datetime:
    """Return a moment as files write it."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)
