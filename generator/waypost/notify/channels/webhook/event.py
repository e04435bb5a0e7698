"""The model of what a webhook says; its objects are those of waypost.json."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from waypost.formats.subscribers import NoticeEvent
from waypost.publishing.api import parts, waypost_json
from waypost.publishing.api.faults import OwnFault
from waypost.publishing.api.parts import Count, PublicId, Schema, State, Time, doc, document_schema, one_of


class EventPage(TypedDict):
    """The status page in short."""

    id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    url: Annotated[str, doc("Its address, with a slash at its end.")]
    indicator: parts.Indicator
    status: Annotated[State, doc("The worst state of all components; `no_data` where nothing is known.")]
    headline: Annotated[str, doc("The sentence at the top of the page, in its language.")]


class EventIncident(waypost_json.PublishedIncident):
    """An incident, as it was when the message was made."""

    earlier_updates: Annotated[Count, doc("How many older updates are left out here; the page has them.")]


class EventMaintenance(waypost_json.PublishedMaintenance):
    """A scheduled maintenance, as it was when the message was made."""

    earlier_updates: Annotated[Count, doc("How many older updates are left out here; the page has them.")]


class EventChange(TypedDict):
    """Which state became which."""

    component: Annotated[str, doc("Id of the component.")]
    old_status: Annotated[State, doc("The state before.")]
    new_status: Annotated[State, doc("The state from now on.")]


class EventEndpoint(TypedDict):
    """A subscriber that nothing is sent to any more."""

    id: Annotated[str, doc("Its id in subscribers.yml.")]
    disabled_at: Annotated[Time, doc("When it was given up.")]


class EventMessage(TypedDict):
    """What every message has."""

    sequence: Annotated[
        int, Field(ge=1), doc("Grows from message to message: what is lower than one that you know is older.")
    ]
    page: Annotated[EventPage, doc("The status page, as it was when the message was made.")]
    title: Annotated[str, doc("What the page calls that which it is about, in one line.")]
    text: Annotated[
        str, doc("What is to be said, in Markdown without HTML; empty where the title and the state say all.")
    ]
    url: Annotated[str, doc("Address of the page that tells more.")]


class EventSubject(TypedDict, total=False):
    """What a message is about."""

    incident: Annotated[EventIncident, doc("The incident that it is about.")]
    maintenance: Annotated[EventMaintenance, doc("The scheduled maintenance that it is about.")]
    component: Annotated[waypost_json.ComponentState, doc("The component that it is about.")]
    change: Annotated[EventChange, doc("With `component.status`: which state became which.")]
    certificates: Annotated[
        list[parts.PublishedCertificate], doc("Certificates that end soon or have ended.")
    ]
    endpoint: Annotated[EventEndpoint, doc("With `endpoint.disabled`: the subscriber that is given up.")]
    fault: Annotated[
        OwnFault, doc("With `monitor.trouble` and `monitor.recovered`: the fault of Waypost itself.")
    ]


class EventData(EventMessage, EventSubject):
    """What a message says, and what it is about."""


class WebhookEvent(TypedDict):
    """What a webhook sends."""

    type: Annotated[NoticeEvent, one_of(NoticeEvent), doc("What happened.")]
    timestamp: Annotated[Time, doc("When it happened.")]
    data: Annotated[EventData, doc("What it is about.")]


def payload_schema() -> Schema:
    """Return the schema as docs/schema/webhook-payload.json."""
    return document_schema(WebhookEvent, "Waypost: the payload of a webhook")
