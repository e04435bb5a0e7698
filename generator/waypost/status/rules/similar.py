"""Earlier incidents that were like one: the same components, in similar words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from waypost.base.cache import PageCache
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import Incident

LIMIT = 3
"""More than this is a history to read, not a hint."""

CANDIDATES = 60
"""How many earlier incidents of a component are looked at, the latest first, so that a long history stays quick."""

LEAST_LIKENESS = 0.18
"""Below this two incidents share little but their language."""

SHORTEST = 4
"""Letters of a word that says something; shorter ones are mostly grammar."""

STEM = 6
"""Letters by which two forms of a word are taken for the same, in any language."""

_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")


class Relative(NamedTuple):
    """What is shown of an incident that was like another one."""

    id: str
    title: str
    started: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, incident: Incident | Relative) -> Relative:
        """Return what is shown of an incident."""
        return cls(incident.id, incident.title, incident.started, incident.resolved_at)


@dataclass(frozen=True)
class _IncidentTerms:
    """The words of an incident by which it is compared."""

    incident: Incident
    title: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, incident: Incident) -> _IncidentTerms:
        title = _words(incident.title)
        return cls(incident, title, title | _words(incident.updates[0].body))


def _none(component: str, count: int) -> list[Incident]:
    del component, count
    return []


class SimilarIncidents:
    """Finds for one incident after another, in the order of their start, earlier ones that were like it.

    Only earlier ones count, so that the page of an incident does not change when another follows.
    An incident that went on as another one is left out. `earlier` gives the last incidents of a component that
    began before the first that is added, oldest first. With a `memory`, only incidents that are new, or come after
    one that changed, are compared.
    """

    def __init__(
        self, earlier: Callable[[str, int], list[Incident]] = _none, memory: PageCache | None = None
    ) -> None:
        self._earlier = earlier
        self._memory = memory or PageCache()
        self._by_component: dict[str, list[_IncidentTerms]] = {}

    def add(self, incident: Incident) -> tuple[Incident, ...]:
        """Return at most LIMIT earlier incidents that were like this one, the most alike first, and remember it."""
        terms = _IncidentTerms.of(incident)
        members = [self._members(name) for name in incident.components]
        earlier = {item.incident.id: item for found in members for item in found}
        others = tuple(item.incident for item in earlier.values())
        best = self._memory.made(
            f"alike/{incident.id}", (incident, others), lambda: _best(terms, list(earlier.values()))
        )
        if incident.continued_as is None:
            for found in members:
                found.append(terms)
                del found[:-CANDIDATES]
        return best

    def _members(self, component: str) -> list[_IncidentTerms]:
        found = self._by_component.get(component)
        if found is None:
            known = self._earlier(component, CANDIDATES)
            found = self._by_component[component] = [_IncidentTerms.of(item) for item in known]
        return found


def similar_incidents(
    incidents: Iterable[Incident],
    memory: PageCache | None = None,
    earlier: Callable[[str, int], list[Incident]] = _none,
) -> dict[str, tuple[Incident, ...]]:
    """Return for each incident, by id, earlier ones that were like it; see `SimilarIncidents`."""
    similar = SimilarIncidents(earlier, memory)
    return {
        item.id: similar.add(item) for item in sorted(incidents, key=lambda item: (item.started, item.id))
    }


def _best(terms: _IncidentTerms, earlier: Sequence[_IncidentTerms]) -> tuple[Incident, ...]:
    scored = [(_likeness(terms, other), other.incident) for other in earlier]
    near = [(score, item) for score, item in scored if score >= LEAST_LIKENESS]
    near.sort(key=lambda row: (row[0], row[1].started, row[1].id), reverse=True)
    return tuple(item for _, item in near[:LIMIT])


# A process that stays asks for the same texts at each publication.
@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in _WORD.findall(plain_text(text[:2000]).casefold()))


def _likeness(one: _IncidentTerms, other: _IncidentTerms) -> float:
    """Return 0 to 1: half for what the titles share, a quarter each for the first words and the components."""
    components = _shared(frozenset(one.incident.components), frozenset(other.incident.components))
    words = 0.5 * _shared(one.title, other.title) + 0.25 * _shared(one.words, other.words)
    # Hitting the same component alone makes two incidents neighbours, not relatives.
    return words + 0.25 * components if words else 0.0


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of what two sets have in common (Dice's coefficient)."""
    whole = len(one) + len(other)
    return 2 * len(one & other) / whole if whole else 0.0
