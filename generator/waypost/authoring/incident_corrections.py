"""Correct the incidents that people write: edit, open again, withdraw, join, part, and look back on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waypost.authoring.incidents import (
    NewIncident,
    PlannedIncident,
    UpdateStart,
    local,
    planned_incident,
    require,
    require_components,
    start_incident,
)
from waypost.authoring.io.incident_edit import (
    INCIDENTS,
    EditedFile,
    moment_after,
    read_file,
    usable_config,
    with_keys,
    with_update,
    with_words,
)
from waypost.authoring.io.planned_files import quoted
from waypost.authoring.io.site_language import site_texts
from waypost.authoring.rules.incident_states import (
    lasting_since,
    objection,
    objection_to_reopening,
    present_states,
    troubled,
)
from waypost.authoring.rules.incident_texts import NewUpdate, incident_page
from waypost.base.markdown.plain_text import as_markdown
from waypost.formats.status import Impact, Incident, UpdateStatus, with_present_ids
from waypost.formats.status_config import StatusConfig
from waypost.problems import Location, Problem, ProblemsFound
from waypost.reading.site import Site
from waypost.status.rules.incidents import WELL


@dataclass(frozen=True)
class Correction:
    """What is to be different in an incident; None stays."""

    title: str | None = None
    impact: Impact | None = None
    message: str | None = None
    """The words of one of its updates."""
    update: str = "last"
    """Which one: last, its number from 1, the oldest, or its id."""


def present_words(site: Site, name: str, update: str) -> tuple[Incident, str]:
    """Return an incident, and the words of one of its updates, before they are edited; raises ProblemsFound."""
    before = read_file(site.root, INCIDENTS, name)
    return before.item, before.item.updates[_index(before, update)].body


def plan_edit(site: Site, name: str, correction: Correction, now: datetime) -> PlannedIncident:
    """Plan other words of an incident; every other byte of its file stays. Raises ProblemsFound."""
    after = read_file(site.root, INCIDENTS, name)
    index = _index(after, correction.update)
    keys: dict[str, str] = {}
    expected = after.item
    if correction.title is not None:
        keys["title"] = quoted(correction.title)
        expected = replace(expected, title=" ".join(correction.title.split()))
    if correction.impact is not None:
        keys["impact"] = correction.impact.value
        expected = replace(expected, impact=correction.impact)
    if keys:
        after = with_keys(site.root, INCIDENTS, after, keys, expected)
    if correction.message is not None:
        after = with_words(site.root, INCIDENTS, after, index, correction.message, local(now))
    return planned_incident(site, after, step="edited", shown=index)


def _index(before: EditedFile[Incident], wanted: str) -> int:
    updates = before.item.updates
    if wanted == "last":
        return len(updates) - 1
    for index, update in enumerate(updates):
        if wanted in (str(index + 1), update.id):
            return index
    known = ", ".join(f"{number} ({update.id})" for number, update in enumerate(updates, start=1))
    message = f"There is no update '{wanted}'. Name one of them: last, {known}."
    raise ProblemsFound([Problem(Location(f"{INCIDENTS.path}/{before.file.name}"), "bad-value", message)])


def plan_reopen(site: Site, name: str, update: NewUpdate) -> PlannedIncident:
    """Plan that a resolved incident goes on, with its components as before its end unless they are named."""
    require_components(site, [component for component, _ in update.changes])
    before = reopenable(site, name)
    return planned_incident(site, with_update(site.root, INCIDENTS, before, update), step="reopened")


def reopenable(site: Site, name: str) -> EditedFile[Incident]:
    """Return an incident that can be opened again; raises ProblemsFound where it cannot."""
    before = read_file(site.root, INCIDENTS, name, is_over=True)
    require(before.file, objection_to_reopening(before.item))
    return before


def postmortem_start(site: Site) -> UpdateStart:
    """Return the sections of a postmortem in the language of the site, and what belongs into them."""
    words = site_texts(site)
    return UpdateStart(words.say("authoring.postmortem.sections"), words.say("authoring.postmortem.advice"))


def plan_merge(
    site: Site, name: str, into: str, message: str, now: datetime, next_update: timedelta | None = None
) -> PlannedIncident:
    """Plan that an incident goes on as another, which takes its components over in the states they are in.

    Both get the message, each with a pointer to the other. Raises ProblemsFound.
    """
    ending, going_on = mergeable(site, name, into)
    config, words = usable_config(site.root), site_texts(site)
    at = max(moment_after(file.item, local(now)) for file in (ending, going_on))
    old, new = (with_present_ids(file.item, config.present_ids) for file in (ending, going_on))
    had = present_states(new)
    taken = {
        component: state
        for component, state in troubled(old).items()
        if state.severity > had.get(component, WELL).severity
    }
    body = _with_pointer(message, words.say("authoring.merged_from", **_link(config, old)))
    update = NewUpdate(new.status, at, body, next_update, tuple(taken.items()))
    going_on = with_update(site.root, INCIDENTS, going_on, update)
    keys = {"merged_into": new.id}
    ending = with_keys(site.root, INCIDENTS, ending, keys, replace(ending.item, continued_as=new.id))
    body = _with_pointer(message, words.say("authoring.merged_into", **_link(config, new)))
    ending = with_update(site.root, INCIDENTS, ending, NewUpdate(UpdateStatus.RESOLVED, at, body))
    # The one that goes on comes first: at no moment is a component without its trouble.
    return planned_incident(site, going_on, ending, step=f"merged into {new.title}")


def mergeable(site: Site, name: str, into: str) -> tuple[EditedFile[Incident], EditedFile[Incident]]:
    """Return an incident that can go on as another, and that one; raises ProblemsFound where it cannot."""
    ending, going_on = (read_file(site.root, INCIDENTS, each) for each in (name, into))
    if ending.file == going_on.file:
        require(ending.file, "An incident cannot go on as itself. Name another one with --into.")
    for file in (ending, going_on):
        require(file.file, objection(file.item, UpdateStatus.MONITORING))
    return ending, going_on


@dataclass(frozen=True)
class Split:
    """What becomes an incident of its own."""

    title: str
    components: Sequence[str]
    impact: Impact | None = None
    """None for that of the incident it comes from."""


def plan_split(
    site: Site, name: str, split: Split, message: str, now: datetime, next_update: timedelta | None = None
) -> PlannedIncident:
    """Plan that some components of an incident get one of their own, in the states they are in.

    It began when all of them were as bad as now, so that no time counts as worse than it was. Both get the
    message, each with a pointer to the other. Raises ProblemsFound and AlreadyThere.
    """
    old = splittable(site, name, split.components)
    config, words = usable_config(site.root), site_texts(site)
    item = with_present_ids(old.item, config.present_ids)
    at = moment_after(item, local(now))
    leaving = {component: present_states(item)[component] for component in split.components}
    started = max(lasting_since(item, component) for component in leaving)
    facts = NewIncident(split.title, leaving, split.impact or item.impact, started if started < at else None)
    body = _with_pointer(message, words.say("authoring.split_from", **_link(config, item)))
    new = start_incident(site, facts, NewUpdate(item.status, at, body, next_update))
    names = {it.id: it.name for it in config.flat} | {it.id: it.name for it in config.retired}
    named = as_markdown(words.join([names[component] for component in leaving], len(leaving)))
    pointer = words.say("authoring.split_into", names=named, **_link(config, new.item))
    changes = tuple((component, WELL) for component in leaving)
    update = NewUpdate(item.status, at, _with_pointer(message, pointer), next_update, changes)
    # The new one comes first: at no moment is a component without its trouble.
    return planned_incident(
        site, new, with_update(site.root, INCIDENTS, old, update), step=f"{split.title} split off"
    )


def splittable(site: Site, name: str, components: Sequence[str]) -> EditedFile[Incident]:
    """Return an incident that these components can leave; raises ProblemsFound where they cannot."""
    old = read_file(site.root, INCIDENTS, name)
    require(old.file, objection(old.item, UpdateStatus.MONITORING))
    present = troubled(with_present_ids(old.item, usable_config(site.root).present_ids))
    here = ", ".join(present) or "none"
    for component in components:
        if component not in present:
            require(old.file, f"'{component}' is not in trouble in this incident. In trouble: {here}.")
    if present.keys() <= {*components}:
        require(
            old.file,
            "No component would stay. Leave one out, or give the incident another title with `edit`.",
        )
    return old


def _with_pointer(message: str, pointer: str) -> str:
    # Words that say nothing are refused, and a pointer alone says nothing of what happened.
    return f"{message.strip()}\n\n{pointer}" if message.strip() else ""


def _link(config: StatusConfig, incident: Incident) -> dict[str, str]:
    return {"title": as_markdown(incident.title), "url": incident_page(config, incident)}
