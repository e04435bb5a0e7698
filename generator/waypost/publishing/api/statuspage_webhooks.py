"""The bodies of webhooks in the form of Statuspage, so that receivers made for it read our messages too.

Shapes as Atlassian documents them for webhook subscribers ("Enable webhook notifications"). They are about
one moment: the caller gives the snapshot of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.base.ids import public_id
from waypost.base.markdown.links import absolute_links
from waypost.formats.status import ComponentStatus, Incident, Update, UpdateStatus
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
    """Return the body about the latest update of an incident or a scheduled maintenance.

    It has the fields that the files of the API leave out too: strict receivers refuse an incident without them.
    """
    if isinstance(subject, Incident):
        written = [item for item in subject.updates if item.status is UpdateStatus.POSTMORTEM]
        incident = {
            **incident_json(snapshot, subject),
            **_UNSCHEDULED,
            **_postmortem(written, snapshot.page.help_url),
        }
    else:
        incident = {**maintenance_json(snapshot, subject), **_SCHEDULED, **_postmortem((), "")}
    updates = [{**update, **_NO_TWEET} for update in incident["incident_updates"]]
    return {**envelope(snapshot, recipient), "incident": {**incident, "incident_updates": updates}}


_SETTINGS = {
    "backfilled": False,
    "impact_override": None,
    "organization_id": None,
    "scheduled_remind_prior": False,
    "scheduled_reminded_at": None,
}
_UNSCHEDULED = {
    **_SETTINGS,
    "scheduled_for": None,
    "scheduled_until": None,
    "scheduled_auto_transition": False,
}
_SCHEDULED = {**_SETTINGS, "scheduled_auto_transition": True}
"""The clock begins and ends announced work where nobody else does."""
_NO_TWEET = {"wants_twitter_update": False, "twitter_updated_at": None}


def _postmortem(written: Sequence[Update], help_url: str) -> Json:
    latest = written[-1] if written else None
    return {
        "postmortem_body": absolute_links(latest.body, help_url) if latest else None,
        "postmortem_body_last_updated_at": api_time(latest.edited or latest.at) if latest else None,
        "postmortem_ignored": False,
        "postmortem_notified_subscribers": latest is not None,
        "postmortem_notified_twitter": False,
        "postmortem_published_at": api_time(latest.at) if latest else None,
    }


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
