"""The model of now.json: the present, small enough to be read every half minute by each page that is open."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from waypost.publishing.documents import parts
from waypost.publishing.documents.parts import Time, doc


class NowGroup(TypedDict):
    """A group of components."""

    uptime: Annotated[parts.Uptime, doc("Uptime of its components together.")]


class NowIncident(TypedDict):
    """An open incident."""

    id: Annotated[str, doc("Name of its file, or that which an automatic one gets.")]
    title: Annotated[str, doc("Its title.")]
    impact: Annotated[parts.Hurt, doc("How much it hurts customers.")]
    path: Annotated[str, doc("Its page, from the root of the status page.")]
    started_at: Annotated[Time, doc("When it began.")]
    next_update_by: Annotated[Time | None, doc("When the next update is promised, or null.")]
    overdue_since: Annotated[
        Time | None, doc("When the next update was due, if it did not come in time, or null.")
    ]
    components: Annotated[list[str], doc("Ids of the components that are still hit.")]


class NowMaintenance(TypedDict):
    """Maintenance that is going on."""

    id: Annotated[str, doc("Its id.")]
    title: Annotated[str, doc("Its title.")]
    path: Annotated[str, doc("Its page, from the root of the status page.")]
    started_at: Annotated[Time, doc("When it started.")]
    ends_at: Annotated[Time, doc("When it will end.")]
    components: Annotated[list[str], doc("Ids of the components worked on.")]


class Now(parts.Present):
    """What is so now, as pages and programs show it."""

    made_at: Annotated[Time, doc("When the file was made.")]
    checked_at: Annotated[Time | None, doc("When anything was last measured, or null.")]
    groups: Annotated[dict[str, NowGroup], doc("Groups of components, by name.")]
    components: Annotated[dict[str, parts.ComponentNow], doc("Components, by id.")]
    incidents: Annotated[list[NowIncident], doc("Open incidents, newest first.")]
    maintenances: Annotated[list[NowMaintenance], doc("Maintenance that is going on.")]
