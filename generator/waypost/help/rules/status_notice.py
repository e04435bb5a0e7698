"""The notice on a page of the help center about the components that it depends on.

The page's script says the same from the same file, now.json: the golden cases in tests/cases/awareness/
hold both to one choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words
from waypost.formats.status import ComponentStatus, Impact, worst
from waypost.publishing.api.now_json import Now
from waypost.publishing.api.parts import ComponentNow


class Topic(StrEnum):
    """The subject of a notice."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    COMPONENT = "component"
    UNKNOWN = "unknown"
    CALM = "calm"


@dataclass(frozen=True)
class PageStatus:
    """The one thing that matters most for a page now."""

    topic: Topic
    status: ComponentStatus
    """Which colour it has."""
    names: tuple[str, ...]
    """The components of the page that it is about."""
    title: str = ""
    path: str = ""
    """The page of the incident or maintenance, from the root of the status page."""
    at: str = ""
    """Since when, or for maintenance until when, in UTC."""


@dataclass(frozen=True)
class StatusNotice:
    """The same in words, with the time at which it was true."""

    status: str
    title: str
    detail: str
    path: str
    link: str


def page_status(now: Now, components: Sequence[str]) -> PageStatus | None:
    """Return the most important news in now.json about some components; None where none of them is known."""
    own = {name: now["components"][name] for name in components if name in now["components"]}
    if not own:
        return None
    return _incident(now, own) or _trouble(own) or _maintenance(now, own) or _quiet(own)


def _incident(now: Now, own: Mapping[str, ComponentNow]) -> PageStatus | None:
    """Return the worst incident; of several, the newest, which stands first."""
    hits = [item for item in now["incidents"] if own.keys() & set(item["components"])]
    if not hits:
        return None
    item = max(hits, key=lambda hit: Impact(hit["impact"]).severity)
    mine = {name: own[name] for name in own if name in item["components"]}
    state = worst(ComponentStatus(part["status"]) for part in mine.values())
    # What a person wrote may concern a component that works by every measure.
    status = state if state.is_trouble else Impact(item["impact"]).status
    return PageStatus(Topic.INCIDENT, status, _names(mine), item["title"], item["path"], item["started_at"])


def _trouble(own: Mapping[str, ComponentNow]) -> PageStatus | None:
    """Return the worst trouble that has no incident yet."""
    state = worst(ComponentStatus(part["status"]) for part in own.values())
    if not state.is_trouble:
        return None
    hit = {name: part for name, part in own.items() if part["status"] == state}
    return PageStatus(Topic.COMPONENT, state, _names(hit), at=min(part["since"] for part in hit.values()))


def _maintenance(now: Now, own: Mapping[str, ComponentNow]) -> PageStatus | None:
    for item in now["maintenances"]:
        mine = {name: own[name] for name in own if name in item["components"]}
        if mine:
            status = ComponentStatus.UNDER_MAINTENANCE
            return PageStatus(
                Topic.MAINTENANCE, status, _names(mine), item["title"], item["path"], item["ends_at"]
            )
    return None


def _quiet(own: Mapping[str, ComponentNow]) -> PageStatus:
    unknown = {name: part for name, part in own.items() if part["status"] == ComponentStatus.NO_DATA}
    if unknown:
        return PageStatus(Topic.UNKNOWN, ComponentStatus.NO_DATA, _names(unknown))
    return PageStatus(Topic.CALM, ComponentStatus.OPERATIONAL, _names(own))


def _names(components: Mapping[str, ComponentNow]) -> tuple[str, ...]:
    return tuple(part["name"] for part in components.values())


def status_notice(now: Now, components: Sequence[str], zone: str, words: Words) -> StatusNotice | None:
    """Return the notice of trouble while the page is built, with its time; None where there is no trouble.

    Good news is not in the page: it would be shown long after it has stopped being true.
    """
    found = page_status(now, components)
    if found is None or found.topic in (Topic.CALM, Topic.UNKNOWN):
        return None
    names = words.join(found.names)
    title = found.title or words.say(f"live.aware.state.{found.status}", names=names)
    detail = words.say(f"live.aware.{found.topic}", names=names, time=_time(found.at, zone, words))
    as_of = words.say("aware.as_of", time=_time(now["made_at"], zone, words), zone=zone)
    link = words.say(f"live.aware.link.{found.topic}")
    return StatusNotice(found.status, title, f"{detail} {as_of}", found.path, link)


def _time(moment: str, zone: str, words: Words) -> str:
    return words.date("aware.moment", datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)))


def service_notice(now: Now, zone: str, words: Words) -> StatusNotice | None:
    """Return the same for the whole service; None where there is no trouble."""
    status = ComponentStatus(now["status"])
    if status is ComponentStatus.NO_DATA or (status is ComponentStatus.OPERATIONAL and not now["incidents"]):
        return None
    as_of = words.say("aware.as_of", time=_time(now["made_at"], zone, words), zone=zone)
    path = now["incidents"][0]["path"] if now["incidents"] else ""
    link = words.say("live.now.follow" if path else "live.now.see")
    return StatusNotice(status, f"{now['headline']}.", f"{now['detail']} {as_of}".strip(), path, link)
