"""The archive: what is over is found in the rows once, summed up and kept, in memory and beside the database.

It is a function of what was known before its checkpoint: of the program, status.yml, the language, what people wrote of
that time, and the rows. A digest of all of these is its key; where any of them is another, it is made anew. What is
published is the same, byte for byte, as without it.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from waypost.base.files.digests import digest, program_digest
from waypost.base.intervals import micros
from waypost.formats.status import Incident, Maintenance
from waypost.publishing.io.archive_files import ArchiveFolder, ArchiveIndex, MonthIndex
from waypost.publishing.rules.feed_items import FeedRow, feed_rows, rows_to_keep
from waypost.status.rules.automatic import BEGINNING, Checkpoint
from waypost.status.rules.check_series import SILENCE
from waypost.status.rules.events import event_log
from waypost.status.rules.observed import Observed
from waypost.status.rules.past import Past, PastIncident, PastMonth, PastStep, past_steps
from waypost.status.rules.snapshot import Snapshot, snapshot_of
from waypost.status.rules.timeline import ComponentTimeline

DAY = timedelta(days=1)

_LOADED = 8
"""Months that stay loaded: those of the bars, and some more of what components show."""

_NEVER = ArchiveIndex("", BEGINNING.at, BEGINNING, {}, {}, ())


@dataclass(frozen=True)
class Archived:
    """A snapshot that has the past from an archive, and the rows of it that feeds show."""

    snapshot: Snapshot
    feed: tuple[FeedRow, ...]


class Archive:
    """What is over on one site, as it was summed up last; it grows once a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = ArchiveFolder(folder)
        self._index: ArchiveIndex | None = None
        self._digests = _Digests()
        self._month = lru_cache(_LOADED)(self._folder.read_month)
        self._past: tuple[ArchiveIndex, Past] = (_NEVER, Past())

    def snapshot(self, observed: Observed) -> Archived:
        """Return the snapshot of what is known; what is over is read where it was summed up, and summed up else.

        Raises ArchiveDamaged, as reading its incidents later may.
        """
        index = self._current(observed)
        return Archived(snapshot_of(observed, self._past_of(index)), index.feed)

    def forget(self) -> None:
        """Sum up everything again the next time: a part of it is gone."""
        self._index = _NEVER
        self._month.cache_clear()

    def _current(self, observed: Observed) -> ArchiveIndex:
        index = self._index or self._folder.read_index() or _NEVER
        limit = _limit(observed)
        if index.limit > limit or index.key != self._digests.key(observed, index.checkpoint.at):
            index = _NEVER
        if limit > index.limit:
            index = self._extended(index, observed, limit)
        self._index = index
        return index

    def _past_of(self, index: ArchiveIndex) -> Past:
        if self._past[0] is not index:
            months = {
                name: PastMonth(
                    month.entries, month.digest, month.end, partial(self._month, name, month.digest)
                )
                for name, month in index.months.items()
            }
            self._past = index, Past(index.checkpoint, months, index.alike)
        return self._past[1]

    def _extended(self, index: ArchiveIndex, observed: Observed, limit: datetime) -> ArchiveIndex:
        growing = _GrowingArchive(index, observed, self._folder, self._month)
        for step in past_steps(self._past_of(index), observed, limit):
            growing.add(step)
        growing.close()
        key = self._digests.key(observed, growing.checkpoint.at)
        whole = ArchiveIndex(
            key, limit, growing.checkpoint, growing.months, growing.alike, tuple(growing.feed)
        )
        self._folder.write_index(whole)
        return whole


def _limit(observed: Observed) -> datetime:
    """Return the moment up to which everything is settled: a midnight, so that little is done on most occasions."""
    intervals = [check.every for component in observed.site.config.flat for check in component.checks]
    settled = observed.now - max([DAY, *(every * SILENCE for every in intervals)])
    return settled.replace(hour=0, minute=0, second=0, microsecond=0)


class _GrowingArchive:
    """An archive while parts are added to it; the incidents of one month at most are held."""

    def __init__(
        self,
        index: ArchiveIndex,
        observed: Observed,
        folder: ArchiveFolder,
        load: Callable[[str, str], Sequence[PastIncident]],
    ) -> None:
        self.checkpoint: Checkpoint = index.checkpoint
        self.months: dict[str, MonthIndex] = dict(index.months)
        self.alike = dict(index.alike)
        self.feed: list[FeedRow] = list(index.feed)
        self._folder = folder
        self._load = load
        self._zone = ZoneInfo(observed.site.config.page.time_zone)
        self._open: tuple[str, list[PastIncident]] = ("", [])
        self._observed = observed
        self._others = feed_rows(observed, event_log(observed.site.incidents, observed.maintenances))

    def add(self, step: PastStep) -> None:
        """Add a part."""
        self.checkpoint = step.checkpoint
        self.alike |= step.alike
        for name, items in groupby(
            step.incidents, lambda it: f"{it.incident.started.astimezone(self._zone):%Y-%m}"
        ):
            if name != self._open[0]:
                self.close()
                known = self.months.get(name)
                self._open = (name, list(self._load(name, known.digest)) if known else [])
            self._open[1].extend(items)
        rows = feed_rows(self._observed, event_log((it.incident for it in step.incidents), ()))
        own = {row.guid for row in (*self.feed, *rows)}
        kept = rows_to_keep([*self.feed, *rows, *self._others])
        self.feed = [row for row in kept if row.guid in own]

    def close(self) -> None:
        """Write the month that is held."""
        name, incidents = self._open
        if incidents:
            self.months[name] = self._folder.write_month(name, incidents)
        self._open = ("", [])


class _Digests:
    """The digest of everything that an archive is made from; parts that are as they were are not read again."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[object, str]] = {}

    def key(self, observed: Observed, until: datetime) -> str:
        """Return the digest of what was known before a moment."""
        site = observed.site
        written = [item for item in site.incidents if _first(item) < until]
        works = [work for work in site.maintenances if _first_of_work(work) < until]
        edge = micros(until)
        return digest(
            program_digest(),
            observed.words.language,
            self._part("config", site.config, lambda: repr(site.config)),
            self._part("templates", site.templates, lambda: repr(site.templates)),
            self._part("incidents", written, lambda: repr(written)),
            self._part("maintenance", works, lambda: repr(works)),
            str(edge),
            *(
                self._part(name, inputs, lambda inputs=inputs: repr(inputs))  # type: ignore[misc]  # mypy cannot infer it
                for name, timeline in observed.timelines.items()
                for inputs in [_rows_before(timeline, until, edge)]
            ),
        )

    def _part(self, name: str, inputs: object, text: Callable[[], str]) -> str:
        found = self._parts.get(name)
        if found is None or found[0] != inputs:
            found = self._parts[name] = (inputs, digest(text()))
        return found[1]


def _first(item: Incident) -> datetime:
    return min(item.started, item.updates[0].at)


def _first_of_work(work: Maintenance) -> datetime:
    return min(work.scheduled_for, work.updates[0].at)


def _rows_before(timeline: ComponentTimeline, until: datetime, edge: int) -> object:
    """Return the rows of a component that truly began before a moment, and when its checks were watched before it."""
    return [
        (
            check,
            region,
            series.changes[: bisect.bisect_left(series.changes, until, key=attrgetter("at"))],
            [(start, min(end, edge)) for start, end in series.watched if start < edge],
            sorted(cut for cut in series.cut if cut < edge),
        )
        for check, regions in timeline.checks.items()
        for region, series in regions.regions.items()
    ]
