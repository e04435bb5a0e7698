"""What is known of a site at a moment: what people wrote by then, and the timelines of its components."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from waypost.base.i18n import Words
from waypost.formats.status import StateChange
from waypost.formats.status_config import PageConfig
from waypost.formats.status_site import AnnouncedWindow, History, StatusSite
from waypost.status.rules.maintenance import MaintenanceSnapshot, UnwrittenEntries, maintenance_at
from waypost.status.rules.timeline import ComponentTimeline, TimelineCache, component_timelines


@dataclass(frozen=True)
class Observed:
    """What is known of a site at a moment."""

    site: StatusSite
    """Without what nobody has written yet."""
    history: History
    """The rows of the text and of the database together, without those of later."""
    timelines: Mapping[str, ComponentTimeline]
    """By the id of the component."""
    now: datetime
    words: Words

    @property
    def page(self) -> PageConfig:
        """The settings of the page."""
        return self.site.config.page

    @cached_property
    def maintenances(self) -> tuple[MaintenanceSnapshot, ...]:
        """Every maintenance as it stands, in the order of the files."""
        entries = UnwrittenEntries(self.words, self.page.time_zone)
        by_work: dict[str, list[AnnouncedWindow]] = {}
        for window in self.history.windows:
            by_work.setdefault(window.work, []).append(window)
        return tuple(
            maintenance_at(work, self.now, tuple(entries.of(work, by_work.get(work.id, ()), self.now)))
            for work in self.site.maintenances
        )

    @cached_property
    def changes(self) -> Mapping[str, Sequence[StateChange]]:
        """The changes of each component, by its id, with what people wrote where nothing was measured."""
        return {name: timeline.believed_changes for name, timeline in self.timelines.items()}

    @cached_property
    def _spans(self) -> tuple[list[datetime], list[datetime]]:
        """When each change was confirmed, in order, and the earliest true start of it and of all later ones."""
        rows = [*self.history.changes, *(row for found in self.changes.values() for row in found)]
        rows.sort(key=lambda row: row.confirmed_at)
        earliest: list[datetime] = []
        for row in reversed(rows):
            earliest.append(min(row.at, earliest[-1]) if earliest else row.at)
        return [row.confirmed_at for row in rows], earliest[::-1]

    @property
    def first_change(self) -> datetime | None:
        """The earliest true start of any change; None where there is none."""
        return self._spans[1][0] if self._spans[1] else None

    def nothing_spans(self, moment: datetime) -> datetime:
        """Return a moment, or an earlier one where a change truly began before it and was confirmed at it or later."""
        confirmed, earliest = self._spans
        place = bisect.bisect_left(confirmed, moment)
        return min(moment, earliest[place].astimezone(UTC)) if place < len(earliest) else moment


class ObservedCache:
    """What was known the last time, so that only what is new is gone through; the same is found as without."""

    def __init__(self) -> None:
        self.timelines = TimelineCache()
        self._changes: tuple[Sequence[StateChange], Sequence[StateChange], tuple[StateChange, ...]] = (
            (),
            (),
            (),
        )
        self._latest: datetime | None = None

    def changes(
        self, kept: tuple[StateChange, ...], rows: tuple[StateChange, ...], now: datetime
    ) -> tuple[StateChange, ...]:
        """Return the changes of the text and of the database that were confirmed by now."""
        if (kept, rows) != self._changes[:2]:
            whole = (*kept, *rows)
            self._changes = kept, rows, whole
            self._latest = max((change.confirmed_at for change in whole), default=None)
        whole = self._changes[2]
        if self._latest is None or self._latest <= now:
            return whole
        return tuple(change for change in whole if change.confirmed_at <= now)


def observe(
    site: StatusSite, rows: History, now: datetime, words: Words, cache: ObservedCache | None = None
) -> Observed:
    """Return what is known at a moment from written files and observations.

    `rows` are those of the database; history kept as text in the site is added to them. What is later than `now`
    has not happened yet, or was written by a clock that was wrong, and is left out. A process that stays hands in
    the `cache` of last time again.
    """
    site, cache = site.as_of(now), cache or ObservedCache()
    kept, rows = site.history, rows.renamed(site.config.present_ids)
    history = History(
        cache.changes(kept.changes, rows.changes, now),
        tuple(
            watched if watched.end <= now else replace(watched, end=now)
            for watched in (*kept.coverage, *rows.coverage)
            if watched.start <= now
        ),
        tuple(gap for gap in (*kept.uplink, *rows.uplink) if gap.start <= now),
        (*kept.certificates, *rows.certificates),
        rows.windows,
    )
    timelines = component_timelines(site, history, now, cache.timelines)
    return Observed(site, history, timelines, now, words)
