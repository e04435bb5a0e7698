"""Work that repeats: one file becomes one maintenance a window, each with the updates that are about it.

The time of day is that of the zone of the page, so a window at 02:00 stays at 02:00 when clocks change.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from waypost.formats.status import CLOSED, ENDED, MAX_WINDOWS, Maintenance, Repetition, Update, UpdateStatus

_DAYS = {"day": 1, "week": 7, "2 weeks": 14, "4 weeks": 28}
_LAST_DAY_OF_ALL_MONTHS = 28


@dataclass(frozen=True)
class Conflict:
    """What is wrong with work that repeats."""

    message: str
    key: tuple[str, ...] = ()
    """Where in the front matter, or empty where it is an update."""
    update: int = -1
    """The index of the update, or -1."""


@dataclass
class _Window:
    day: date
    start: datetime
    end: datetime
    updates: list[tuple[int, Update]] = field(default_factory=list)
    """The updates about it, each with its place in the file."""

    @property
    def is_closed(self) -> bool:
        return bool(self.updates) and self.updates[-1][1].status in ENDED

    def distance(self, moment: datetime) -> timedelta:
        """Return how far a moment is from it, nothing while it runs."""
        return max(self.start - moment, moment - self.end, timedelta(0))


def expand(work: Maintenance, zone: ZoneInfo) -> tuple[tuple[Maintenance, ...], list[Conflict]]:
    """Return each window of a maintenance as one of its own, named `ID-2026-11-29` after the day it begins.

    Work that does not repeat is returned as it is. Of work that cannot be meant only faults are returned.
    """
    if work.repeats is None:
        return (work,), []
    windows, faults = _windows(work, work.repeats, zone)
    faults = faults or [*_deal(work.updates, windows), *_wrong_windows(windows)]
    if faults:
        return (), faults
    made = [
        replace(
            work,
            id=f"{work.id}-{window.day.isoformat()}",
            scheduled_for=window.start,
            scheduled_until=window.end,
            updates=tuple(update for _, update in window.updates),
            repeats=None,
            series=work.id,
        )
        for window in windows
    ]
    return tuple(made), []


def wrong_steps(updates: Sequence[Update]) -> Iterator[tuple[int, str]]:
    """Give the steps of a timeline that cannot follow each other, by their index, with the reason."""
    after = UpdateStatus.POSTMORTEM
    if updates and updates[0].status in (*CLOSED, *ENDED, after):
        yield 0, f"The timeline starts with '{updates[0].status}'. Say first what happened."
    for index, (earlier, later) in enumerate(itertools.pairwise(updates), start=1):
        if earlier.status in (UpdateStatus.WITHDRAWN, *ENDED):
            yield index, f"Nothing follows '{earlier.status}'. Open a new file instead."
        elif later.status is UpdateStatus.RESOLVED and earlier.status in (UpdateStatus.RESOLVED, after):
            yield (
                index,
                "The incident is resolved already. Say first that it goes on, such as `investigating`.",
            )
        elif later.status is after and earlier.status not in (UpdateStatus.RESOLVED, after):
            yield index, "A postmortem is written after the incident is resolved."


def _windows(
    work: Maintenance, repetition: Repetition, zone: ZoneInfo
) -> tuple[list[_Window], list[Conflict]]:
    first = work.scheduled_for.astimezone(zone)
    if repetition.every == "month" and first.day > _LAST_DAY_OF_ALL_MONTHS:
        message = f"Not every month has a day {first.day}. Begin on one from 1 to {_LAST_DAY_OF_ALL_MONTHS}."
        return [], [Conflict(message, ("scheduled_for",))]
    days = list(itertools.islice(_days(first.date(), repetition), MAX_WINDOWS + 1))
    if len(days) > MAX_WINDOWS:
        message = (
            f"These are more than {MAX_WINDOWS} windows. Choose an earlier day, and go on in a new file."
        )
        return [], [Conflict(message, ("repeats", "until"))]
    if len(days) < 2:
        message = "No second window begins by then. Choose a later day, or leave `repeats` out."
        return [], [Conflict(message, ("repeats", "until"))]
    windows = [_window(work, day, zone) for day in days]
    if any(later.start < earlier.end for earlier, later in itertools.pairwise(windows)):
        message = "A window is still open when the next one begins. End it sooner, or repeat it less often."
        return [], [Conflict(message, ("scheduled_until",))]
    return windows, []


def _days(first: date, repetition: Repetition) -> Iterator[date]:
    for number in range(repetition.count or MAX_WINDOWS + 1):
        if repetition.every == "month":
            years, month = divmod(first.month - 1 + number, 12)
            day = first.replace(year=first.year + years, month=month + 1)
        else:
            day = first + timedelta(days=_DAYS[repetition.every] * number)
        if repetition.until and day > repetition.until:
            return
        yield day


def _window(work: Maintenance, day: date, zone: ZoneInfo) -> _Window:
    begin, end = (moment.astimezone(zone) for moment in (work.scheduled_for, work.scheduled_until))
    if day == begin.date():
        # As it is written: the offset says which hour is meant on a day when clocks change.
        return _Window(day, work.scheduled_for, work.scheduled_until)
    start = _at(day, begin.time(), zone)
    until = _at(day + (end.date() - begin.date()), end.time(), zone)
    if until <= start:
        # The hour in which it would end is the one that the clocks leave out.
        until = start + (work.scheduled_until - work.scheduled_for)
    return _Window(day, start, until)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return a time of day with a plain offset: times of one zone are compared by their clocks alone."""
    local = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC).astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)), fold=0)


def _deal(updates: Sequence[Update], windows: Sequence[_Window]) -> Iterator[Conflict]:
    """Give each window the updates that are about it, and name those that are about none."""
    for index, update in enumerate(updates):
        if index == 0 and update.window:
            yield Conflict("The first update is about all windows. Leave the day out.", update=0)
        about = list(windows) if index == 0 else _about(update, windows)
        for window in about:
            window.updates.append((index, update))
        if not about and update.window:
            known = ", ".join(f"{window.day}" for window in windows[:3])
            yield Conflict(
                f"No window begins on {update.window}. They begin on {known} and so on.", update=index
            )
        elif not about:
            yield Conflict("All windows are over or cancelled, so this update is about none.", update=index)


def _about(update: Update, windows: Sequence[_Window]) -> list[_Window]:
    if update.window:
        return [window for window in windows if window.day == update.window]
    if update.status in (UpdateStatus.SCHEDULED, UpdateStatus.CANCELLED):
        return [window for window in windows if window.end > update.at and not window.is_closed]
    return [min(windows, key=lambda window: window.distance(update.at))]


def _wrong_windows(windows: Sequence[_Window]) -> Iterator[Conflict]:
    wrong = {
        (window.updates[index][0], message)
        for window in windows
        for index, message in wrong_steps([update for _, update in window.updates])
    }
    for index, message in sorted(wrong):
        yield Conflict(message, update=index)
