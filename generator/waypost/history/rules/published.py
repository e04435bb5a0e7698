"""The uptimes and error budgets that a publication tells, compared with those that its rows give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KEYS = frozenset({"uptime", "budget"})
"""The keys in now.json below which there are numbers that follow from rows, at whatever depth."""


@dataclass(frozen=True)
class Difference:
    """A published value that is not the one that the rows give."""

    what: str
    """Where it stands in now.json, such as `components.downloads.uptime.90d`."""
    published: str
    computed: str


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a publication with its rows."""

    compared: int
    differences: tuple[Difference, ...]
    unknown: tuple[str, ...]
    """Published values that nothing was computed for, because what they speak of is no longer there."""


def compare(published: Mapping[str, Any], computed: Mapping[str, Any]) -> Comparison:
    """Compare every uptime and error budget in two documents of the form of now.json."""
    told, known = dict(_figures(published)), dict(_figures(computed))
    both = [place for place in told if place in known]
    return Comparison(
        compared=len(both),
        differences=tuple(
            Difference(place, told[place], known[place]) for place in both if told[place] != known[place]
        ),
        unknown=tuple(place for place in told if place not in known),
    )


def _figures(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield what stands below one of the keys, each with its place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _figures(item, (*place, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _figures(item, (*place, str(number)))
    elif not KEYS.isdisjoint(place):
        yield ".".join(place), "no data" if value is None else str(value)
