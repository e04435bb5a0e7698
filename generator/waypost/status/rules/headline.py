"""The first line of the status page: one true sentence that a customer understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.base.i18n import Words
from waypost.formats.status import ComponentStatus, Incident, worst


@dataclass(frozen=True)
class Headline:
    """The sentence, an addition to it, and the state that colours it."""

    sentence: str
    detail: str
    status: ComponentStatus


def headline(
    components: Sequence[tuple[str, ComponentStatus]],
    active: Sequence[Incident],
    words: Words,
    *,
    is_blind: bool = False,
    offline_since: datetime | None = None,
) -> Headline:
    """Return the first line, from the names and states of all components and the incidents that are open.

    `is_blind` says that nothing is measured now, `offline_since` (in the zone of the page) that this is
    because of our own connection.
    """
    if offline_since is None:
        return _measured(components, active, words, is_blind=is_blind)
    since = words.say(
        "status.headline.offline_detail", time=words.date("status.date.day_time", offline_since)
    )
    found = _measured(components, active, words, is_blind=True)
    if found.status is ComponentStatus.NO_DATA:
        return Headline(words.say("status.headline.offline"), since, found.status)
    # What people wrote still counts, and goes first.
    return Headline(found.sentence, f"{found.detail} {since}".strip(), found.status)


def _measured(
    components: Sequence[tuple[str, ComponentStatus]],
    active: Sequence[Incident],
    words: Words,
    *,
    is_blind: bool,
) -> Headline:
    state = worst(status for _, status in components)
    unknown = [name for name, status in components if status is ComponentStatus.NO_DATA]
    written = [incident for incident in active if not incident.automatic]
    if state is ComponentStatus.NO_DATA:
        sentence = written[0].title if written else words.say("status.headline.blind")
        return Headline(sentence, words.say("status.headline.blind_detail"), state)
    if state is ComponentStatus.OPERATIONAL:
        if written:
            rest = _unknown(unknown, words) if unknown else words.say("status.headline.rest")
            return Headline(written[0].title, rest, state)
        return _good_news(unknown, words, is_blind=is_blind)
    hit = tuple(name for name, status in components if status is state)
    troubled = sum(status.is_trouble for _, status in components)
    is_one_incident = len(active) == len(written) == 1 and 0 < troubled <= len(written[0].components)
    sentence = words.say(f"status.headline.{state}", names=words.join(hit))
    return Headline(
        written[0].title if is_one_incident else sentence, _detail(components, state, words), state
    )


def _good_news(unknown: list[str], words: Words, *, is_blind: bool) -> Headline:
    if not unknown:
        return Headline(words.say("status.headline.well"), "", ComponentStatus.OPERATIONAL)
    detail = _unknown(unknown, words)
    if is_blind:
        # What people alone report on says nothing about the rest.
        return Headline(words.say("status.headline.blind"), detail, ComponentStatus.NO_DATA)
    return Headline(words.say("status.headline.measured_well"), detail, ComponentStatus.OPERATIONAL)


def _detail(components: Sequence[tuple[str, ComponentStatus]], state: ComponentStatus, words: Words) -> str:
    others = [name for name, status in components if status.is_trouble and status is not state]
    worked_on = [
        name
        for name, status in components
        if status is ComponentStatus.UNDER_MAINTENANCE and status is not state
    ]
    unknown = [name for name, status in components if status is ComponentStatus.NO_DATA]
    parts = []
    if others:
        parts.append(words.say("status.headline.also", names=words.join(others)))
    elif worked_on:
        # Beside more trouble it is left to the page, which lists it: the sentence stays short.
        parts.append(words.say("status.headline.work", names=words.join(worked_on)))
    elif not unknown and any(status is not state for _, status in components):
        parts.append(words.say("status.headline.rest"))
    if unknown:
        parts.append(_unknown(unknown, words))
    return " ".join(parts)


def _unknown(names: list[str], words: Words) -> str:
    return words.say("status.headline.unknown", names=words.join(names))
