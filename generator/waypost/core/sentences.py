"""The first line of the status page: one true sentence that a customer understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.model.status import ComponentStatus, Incident, worst


@dataclass(frozen=True)
class Headline:
    """The sentence, what to add to it, and the state that colours it."""

    sentence: str
    detail: str
    status: ComponentStatus


_BLIND = "We have no measurements right now"

# Every form fits names in the singular and in the plural ("Search", "Downloads").
_SENTENCES = {
    ComponentStatus.MAJOR_OUTAGE: "{names} cannot be used right now",
    ComponentStatus.PARTIAL_OUTAGE: "{names} may fail for some people",
    ComponentStatus.DEGRADED_PERFORMANCE: "{names} may be slow right now",
    ComponentStatus.UNDER_MAINTENANCE: "Planned work on {names}",
}

STATUS_WORDS = {
    ComponentStatus.OPERATIONAL: "Operational",
    ComponentStatus.DEGRADED_PERFORMANCE: "Degraded performance",
    ComponentStatus.PARTIAL_OUTAGE: "Partial outage",
    ComponentStatus.MAJOR_OUTAGE: "Major outage",
    ComponentStatus.UNDER_MAINTENANCE: "Under maintenance",
    ComponentStatus.NO_DATA: "No data",
}
"""What each state is called on pages."""


def headline(
    components: Sequence[tuple[str, ComponentStatus]], active: Sequence[Incident], *, is_blind: bool = False
) -> Headline:
    """Say how things are, from the names and states of all components and the incidents that are open."""
    state = worst(status for _, status in components)
    if state is ComponentStatus.NO_DATA:
        return Headline(_BLIND, "This page cannot say how things are.", state)
    unknown = [name for name, status in components if status is ComponentStatus.NO_DATA]
    if state is ComponentStatus.OPERATIONAL:
        informing = [incident for incident in active if not incident.automatic]
        if informing:
            return Headline(informing[0].title, "Everything else works.", state)
        if is_blind:
            # What people alone report on says nothing about the rest.
            return Headline(_BLIND, f"No data for {join_names(unknown)}.", ComponentStatus.NO_DATA)
        if unknown:
            return Headline("Everything we measure is working", f"No data for {join_names(unknown)}.", state)
        return Headline("Everything is working", "", state)
    hit = [name for name, status in components if status is state]
    written = [incident for incident in active if not incident.automatic]
    troubled = sum(status.is_trouble for _, status in components)
    one_story = len(active) == len(written) == 1 and 0 < troubled <= len(written[0].components)
    sentence = written[0].title if one_story else _SENTENCES[state].format(names=join_names(hit))
    return Headline(sentence, _detail(components, state, unknown), state)


def _detail(
    components: Sequence[tuple[str, ComponentStatus]], state: ComponentStatus, unknown: Sequence[str]
) -> str:
    others = [name for name, status in components if status.severity and status is not state]
    if others:
        text = f"Also affected: {join_names(others)}."
    elif unknown:
        text = ""
    else:
        everything = all(status is state for _, status in components)
        text = "" if everything else "Everything else works."
    return f"{text} No data for {join_names(unknown)}.".strip() if unknown else text


def join_names(names: Sequence[str], limit: int = 3) -> str:
    """Join names as people do: 'A', 'A and B', 'A, B and 2 more'."""
    if len(names) > limit:
        names = [*names[: limit - 1], f"{len(names) - limit + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))
