"""A fault of Waypost itself as programs of operators read it; no public document has it."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from waypost.base.faults import Fault, FaultKind
from waypost.publishing.api.parts import Time, doc, one_of, time_or_null
from waypost.publishing.api.statuspage import api_time


class OwnFault(TypedDict):
    """What keeps Waypost itself from its work."""

    kind: Annotated[FaultKind, one_of(FaultKind), doc("What part of Waypost it keeps from its work.")]
    subject: Annotated[
        str, doc("What it is about, such as the name of a task; empty where the kind says all.")
    ]
    message: Annotated[str, doc("What is wrong and what to do, in English.")]
    started_at: Annotated[Time, doc("When it began.")]
    ended_at: Annotated[
        Time | None,
        doc("When it ended, or null while it lasts. For what happened in a moment it is `started_at`."),
    ]


def fault_json(fault: Fault) -> OwnFault:
    """Write a fault."""
    return {
        "kind": fault.kind,
        "subject": fault.subject,
        "message": fault.message,
        "started_at": api_time(fault.since),
        "ended_at": time_or_null(fault.until),
    }
