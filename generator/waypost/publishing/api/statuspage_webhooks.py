"""The bodies of webhooks in the form of Statuspage, so that receivers made for it read our messages too.

Shapes as Atlassian documents them for webhook subscribers ("Enable webhook notifications"). They are about
one moment: the caller gives the snapshot of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.base.ids import public_id
from waypost.formats.status import ComponentStatus, Incident
from waypost.publishing.api.statuspage import (
    Json,
    api_time,
    component_json,
    incident_json,
    maintenance_json,
    page_id,
    status_json,
)
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot


@dataclass(frozen=True)
class Recipient:
    """The addresses that a receiver gets about its own subscription."""

    unsubscribe: str
    """The address at which it ends the subscription."""
    documentation: str
    """The address of a page that explains the message."""


@dataclass(frozen=True)
class ComponentTransition:
    """A component went from one state to another; neither is no data, for which the form has no word."""

    component: str
    """Its id in status.yml."""
    old: ComponentStatus
    new: ComponentStatus
    at: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for no data."""
        if ComponentStatus.NO_DATA in (self.old, self.new):
            raise ValueError("Statuspage has no word for no data: tell of the change between known states")


def component_body(snapshot: Snapshot, transition: ComponentTransition, recipient: Recipient) -> Json:
    """Return the body about a change of a component.

    Raises KeyError where the component is not on the page.
    """
    members = {component.id: component for component in snapshot.components}
    whole = component_json(snapshot, members[transition.component])
    # The page may have another state by the time of sending.
    component = {key: whole[key] for key in _COMPONENT_KEYS} | {"status": transition.new}
    stamp = f"{transition.component}/{api_time(transition.at)}/{transition.new}"
    return {
        **envelope(snapshot, recipient),
        "component_update": {
            "created_at": api_time(transition.at),
            "new_status": transition.new,
            "old_status": transition.old,
            "id": public_id("component-update", stamp),
            "component_id": whole["id"],
            "component_type": "Component",
        },
        "component": component,
    }


_COMPONENT_KEYS = (
    "created_at",
    "id",
    "name",
    "status",
    "page_id",
    "position",
    "updated_at",
    "description",
    "showcase",
    "group_id",
)


def incident_body(snapshot: Snapshot, subject: Incident | MaintenanceSnapshot, recipient: Recipient) -> Json:
    """Return the body about the latest update of an incident or a scheduled maintenance."""
    body = (
        incident_json(snapshot, subject)
        if isinstance(subject, Incident)
        else maintenance_json(snapshot, subject)
    )
    return {**envelope(snapshot, recipient), "incident": body}


def envelope(snapshot: Snapshot, recipient: Recipient) -> Json:
    """Return the beginning of every body: the state of the page, and where the receiver finds more."""
    status = status_json(snapshot)
    return {
        "meta": {
            "unsubscribe": recipient.unsubscribe,
            "documentation": recipient.documentation,
            "generated_at": api_time(snapshot.now),
        },
        "page": {
            "id": page_id(snapshot),
            "status_indicator": status["indicator"],
            "status_description": status["description"],
        },
    }
