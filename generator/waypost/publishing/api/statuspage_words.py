"""What the Statuspage API and its feeds call the steps of a timeline; they have no word for cancelled."""

from __future__ import annotations

from dataclasses import replace

from waypost.formats.status import Update, UpdateStatus
from waypost.status.rules.snapshot import Snapshot

LABELS = {
    **{status: status.replace("_", " ").capitalize() for status in UpdateStatus},
    UpdateStatus.CANCELLED: "Completed",
}
"""How the feeds of Atlassian Statuspage call each status of an update; programs read it, so it stays English."""


def api_status(status: UpdateStatus) -> UpdateStatus:
    """Return the status that clients of Statuspage know: what is cancelled is completed for them."""
    return UpdateStatus.COMPLETED if status is UpdateStatus.CANCELLED else status


def in_api_words(update: Update, snapshot: Snapshot) -> Update:
    """Return an update as clients of Statuspage see it; one that cancels says so in its text."""
    if update.status is not UpdateStatus.CANCELLED:
        return update
    body = snapshot.words.say("news.cancelled", text=update.body)
    return replace(update, status=api_status(update.status), body=body)
