"""What is known of a site at a moment: what people wrote by then, and the timelines of its components."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from waypost.base.i18n import Words
from waypost.formats.status import StateChange
from waypost.formats.status_config import PageConfig
from waypost.formats.status_site import AnnouncedWindow, History, StatusSite
from waypost.status.rules.maintenance import MaintenanceSnapshot, UnwrittenEntries, maintenance_at
from waypost.status.rules.timeline import ComponentTimeline, component_timelines


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


def observe(site: StatusSite, rows: History, now: datetime, words: Words) -> Observed:
    """Return what is known at a moment from written files and observations.

    `rows` are those of the database; history kept as text in the site is added to them. Everything after `now` has
    not happened yet and is left out.
    """
    site = site.as_of(now)
    history = _known(site.history, rows.renamed(site.config.present_ids), now)
    return Observed(site, history, component_timelines(site, history, now), now, words)


def _known(kept: History, observed: History, now: datetime) -> History:
    return History(
        tuple(change for change in (*kept.changes, *observed.changes) if change.confirmed_at <= now),
        tuple(watched for watched in (*kept.coverage, *observed.coverage) if watched.start <= now),
        (*kept.uplink, *observed.uplink),
        (*kept.certificates, *observed.certificates),
        observed.windows,
    )
