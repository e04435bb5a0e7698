"""What messages of all chats share: the mark in front, the footer behind, and what belongs to one thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from waypost.base.printable import clean_line
from waypost.formats.notices import Letter, NoticeEvent, SubjectKind
from waypost.formats.status import ComponentStatus
from waypost.notify.channels.base import Composition
from waypost.notify.rules.wording import Wording, colour_status, time_writer, wording

MARKS = {
    ComponentStatus.OPERATIONAL: "🟢",
    ComponentStatus.DEGRADED_PERFORMANCE: "🟡",
    ComponentStatus.PARTIAL_OUTAGE: "🟠",
    ComponentStatus.MAJOR_OUTAGE: "🔴",
    ComponentStatus.UNDER_MAINTENANCE: "🔵",
    ComponentStatus.NO_DATA: "⚪",
}
"""What stands in front of a message in the colours of the status page; the words say the same."""

_THREADS = (SubjectKind.INCIDENT, SubjectKind.MAINTENANCE)
"""What has a beginning and an end. The states of a component go on for ever, and nobody reads up to the first."""

_NO_STATE = (NoticeEvent.UPDATE_OVERDUE, NoticeEvent.ESCALATION)
"""Events that say nothing about how the incident is."""

_TO_DO = (NoticeEvent.CERTIFICATE_EXPIRING, NoticeEvent.ENDPOINT_DISABLED)
"""Nothing fails yet, and something will if nobody acts."""


@dataclass(frozen=True)
class ChatMessage:
    """What a chat shows of a notice."""

    wording: Wording
    status: ComponentStatus
    """Whose colour it wears."""
    headline: str
    """In one line, with the mark in front."""
    facts: tuple[str, ...]
    footer: str
    """The page and the time."""
    help_url: str
    """Where links that start with `/` lead."""


def chat_message(composition: Composition) -> ChatMessage:
    """Return what a chat shows of a notice, in the language of the page; only the body has markup."""
    notice, snapshot = composition.notice, composition.snapshot
    said = wording(notice, snapshot)
    is_to_do = notice.event in _TO_DO
    status = ComponentStatus.DEGRADED_PERFORMANCE if is_to_do else colour_status(notice)
    return ChatMessage(
        wording=said,
        status=status,
        headline=clean_line(f"{MARKS[status]} {said.headline}"),
        facts=tuple(map(clean_line, said.facts)),
        footer=clean_line(f"{snapshot.page.name} · {time_writer(snapshot)(notice.at)}"),
        help_url=snapshot.page.help_url,
    )


def first_of_thread(letter: Letter) -> str:
    """Return what the other side calls the first message of the letter's thread; empty where there is none."""
    kind = letter.delivery.subject.partition("/")[0]
    return letter.first_remote if kind in _THREADS else ""


def tells_the_state(letter: Letter) -> bool:
    """Tell whether the first message of the thread is to say what this letter says."""
    return letter.delivery.event not in _NO_STATE


def json_object(body: bytes) -> dict[str, Any]:
    """Read an answer that should be a JSON object; empty for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
