"""Escalation: when nobody takes care of an incident, or nobody says how it goes on, the next people are told.

They are told when 80 % of the time allowed are over, and again when all of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.formats.notices import Notice, NoticeEvent
from waypost.formats.status import Incident
from waypost.formats.subscribers import Escalation
from waypost.notify.rules.context import Look
from waypost.notify.rules.incidents import notice_about
from waypost.status.rules.incidents import next_due

AT_RISK = 0.8
"""The share of the time allowed after which the first are told."""


@dataclass(frozen=True)
class Wait:
    """Something that is waited for."""

    reason: str
    """`acknowledge`, or `update`."""
    mark: str
    """Tells this wait from others of the incident."""
    begin: datetime
    due: datetime

    @property
    def at_risk(self) -> datetime:
        """When 80 % of the time are over."""
        return self.begin + (self.due - self.begin) * AT_RISK


def escalation_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each step of each wait that has been reached and that has contacts."""
    for number, escalation in enumerate(look.file.escalation):
        for incident in look.snapshot.active:
            if incident.impact in escalation.impacts:
                for wait in _waits(look, escalation, incident):
                    yield from _steps(look, escalation, number, incident, wait)


def _waits(look: Look, escalation: Escalation, incident: Incident) -> Iterator[Wait]:
    opened, last = incident.updates[0].at, incident.updates[-1]
    # Who writes of an incident takes care of it; one that the checks found waits for a person.
    if escalation.acknowledge_within and incident.automatic and incident.id not in look.told.acknowledged:
        yield Wait("acknowledge", "", opened, opened + escalation.acknowledge_within)
    due = next_due(incident, last, look.cadence)
    if due is not None:
        yield Wait("update", f"#{last.id}", last.at, due)


def _steps(
    look: Look, escalation: Escalation, number: int, incident: Incident, wait: Wait
) -> Iterator[Notice]:
    steps: Sequence[tuple[str, datetime, tuple[str, ...]]] = (
        ("at_risk", wait.at_risk, escalation.at_risk),
        ("breached", wait.due, escalation.breached),
    )
    for step, at, contacts in steps:
        if contacts and at <= look.now:
            key = f"escalation/{number}/{incident.id}{wait.mark}/{wait.reason}/{step}"
            notice = notice_about(look, incident, key, NoticeEvent.ESCALATION, at)
            said = look.snapshot.words.say(
                f"notify.escalation.{wait.reason}.{step}",
                begin=look.time(wait.begin),
                due=look.time(wait.due),
            )
            yield replace(notice, body=said, contacts=contacts)
