"""Bring the timeline of another page into an order that can have happened, in words that are read back as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waypost.base.markdown.blocks import update_blocks_of
from waypost.formats.status import INCIDENT_STATUSES, MAINTENANCE_STATUSES, UpdateStatus
from waypost.importing.rules.histories import ForeignUpdate, Notes, Story, known_status
from waypost.importing.rules.plain_markup import plain_markup

MAX_TEXT = 9_900
"""Characters of one update that are taken over; the format takes a few more."""

_STEP = timedelta(milliseconds=1)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_READ_AS_DATES = re.compile(r"^([ \t]*(?:next update by|edited)) (?=\S)", re.MULTILINE | re.IGNORECASE)
_ENDINGS = {UpdateStatus.RESOLVED, UpdateStatus.COMPLETED, UpdateStatus.CANCELLED, UpdateStatus.POSTMORTEM}
_OF_MAINTENANCE = {
    UpdateStatus.INVESTIGATING: UpdateStatus.IN_PROGRESS,
    UpdateStatus.IDENTIFIED: UpdateStatus.IN_PROGRESS,
    UpdateStatus.MONITORING: UpdateStatus.VERIFYING,
    UpdateStatus.RESOLVED: UpdateStatus.COMPLETED,
    UpdateStatus.POSTMORTEM: UpdateStatus.COMPLETED,
}
_OF_INCIDENT = {
    UpdateStatus.SCHEDULED: UpdateStatus.INVESTIGATING,
    UpdateStatus.IN_PROGRESS: UpdateStatus.IDENTIFIED,
    UpdateStatus.VERIFYING: UpdateStatus.MONITORING,
    UpdateStatus.COMPLETED: UpdateStatus.RESOLVED,
    UpdateStatus.CANCELLED: UpdateStatus.RESOLVED,
}


@dataclass(frozen=True)
class Told:
    """One update in our form."""

    status: UpdateStatus
    at: datetime
    text: str


def told(story: Story, notes: Notes) -> list[Told]:
    """Return the updates of a story in an order that our files accept; what had to be changed is noted."""
    is_work = story.window is not None
    updates = _in_time(_named(story, notes), story, notes)
    if not updates:
        updates = _from_nothing(story, notes)
    updates = _ended(updates, story, notes) if not is_work else updates
    return _in_steps(updates, story, notes) if updates else []


def _named(story: Story, notes: Notes) -> list[Told]:
    allowed = MAINTENANCE_STATUSES if story.window else INCIDENT_STATUSES
    translated = _OF_MAINTENANCE if story.window else _OF_INCIDENT
    found: list[Told] = []
    # Those of one moment stay in the order in which the other page has them.
    for update in sorted(story.updates, key=lambda item: item.at):
        status = known_status(update.status)
        if status is None:
            # An "update" says something new of the state that it finds.
            status = found[-1].status if found else allowed[0]
            status = UpdateStatus.MONITORING if status in _ENDINGS and not story.window else status
        found.append(Told(translated.get(status, status), update.at, safe_text(update, story, notes)))
    return found


def _in_time(updates: Sequence[Told], story: Story, notes: Notes) -> list[Told]:
    found: list[Told] = []
    for update in updates:
        if found and update.at <= found[-1].at:
            notes.add(story.origin, "Two updates have the same time. The second is now a millisecond later.")
            found.append(replace(update, at=found[-1].at + _STEP))
        else:
            found.append(update)
    return found


def _from_nothing(story: Story, notes: Notes) -> list[Told]:
    begun = story.started or (story.window[0] if story.window else story.ended)
    if begun is None:
        return []
    notes.add(
        story.origin, "It has no update. Its title now stands as the first one; say what customers saw."
    )
    first = UpdateStatus.SCHEDULED if story.window else UpdateStatus.INVESTIGATING
    return [Told(first, begun, safe_words(story.title))]


def _ended(updates: Sequence[Told], story: Story, notes: Notes) -> list[Told]:
    """Say that it is over where only the other page's dates say so."""
    if story.ended is None or any(update.status in _ENDINGS for update in updates):
        return list(updates)
    notes.add(story.origin, "No update says that it is over. One was added at the time that the page gives.")
    at = max(story.ended, updates[-1].at + _STEP)
    return [*updates, Told(UpdateStatus.RESOLVED, at, "Resolved.")]


def _in_steps(updates: Sequence[Told], story: Story, notes: Notes) -> list[Told]:
    """Keep one end, nothing but postmortems after it, and something before it."""
    found = list(updates)
    last = max(
        (index for index, it in enumerate(found) if it.status is not UpdateStatus.POSTMORTEM), default=-1
    )
    going_on = UpdateStatus.VERIFYING if story.window else UpdateStatus.MONITORING
    for index, update in enumerate(found[:last]):
        if update.status in _ENDINGS:
            message = f"It went on after '{update.status}'. That update now says '{going_on}'."
            notes.add(story.origin, message)
            found[index] = replace(update, status=going_on)
    after = last + 1
    if after < len(found) and (last < 0 or found[last].status is not UpdateStatus.RESOLVED):
        notes.add(story.origin, "A postmortem came before the end. It now says 'resolved'.")
        found[after] = replace(found[after], status=UpdateStatus.RESOLVED)
    if found[0].status in _ENDINGS:
        found.insert(0, _beginning(found[0], story, notes))
    return found


def _beginning(end: Told, story: Story, notes: Notes) -> Told:
    notes.add(story.origin, "It was told only when it was over. Its title now stands as the first update.")
    first = UpdateStatus.SCHEDULED if story.window else UpdateStatus.INVESTIGATING
    begun = story.started if story.started and story.started < end.at else end.at - timedelta(seconds=1)
    return Told(first, begun, safe_words(story.title))


def safe_text(update: ForeignUpdate, story: Story, notes: Notes) -> str:
    """Return the words of an update so that our files give them back as they are."""
    text = safe_words(plain_markup(update.text))
    if len(text) > MAX_TEXT:
        notes.add(story.origin, f"An update of {len(text)} characters was cut to {MAX_TEXT}.")
        text = safe_words(text[:MAX_TEXT].rstrip() + "…")
    if not text:
        notes.add(story.origin, "An update has no text. Say what it meant.")
        text = f"{update.status.strip().capitalize() or 'Update'}." if update.status.isascii() else "Update."
    return text


def safe_words(text: str) -> str:
    """Return a text in which no line is taken for a heading of ours, a promise, or the start of endless code."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    # A second space looks the same on a page, and no date is read out of the line.
    lines = _READ_AS_DATES.sub(r"\1  ", plain.strip()).split("\n")
    blocks = [block for block in update_blocks_of("\n".join(lines)) if not block.depth]
    for block in blocks:
        if block.level == 2 and lines[block.start].startswith("## "):
            # One level deeper it is still a heading of the text, and no longer one of ours.
            lines[block.start] = f"#{lines[block.start]}"
    lines += [block.text for block in blocks[-1:] if not block.is_closed]
    return "\n".join(lines).strip()


def flat_words(text: str) -> str:
    """Return a text without the marks that nest."""
    lines = [re.sub(r"^[ \t]*(?:(?:[-+*>]|\d+[.)])[ \t]*)+", "", line) for line in text.split("\n")]
    flat = re.sub(r"\n{3,}", "\n\n", re.sub(r"[\[\]*_`~]+", " ", "\n".join(lines))).strip()
    # What stood in code is text now.
    return safe_words(flat)
