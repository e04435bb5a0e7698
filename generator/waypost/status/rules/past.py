"""What is over: incidents that the checks found and that nothing changes any more, summed up and kept by month.

Whatever is kept says the same as going through all rows again; `waypost.publishing.archive` says for how long.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from waypost.formats.status import Incident
from waypost.status.rules.automatic import BEGINNING, Checkpoint, closed_incidents
from waypost.status.rules.observed import Observed
from waypost.status.rules.similar import CANDIDATES, Relative, SimilarIncidents
from waypost.status.rules.timeline import AffectedInterval, affected_intervals

STEP = timedelta(days=60)
"""How much of a long history is gone through at once, so that its incidents are never all in memory."""


class PastIncident(NamedTuple):
    """An incident that is over, with what its page says beside it."""

    incident: Incident
    affected: tuple[AffectedInterval, ...]
    alike: tuple[Relative, ...]


class PastEntry(NamedTuple):
    """What is known of an incident without loading it."""

    id: str
    components: tuple[str, ...]
    is_continued: bool
    """Whether it went on as another one."""
    digest: str
    """Of all that is kept of it."""


@dataclass(frozen=True)
class PastMonth:
    """The incidents that began in one month of the page's zone, in the order of their start."""

    entries: tuple[PastEntry, ...]
    digest: str
    """Of all that is kept of them."""
    end: datetime
    """When the last of them was over."""
    load: Callable[[], Sequence[PastIncident]] = field(compare=False)


@dataclass(frozen=True)
class Past:
    """All that is over until a checkpoint."""

    checkpoint: Checkpoint = BEGINNING
    months: Mapping[str, PastMonth] = field(default_factory=dict)
    """By name, such as 2026-11, oldest first."""
    alike: Mapping[str, tuple[Relative, ...]] = field(default_factory=dict)
    """Of each written incident that began before the checkpoint, by id: earlier ones that were like it."""

    _latest: dict[tuple[str, int], list[Incident]] = field(default_factory=dict, compare=False, repr=False)
    """What was asked for before, by component and number."""

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all these incidents."""
        return frozenset(entry.id for month in self.months.values() for entry in month.entries)

    @cached_property
    def _places(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Where the incidents of each component are, but for those that went on as others; oldest first."""
        found: dict[str, list[tuple[str, int]]] = {}
        for name, month in self.months.items():
            for place, entry in enumerate(month.entries):
                for component in () if entry.is_continued else entry.components:
                    found.setdefault(component, []).append((name, place))
        return found

    def latest(self, component: str, count: int) -> list[Incident]:
        """Return the last incidents of a component, oldest first; those that went on as others are left out."""
        return self.latest_of([component], count)[component]

    def latest_of(self, components: Iterable[str], count: int) -> dict[str, list[Incident]]:
        """Return the same for several components; each month is loaded once."""
        names = dict.fromkeys(components)
        found: dict[str, list[Incident]] = {name: [] for name in names if (name, count) not in self._latest}
        wanted = [(*place, name) for name in found for place in self._places.get(name, ())[-count:]]
        for month, group in itertools.groupby(sorted(wanted), key=itemgetter(0)):
            incidents = self.months[month].load()
            for _, place, name in group:
                found[name].append(incidents[place].incident)
        self._latest.update({(name, count): members for name, members in found.items()})
        return {name: [*self._latest[name, count]] for name in names}

    def reaching(self, moment: datetime, least: int) -> Iterator[PastIncident]:
        """Give the incidents of all months that reach over a moment, and of more months until there are so many."""
        for month in reversed(list(self.months.values())):
            if month.end < moment and least <= 0:
                continue
            least -= len(month.entries)
            yield from month.load()


NOTHING = Past()
"""No incident is kept: all are found in the rows."""


class PastStep(NamedTuple):
    """A part of the history that is summed up: its incidents, and the checkpoint after it."""

    checkpoint: Checkpoint
    incidents: tuple[PastIncident, ...]
    """In the order of their start."""
    alike: Mapping[str, tuple[Relative, ...]]
    """As in `Past`, of this part."""


def past_steps(past: Past, observed: Observed, limit: datetime) -> Iterator[PastStep]:
    """Sum up what is over between a past and a moment, one part after another."""
    checkpoint, first = past.checkpoint, observed.first_change
    similar = SimilarIncidents(earlier_incidents(past, observed.site.incidents, observed.timelines))
    until = max(checkpoint.at, first) if first else limit
    while until < limit:
        until = min(limit, until + STEP)
        before = checkpoint
        checkpoint, over = closed_incidents(
            observed.site, observed.changes, observed.nothing_spans, until, observed.words, before
        )
        if checkpoint.at > before.at:
            yield _step(observed, before, checkpoint, over, similar)


def _step(
    observed: Observed,
    before: Checkpoint,
    checkpoint: Checkpoint,
    over: Iterable[Incident],
    similar: SimilarIncidents,
) -> PastStep:
    ids, alike, kept = {item.id for item in over}, {}, []
    for incident in sorted(
        [*written_between(observed.site.incidents, before.at, checkpoint.at), *over],
        key=lambda it: (it.started, it.id),
    ):
        found = tuple(Relative.of(item) for item in similar.add(incident))
        if incident.id in ids:
            affected = affected_intervals(incident, observed.timelines, observed.now)
            kept.append(PastIncident(incident, affected, found))
        else:
            alike[incident.id] = found
    return PastStep(checkpoint, tuple(kept), alike)


def written_between(incidents: Iterable[Incident], start: datetime, end: datetime) -> list[Incident]:
    """Return the incidents that people wrote and that began in [start, end)."""
    return [item for item in incidents if not item.automatic and start <= item.started < end]


def earlier_incidents(
    past: Past, incidents: Iterable[Incident], components: Iterable[str]
) -> Callable[[str, int], list[Incident]]:
    """Return what gives the last incidents of these components before the checkpoint of a past, oldest first.

    `incidents` are those that the past does not have; of them, those count that people wrote.
    """
    found = past.latest_of(components, CANDIDATES)
    for item in written_between(incidents, BEGINNING.at, past.checkpoint.at):
        for name in item.components if item.continued_as is None else ():
            found.setdefault(name, []).append(item)

    def latest(component: str, count: int) -> list[Incident]:
        return sorted(found.get(component, ()), key=lambda item: (item.started, item.id))[-count:]

    return latest
