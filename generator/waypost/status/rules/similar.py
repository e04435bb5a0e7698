"""Earlier incidents that were like one: the same components, in similar words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

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


@dataclass(frozen=True)
class _IncidentTerms:
    """The words of an incident by which it is compared."""

    incident: Incident
    title: frozenset[str]
    words: frozenset[str]


def similar_incidents(
    incidents: Iterable[Incident], memory: PageCache | None = None
) -> dict[str, tuple[Incident, ...]]:
    """Return for each incident, by id, at most LIMIT earlier ones that were like it, the most alike first.

    Only earlier ones count, so that the page of an incident does not change when another follows.
    An incident that went on as another one is left out. With a `memory`, only incidents that are new, or come
    after one that changed, are compared.
    """
    memory = memory or PageCache()
    by_component: dict[str, list[_IncidentTerms]] = {}
    found: dict[str, tuple[Incident, ...]] = {}
    for incident in sorted(incidents, key=lambda item: (item.started, item.id)):
        title = _words(incident.title)
        terms = _IncidentTerms(incident, title, title | _words(incident.updates[0].body))
        earlier = {
            item.incident.id: item
            for name in incident.components
            for item in by_component.get(name, ())[-CANDIDATES:]
        }
        others = tuple(item.incident for item in earlier.values())
        found[incident.id] = memory.made(
            f"alike/{incident.id}", (incident, others), partial(_best, terms, list(earlier.values()))
        )
        if incident.continued_as is None:
            for name in incident.components:
                by_component.setdefault(name, []).append(terms)
    return found


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
