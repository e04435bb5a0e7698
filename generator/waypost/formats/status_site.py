"""The folder status/ as people wrote it, with the rows of history that are kept beside it as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from waypost.formats.incident_templates import IncidentTemplates
from waypost.formats.lint import Cadence
from waypost.formats.status import (
    Certificate,
    Coverage,
    Incident,
    Maintenance,
    StateChange,
    Update,
    UplinkGap,
)
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscribers import SubscriberFile


@dataclass(frozen=True)
class AnnouncedWindow:
    """The window of a maintenance, as it was when a page was first made with it."""

    work: str
    """The id of the maintenance."""
    start: datetime
    end: datetime
    seen_at: datetime
    updates: int
    """How many updates people had written when it was last looked up."""
    has_update: bool = False
    """Whether a person wrote an update along with it."""


Row = TypeVar("Row", StateChange, Coverage, Certificate)


@dataclass(frozen=True)
class History:
    """What machines observed, as rows: confirmed changes of state, and when anybody was watching."""

    changes: tuple[StateChange, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    uplink: tuple[UplinkGap, ...] = ()
    """When our own connection was down, oldest first."""
    certificates: tuple[Certificate, ...] = ()
    """The certificate that each check last saw."""
    windows: tuple[AnnouncedWindow, ...] = ()
    """The windows that each maintenance had, oldest first."""

    def renamed(self, names: Mapping[str, str]) -> History:
        """Return the rows with components called by other names; those of names that are not there stay."""
        if all(name == other for name, other in names.items()):
            return self
        return replace(
            self,
            changes=_renamed(self.changes, names),
            coverage=_renamed(self.coverage, names),
            certificates=_renamed(self.certificates, names),
        )


def _renamed(rows: tuple[Row, ...], names: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(
        row
        if names.get(row.component, row.component) == row.component
        else replace(row, component=names[row.component])
        for row in rows
    )


@dataclass(frozen=True)
class StatusSite:
    """The folder status/: what is watched, what was written, and what earlier history is kept as text."""

    config: StatusConfig
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    history: History = field(default_factory=History)
    templates: IncidentTemplates = field(default_factory=IncidentTemplates)
    """The words of automatic incidents, where the site brings its own."""
    cadence: Cadence = field(default_factory=Cadence)
    """How long an open incident may be silent, from lint.yml."""
    subscribers: SubscriberFile = field(default_factory=SubscriberFile)
    """Who is told of what."""

    def as_of(self, now: datetime) -> StatusSite:
        """Return it without what nobody has written yet at `now`: updates, edits, timelines without an update."""
        return replace(
            self,
            incidents=_published_by(self.incidents, now),
            maintenances=_published_by(self.maintenances, now),
        )

    def without_articles(self, paths: Collection[str]) -> StatusSite:
        """Return the same site, whose incidents and maintenances do not name some articles."""
        if not paths:
            return self

        def left(articles: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(path for path in articles if path not in paths)

        return replace(
            self,
            incidents=tuple(replace(item, articles=left(item.articles)) for item in self.incidents),
            maintenances=tuple(replace(item, articles=left(item.articles)) for item in self.maintenances),
        )


T = TypeVar("T", Incident, Maintenance)


def _published_by(items: Sequence[T], now: datetime) -> tuple[T, ...]:
    return tuple(_known_by(item, now) for item in items if item.updates[0].at <= now)


def _known_by(item: T, now: datetime) -> T:
    # A timeline that is complete stays the same object, so that it compares quickly.
    if all((update.edited or update.at) <= now for update in item.updates):
        return item
    updates = tuple(_edited_by(it, now) for it in item.updates if it.at <= now)
    earlier = item.until(len(updates)) if isinstance(item, Incident) else item
    return replace(earlier, updates=updates)


def _edited_by(update: Update, now: datetime) -> Update:
    return replace(update, edited=None) if update.edited and update.edited > now else update
