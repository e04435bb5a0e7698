"""Opening hours as points in time: is it open, when does it open, and when have so many open hours passed.

theme/support/hours.js holds the same rules for the browser; tests/cases/support/hours.yml holds both to them.

- Hours are those of the clock on the office's wall. A day's hours run from the first moment at which that clock
  shows the start to the last moment at which it shows the end. When clocks go back in between, the hour that
  comes twice is open twice.
- A time that the clock skips when clocks go forward is the moment of the jump. Hours that lie wholly in the gap
  are no hours.
- 24:00 is the midnight at which the next day begins, so that 24:00 and that day's 00:00 join without a gap.
- A holiday is closed from midnight to midnight by the office's calendar. What is open `always` knows no holidays.
- Open hours are counted as time that really passes, not as time on the clock. A deadline that falls on the
  closing time is that closing time, not the next opening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.formats.support import WEEKDAYS, ContactChannel, DayHours, Office, Tier

HORIZON = timedelta(days=60)
"""How far ahead opening hours are read: nothing later than that is promised."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Opening:
    """An interval in which the office is open; both ends in UTC, the end itself is closed."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class OpeningHours:
    """When somebody is there."""

    week: Mapping[str, DayHours]
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    always: bool = False

    def spans(self, day: date) -> tuple[Opening, ...]:
        """Return the opening hours of a calendar day of the zone, of which a clock change may leave nothing."""
        span = self.week.get(WEEKDAYS[day.weekday()])
        if span is None or day in self.holidays:
            return ()
        start = _moment(datetime.combine(day, span.start), self.zone, first=True)
        if span.end:
            end = _moment(datetime.combine(day, span.end), self.zone, first=False)
        else:
            end = _moment(datetime.combine(day + _DAY, time()), self.zone, first=True)
        return (Opening(start, end),) if start < end else ()

    def openings(self, now: datetime) -> Iterator[Opening]:
        """Yield the openings that end after a moment, hours that touch each other as one, up to the horizon."""
        today = now.astimezone(self.zone).date()
        pending: Opening | None = None
        for number in range(HORIZON.days + 1):
            for span in self.spans(today + number * _DAY):
                if pending and span.start <= pending.end:
                    pending = Opening(pending.start, max(pending.end, span.end))
                    continue
                if pending and pending.end > now:
                    yield pending
                pending = span
        if pending and pending.end > now:
            yield pending

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody is there."""
        return self.always or any(opening.start <= now for opening in self.openings(now))

    def next_opening(self, now: datetime) -> datetime | None:
        """Return from when on somebody is there: `now` itself while it is open, None for not within the horizon."""
        if self.always:
            return now
        first = next(self.openings(now), None)
        return max(first.start, now) if first else None

    def closes(self, now: datetime) -> datetime | None:
        """Return when it closes; None while it is closed, and where no end is within the horizon."""
        first = None if self.always else next(self.openings(now), None)
        if first is None or first.start > now or first.end - now > HORIZON:
            return None
        return first.end

    def add_hours(self, now: datetime, hours: float) -> datetime | None:
        """Return when so many open hours will have passed; None where the horizon comes first."""
        left = timedelta(hours=hours)
        if self.always:
            return now + left
        for opening in self.openings(now):
            start = max(opening.start, now)
            if opening.end - start >= left:
                return start + left
            left -= opening.end - start
        return None


def opening_hours_of(entry: ContactChannel | Tier | None, office: Office) -> OpeningHours:
    """Return the opening hours of a channel, of a tier, or of the office itself (None)."""
    return OpeningHours(
        week=(entry.hours if entry else None) or office.hours,
        zone=ZoneInfo(office.time_zone),
        holidays=frozenset(holiday.date for holiday in office.holidays),
        always=entry.always if entry else False,
    )


def _moment(wall: datetime, zone: ZoneInfo, *, first: bool) -> datetime:
    """Return the first or the last moment at which a clock shows a time; the jump if it skips that time."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:  # `late` comes after `early` only where the clock shows this time twice
        return early if first else late
    return _jump(late, early, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two, to the minute, at which the offset from UTC changes."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, (after - before) // _MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _MINUTE).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + high * _MINUTE
