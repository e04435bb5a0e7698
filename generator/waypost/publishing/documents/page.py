"""The model of waypost.json: all that the status page knows, for programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from waypost.formats.status import INCIDENT_STATUSES, MAINTENANCE_STATUSES, UpdateStatus
from waypost.publishing.documents import parts
from waypost.publishing.documents.parts import Count, KnownState, PublicId, State, Time, doc, one_of
from waypost.publishing.documents.schema import Schema, document_schema

SCHEMA_PATH = "waypost.schema.json"


class PageInfo(TypedDict):
    """What the page is called, and where it is."""

    id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    url: Annotated[str, doc("Its address, with a slash at its end.")]
    help_url: Annotated[str, doc("Address of the help center.")]
    time_zone: Annotated[str, doc("Zone of its days and months, such as Europe/Berlin.")]
    language: Annotated[str, doc("Language of headline, detail and automatic incidents.")]


_Ratio = Annotated[float, Field(ge=0, le=1)]


class Weights(TypedDict):
    """How much of the time in a state counts as downtime, from 0 to 1."""

    degraded_performance: Annotated[_Ratio, doc("Where it is slow.")]
    partial_outage: Annotated[_Ratio, doc("Where some of it fails.")]
    major_outage: Annotated[_Ratio, doc("Where all of it fails.")]


class PagePolicy(TypedDict):
    """The policy of the page."""

    down_after: Annotated[Count, doc("Failures in a row before a state changes.")]
    up_after: Annotated[Count, doc("Good answers in a row before it is operational again.")]
    slo: Annotated[float, doc("The availability goal, in percent.")]
    weights: Annotated[Weights, doc("How much of the time in a state counts as downtime.")]
    formula: Annotated[str, doc("How uptime is computed.")]


class Group(TypedDict):
    """A group of components."""

    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    status: Annotated[State, doc("The worst state of its components.")]
    components: Annotated[list[str], doc("Ids of its components, in the order of the page.")]
    uptime: Annotated[parts.Uptime, doc("Uptime of its components together.")]


class ComponentState(parts.ComponentNow):
    """A component as it is now, with its place on the page."""

    id: Annotated[str, doc("Its id in status.yml.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    description: Annotated[str, doc("What it does, or an empty text.")]
    group: Annotated[str | None, doc("Name of its group, or null.")]
    position: Annotated[Count, doc("Place on the page, from 1.")]
    known_status: Annotated[KnownState, doc("Its state, or the last one that was known.")]
    known_from: Annotated[Time, doc("When it was first measured, or the start of the ninety days.")]
    is_measured: Annotated[bool, doc("Whether checks measure it, rather than people alone.")]


class Point(TypedDict):
    """The answers of an hour or a day."""

    at: Annotated[Time, doc("When the hour or day begins, in UTC.")]
    p50: Annotated[Count, doc("Milliseconds within which half of the answers came.")]
    p95: Annotated[Count, doc("Milliseconds within which 95 of 100 answers came.")]


class Latency(TypedDict):
    """How fast a component answered; hours and days without answers are left out."""

    hours: Annotated[list[Point], doc("The last 24 hours that are over.")]
    days: Annotated[list[Point], doc("The last 90 days that are over.")]


class Days(TypedDict):
    """Days that are alike."""

    first: Annotated[parts.Day, doc("The first of these days.")]
    days: Annotated[int, Field(ge=1, description="How many days.")]
    status: Annotated[State, doc("The worst state of each day.")]
    trouble: Annotated[Count, doc("Seconds in trouble on each day.")]
    no_data: Annotated[Count | None, doc("Seconds of each day that nobody measured; null for the whole day.")]


class PublishedComponent(ComponentState):
    """A component, with its past."""

    latency: Annotated[Latency | None, doc("How fast it answered, or null where nothing was summed up.")]
    days: Annotated[list[Days], doc("The last ninety days, oldest first; days that are alike are one run.")]


class Change(TypedDict):
    """A component whose state changed with an update."""

    component: Annotated[str, doc("Id of the component.")]
    old_status: Annotated[KnownState, doc("The state before.")]
    new_status: Annotated[KnownState, doc("The state after.")]


class PublishedUpdate(TypedDict):
    """One entry of a timeline."""

    id: Annotated[str, doc("Unique within its incident or maintenance; it stays when the text is edited.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    status: Annotated[UpdateStatus, one_of(UpdateStatus), doc("What it says.")]
    at: Annotated[Time, doc("When it was said.")]
    after: Annotated[int, doc("Seconds since the incident or the maintenance began; below zero before that.")]
    body: Annotated[str, doc("Markdown, without HTML.")]
    next_update_by: Annotated[Time | None, doc("When the next update was promised, or null.")]
    changes: Annotated[list[Change], doc("Components whose state it changed.")]


class Affected(TypedDict):
    """A time in which a component was in one state."""

    component: Annotated[str, doc("Id of the component.")]
    status: Annotated[KnownState, doc("The state.")]
    started_at: Annotated[Time, doc("When it began.")]
    ended_at: Annotated[Time | None, doc("When it ended, or null while it lasts.")]


class PublishedIncident(TypedDict):
    """An incident."""

    id: Annotated[str, doc("Name of its file, or that which an automatic one gets.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    title: Annotated[str, doc("Its title.")]
    url: Annotated[str, doc("Address of its page.")]
    impact: Annotated[parts.Hurt, doc("How much it hurts customers.")]
    status: Annotated[UpdateStatus, one_of(INCIDENT_STATUSES), doc("What its latest update says.")]
    is_open: Annotated[bool, doc("Whether customers are hit by it now.")]
    is_automatic: Annotated[bool, doc("Whether checks found it, rather than a person.")]
    continued_as: Annotated[str | None, doc("Id of the incident that took over from it, or null.")]
    started_at: Annotated[Time, doc("When it began.")]
    resolved_at: Annotated[Time | None, doc("When it was resolved, or null.")]
    updated_at: Annotated[Time, doc("When something was last said.")]
    duration: Annotated[Count | None, doc("Seconds from its beginning until it was resolved, or null.")]
    next_update_by: Annotated[Time | None, doc("When the next update is promised, or null.")]
    overdue_since: Annotated[Time | None, doc("Since when an update is late, or null.")]
    components: Annotated[dict[str, KnownState], doc("By id of the component: the worst state it is put in.")]
    affected: Annotated[list[Affected], doc("Times of trouble of its components while it was open.")]
    articles: Annotated[list[str], doc("Paths of articles with a way round, below content/.")]
    updates: Annotated[list[PublishedUpdate], doc("Its updates, oldest first; a webhook has the newest.")]


class PublishedMaintenance(TypedDict):
    """A scheduled maintenance."""

    id: Annotated[str, doc("Its id.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    title: Annotated[str, doc("Its title.")]
    url: Annotated[str, doc("Address of its page.")]
    status: Annotated[
        UpdateStatus, one_of(MAINTENANCE_STATUSES), doc("What people said, moved on by the clock.")
    ]
    scheduled_for: Annotated[Time, doc("When it was planned to start.")]
    scheduled_until: Annotated[Time, doc("When it was planned to end.")]
    started_at: Annotated[Time, doc("When it started or will start.")]
    ends_at: Annotated[Time, doc("When it ended or will end.")]
    duration: Annotated[Count, doc("Seconds between these two.")]
    updated_at: Annotated[Time, doc("When something was last said.")]
    components: Annotated[list[str], doc("Ids of the components worked on.")]
    articles: Annotated[list[str], doc("Paths of articles that say more, below content/.")]
    updates: Annotated[list[PublishedUpdate], doc("Its updates, oldest first; a webhook has the newest.")]


_Head = TypedDict("_Head", {"$schema": Annotated[str, doc("Address of the schema.")]})


class Page(_Head, parts.Present):
    """All that the status page knows."""

    version: Annotated[
        Literal[1], doc("Version of this format; it grows when a field goes or changes its meaning.")
    ]
    page: Annotated[PageInfo, doc("The status page.")]
    description: Annotated[str, doc("What Statuspage says for the indicator, in English.")]
    policy: Annotated[PagePolicy, doc("When a failure counts, and how downtime is weighed.")]
    groups: Annotated[list[Group], doc("Groups of components, in the order of the page.")]
    components: Annotated[list[PublishedComponent], doc("Components, in the order of the page.")]
    incidents: Annotated[list[PublishedIncident], doc("The latest 50, newest first, and all that are open.")]
    maintenances: Annotated[
        list[PublishedMaintenance], doc("The latest 50, newest first, and all that are running or to come.")
    ]


def page_schema(page_url: str) -> Schema:
    """Return the schema of waypost.json on the page at this address, published beside it."""
    return {**document_schema(Page, "A Waypost status page"), "$id": page_url + SCHEMA_PATH}
