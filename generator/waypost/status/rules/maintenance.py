"""Maintenance by itself: its window, the states that it brings, and what happens to it when nobody writes a word."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words
from waypost.base.intervals import micros
from waypost.formats.status import (
    ENDED,
    ComponentStatus,
    EventSource,
    Maintenance,
    Update,
    UpdateStatus,
    update_id,
)
from waypost.formats.status_site import AnnouncedWindow
from waypost.status.rules.incidents import WELL, Changes
from waypost.status.rules.state_steps import NO_DATA, Steps


def maintenance_window(work: Maintenance) -> tuple[datetime, datetime]:
    """Return when the work really ran: it follows the clock unless an update moved it.

    Work that was called off before it began ran at no time.
    """
    begun = (update.at for update in work.updates if update.status is UpdateStatus.IN_PROGRESS)
    start = min(next(begun, work.scheduled_for), work.scheduled_until)
    end = work.ended_at or work.scheduled_until
    if work.is_cancelled:
        end = min(end, work.scheduled_until)
    return start, max(start, end)


def maintenance_steps(work: Maintenance) -> Steps:
    """Return the states that a maintenance puts its components in, over time."""
    start, end = maintenance_window(work)
    if start >= end:
        return []
    return [(micros(start), ComponentStatus.UNDER_MAINTENANCE), (micros(end), NO_DATA)]


@dataclass(frozen=True)
class MaintenanceSnapshot:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus
    start: datetime
    end: datetime
    """When it ended or will; work that was called off before it began keeps the announced window."""
    updates: tuple[Update, ...]
    """What people wrote, with what the clock did and what moved without a word, oldest first."""

    @property
    def updated_at(self) -> datetime:
        """When something last happened to it."""
        return self.updates[-1].at

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is to come: it is completed or cancelled."""
        return self.status in ENDED

    @property
    def history_at(self) -> datetime:
        """Where it stands in history: when it began, or was called off before that."""
        return min(self.start, self.work.updated_at) if self.work.is_cancelled else self.start


def maintenance_at(work: Maintenance, now: datetime, entries: Sequence[Update] = ()) -> MaintenanceSnapshot:
    """Return a maintenance at a moment: as people wrote it, moved on by the clock; `entries` nobody wrote."""
    start, end = maintenance_window(work)
    updates = tuple(sorted((*work.updates, *entries), key=lambda update: update.at))
    status = next(update.status for update in reversed(work.updates) if update.at <= now)
    if status is UpdateStatus.CANCELLED:
        end = end if start < end else work.scheduled_until
        return MaintenanceSnapshot(work, status, start, end, updates)
    if now >= end:
        status = UpdateStatus.COMPLETED
    elif now >= start and status is UpdateStatus.SCHEDULED:
        status = UpdateStatus.IN_PROGRESS
    return MaintenanceSnapshot(work, status, start, end, updates)


def maintenance_changes(item: MaintenanceSnapshot) -> tuple[Changes, ...]:
    """Return the changes of each update of a maintenance: where it really begins, and where it ends."""
    start, end = maintenance_window(item.work)
    busy = ComponentStatus.UNDER_MAINTENANCE
    found: list[Changes] = []
    for update in item.updates:
        begins = update.status is UpdateStatus.IN_PROGRESS and update.at == start
        ends = update.status in ENDED and start < update.at == end
        change = (WELL, busy) if begins else (busy, WELL)
        found.append(dict.fromkeys(item.work.components, change) if begins or ends else {})
    return tuple(found)


def zoned_time(words: Words, zone: str, moment: datetime) -> str:
    """Write a moment in a zone, with the name of the zone."""
    return f"{words.date('status.date.day_time_year', moment.astimezone(ZoneInfo(zone)))} ({zone})"


class UnwrittenEntries:
    """Writes the entries of timelines that no person wrote, in the language and the zone of the page."""

    def __init__(self, words: Words, zone: str) -> None:
        self._words = words
        self._zone = zone

    def of(self, work: Maintenance, windows: Sequence[AnnouncedWindow], now: datetime) -> Iterator[Update]:
        """Give what the clock and a silent change of the window did until `now`.

        Each follows from what was known at its own moment, so that it stays when people write more later.
        """
        if work.redirect_from and work.ended_at:
            # Another page carried it to its end, and wrote down what happened.
            return
        for start, end, replaced_at in _windows(work, windows):
            for status, at, earlier in (
                (UpdateStatus.IN_PROGRESS, start, _BEGUN),
                (UpdateStatus.COMPLETED, end, ENDED),
            ):
                written = [update.status for update in work.updates if update.at <= at]
                is_due = at <= now and (replaced_at is None or at < replaced_at)
                if is_due and written and not any(state in earlier for state in written):
                    body = self._words.say(
                        f"status.clock.{status}", end=zoned_time(self._words, self._zone, end)
                    )
                    yield Update(update_id(at, status), status, at, body, source=EventSource.CLOCK)
        for window in windows[1:]:
            if window.seen_at <= now and not window.has_update:
                begin, end = window.start, window.end
                body = self._words.say(
                    "status.moved",
                    begin=zoned_time(self._words, self._zone, begin),
                    end=zoned_time(self._words, self._zone, end),
                )
                identity = update_id(window.seen_at, "moved")
                yield Update(*(identity, UpdateStatus.SCHEDULED, window.seen_at, body), moved_to=(begin, end))


def _windows(
    work: Maintenance, windows: Sequence[AnnouncedWindow]
) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """Give each window of a maintenance, and when another one was seen in its place."""
    for window, later in itertools.pairwise(windows):
        yield window.start, window.end, later.seen_at
    yield work.scheduled_for, work.scheduled_until, None


def changed_windows(
    known: Sequence[AnnouncedWindow], works: Iterable[Maintenance], now: datetime
) -> Iterator[AnnouncedWindow]:
    """Give what is to be kept of the windows of work that is not over: new ones, and those with more updates.

    A file has only its present window, so that nothing else could say later that it was moved. `known` are those
    kept until now, oldest first.
    """
    latest = {window.work: window for window in known}
    for work in works:
        updates = sum(update.at <= now for update in work.updates)
        if not updates or maintenance_at(work, now).is_over:
            continue
        before = latest.get(work.id)
        start, end = work.scheduled_for, work.scheduled_until
        if before is None or (micros(before.start), micros(before.end)) != (micros(start), micros(end)):
            has_update = before is not None and updates > before.updates
            yield AnnouncedWindow(work.id, start, end, now, updates, has_update)
        elif before.updates != updates:
            yield replace(before, updates=updates)


_BEGUN = (UpdateStatus.IN_PROGRESS, UpdateStatus.VERIFYING, *ENDED)
