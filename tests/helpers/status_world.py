"""Status sites and their history from a few words, so that cases can be written as data.

Times are UTC: `10:02` is on 20 November 2026, `11-21 10:02` in that year, anything longer is ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from waypost.base.files.languages import DEFAULT_LANGUAGE, load_words
from waypost.formats.checks import HttpCheck
from waypost.formats.status import (
    ComponentStatus,
    Coverage,
    Impact,
    Incident,
    Maintenance,
    StateChange,
    Update,
    UpdateStatus,
    worst_states,
)
from waypost.formats.status_config import Component, ComponentGroup, PageConfig, Policy, StatusConfig
from waypost.formats.status_site import AnnouncedWindow, History, StatusSite
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.snapshot import take_snapshot as take_snapshot_in

ALL_DAY = ("00:00-11-21 00:00 http-1",)
DOWNLOADS: Mapping[str, Any] = {"downloads": 1}
_SPAN = re.compile(r"((?:\S+ )?\d\d:\d\d)-(.+)")
_CHECK = HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=1))


def moment(text: str) -> datetime:
    """Read a time."""
    if not isinstance(text, str):
        raise TypeError(f"{text!r}: put times in quotes, YAML reads 10:02 as a number")
    if re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?", text):
        text = f"2026-11-20T{text}+00:00"
    elif re.fullmatch(r"\d\d-\d\d \d\d:\d\d", text):
        text = f"2026-{text.replace(' ', 'T')}+00:00"
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None, text
    return found


def words(at: datetime, day: str = "2026-11-20") -> str:
    """Write a time as the cases do: `10:02`, or `11-21 10:02` on another day."""
    utc = at.astimezone(UTC)
    clock = f"{utc:%H:%M}" if not utc.second else f"{utc:%H:%M:%S}"
    return clock if f"{utc:%Y-%m-%d}" == day else f"{utc:%m-%d} {clock}"


def component(
    name: str = "downloads", checks: int = 1, needs: Sequence[str] = (), formerly: Sequence[str] = ()
) -> Component:
    """Make a component with so many checks that depends on others, and had other ids before."""
    return Component(
        id=name,
        name=name.capitalize(),
        checks=(_CHECK,) * checks,
        depends_on=tuple(needs),
        formerly=tuple(formerly),
    )


def change(text: str) -> StateChange:
    """Read `10:00>10:03 [downloads/]http-1 major_outage`; without `>` it is confirmed at once."""
    times, check, status = re.fullmatch(r"(.+) (\S+) (\S+)", text).groups()  # type: ignore[union-attr]
    at, _, confirmed = times.partition(">")
    owner, _, check = check.rpartition("/")
    return StateChange(
        owner or "downloads", check, moment(at), ComponentStatus(status), moment(confirmed or at), "reason"
    )


def stretch(text: str) -> Coverage:
    """Read `00:00-12:00 [downloads/]http-1`."""
    span, check = text.rsplit(" ", 1)
    start, end = _SPAN.fullmatch(span).groups()  # type: ignore[union-attr]
    owner, _, check = check.rpartition("/")
    return Coverage(owner or "downloads", check, moment(start), moment(end))


def updates(texts: Iterable[str]) -> tuple[Update, ...]:
    """Read `10:05 investigating` or `10:10 monitoring · downloads: operational, uploads: major_outage`."""
    return tuple(map(_update, texts))


def _update(text: str) -> Update:
    said, _, states = text.partition(" · ")
    at, status = said.rsplit(" ", 1)
    pairs = (part.split(": ") for part in states.split(", ") if part)
    return Update(
        f"{moment(at):%Y%m%dt%H%M%Sz}-{status}",
        UpdateStatus(status),
        moment(at),
        f"It is {status}.",
        changes=tuple((name, ComponentStatus(state)) for name, state in pairs),
    )


def with_states(timeline: Sequence[Update], states: Mapping[str, ComponentStatus]) -> tuple[Update, ...]:
    """Return updates of which the first names the states of components, as front matter does."""
    return (replace(timeline[0], changes=tuple(states.items())), *timeline[1:])


def incident(case: Mapping[str, Any]) -> Incident:
    """Make a written incident from {id, says} and, if they matter, components, impact, started, title."""
    named = case.get("components", {"downloads": "partial_outage"})
    states = {name: ComponentStatus(status) for name, status in named.items()}
    timeline = with_states(updates(case["says"]), states)
    return Incident(
        id=case["id"],
        title=case.get("title", f"Title of {case['id']}"),
        impact=Impact(case.get("impact", "major")),
        components=worst_states(timeline),
        started=moment(case["started"]) if "started" in case else timeline[0].at,
        updates=timeline,
        automatic=case.get("automatic", False),
    )


def maintenance(case: Mapping[str, Any]) -> Maintenance:
    """Make a maintenance from {id, window: 10:00-11:00} and, if they matter, components and says."""
    start, end = _SPAN.fullmatch(case["window"]).groups()  # type: ignore[union-attr]
    timeline = updates(case.get("says", ["11-01 00:00 scheduled"]))
    owners = tuple(case.get("components", ["downloads"]))
    return Maintenance(case["id"], f"Title of {case['id']}", owners, moment(start), moment(end), timeline)


def site(
    components: Mapping[str, Any] = DOWNLOADS,
    incidents: Sequence[Mapping[str, Any]] = (),
    maintenances: Sequence[Mapping[str, Any]] = (),
    zone: str = "UTC",
    policy: Policy | None = None,
    needs: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> StatusSite:
    """Make a site; components map an id to its number of checks, or a group's name to such a mapping.

    `needs` maps an id to what it depends on.
    """

    def made(name: str, checks: int) -> Component:
        return component(name, checks, needs.get(name, ()))

    entries = [
        ComponentGroup(group=name, components=tuple(made(*member) for member in value.items()))
        if isinstance(value, Mapping)
        else made(name, value)
        for name, value in components.items()
    ]
    page = PageConfig(name="Lumen status", url="https://help.lumen.example/status/", time_zone=zone)
    return StatusSite(
        StatusConfig(page=page, policy=policy or Policy(), components=tuple(entries)),
        tuple(incident(item) for item in incidents),
        tuple(maintenance(item) for item in maintenances),
    )


def history(changes: Iterable[str] = (), coverage: Iterable[str] = ALL_DAY) -> History:
    """Read rows."""
    return History(tuple(change(text) for text in changes), tuple(stretch(text) for text in coverage))


def site_of(case: Mapping[str, Any]) -> StatusSite:
    """Make the site that a case names by the keys components, needs, incidents, maintenances, zone and correlate."""
    known = ("components", "incidents", "maintenances", "needs", "zone")
    policy = Policy(correlate=case.get("correlate", "page"))
    return site(policy=policy, **{key: case[key] for key in known if key in case})


def history_of(case: Mapping[str, Any]) -> History:
    """Make the history that a case names by the keys changes, coverage and windows (`11:05 disks 15:00-16:00`)."""
    rows = history(**{key: case[key] for key in ("changes", "coverage") if key in case})
    return replace(rows, windows=tuple(map(_window, case.get("windows", ()))))


def _window(text: str) -> AnnouncedWindow:
    seen_at, name, span = text.split(" ", 2)
    start, end = _SPAN.fullmatch(span).groups()  # type: ignore[union-attr]
    return AnnouncedWindow(name, moment(start), moment(end), moment(seen_at), 1)


def take_snapshot(
    place: StatusSite, observed: History, now: datetime, language: str = DEFAULT_LANGUAGE
) -> Snapshot:
    """Make the picture of the page, in English unless another language is asked for."""
    return take_snapshot_in(place, observed, now, load_words(language))
