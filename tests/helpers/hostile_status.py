"""A status page whose writers (or attackers) put everything into titles and bodies that can break a format."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.helpers.status_world import with_states

from helpers.status_world import take_snapshot
from waypost.base.files.languages import DEFAULT_LANGUAGE
from waypost.formats.status import ComponentStatus, Impact, Incident, Maintenance, Update, UpdateStatus
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.snapshot import Snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

TEXTS = {
    "plain": "Downloads stop half way",
    "markup": "<script>alert(\"1\")</script> & <b>bold</b> 'quoted'",
    "cdata": "a ]]> b <![CDATA[ c ]]> -->",
    "control": "a\x00b\x08c\x1bd\x7f \ufffe\uffff \ud800 e",
    "emoji": "👩‍👩‍👧‍👦 família 🏳️‍🌈 naïve",
    "right_to_left": "שלום \u202eabc\u202c العربية",
    "entities": "&lt;b&gt; &amp;amp; &nope; &#0; &#x110000;",
    "calendar": "a;b,c\\nd\\;e:f\r\nBEGIN:VEVENT\r\nX",
    "long": "Langes Wort: " + "Ünïcödé " * 60,
}
"""Texts by what they attack."""


def update(status: UpdateStatus, at: datetime, body: str) -> Update:
    """Make an update with the id that files would give it."""
    return Update(f"{at:%Y%m%dt%H%M%Sz}-{status.replace('_', '-')}", status, at, body)


def hostile_snapshot(
    texts: dict[str, str] | None = None, now: datetime = NOW, language: str = DEFAULT_LANGUAGE
) -> Snapshot:
    """Make an incident and a maintenance of every text."""
    incidents, works = [], []
    for number, (name, text) in enumerate((TEXTS if texts is None else texts).items()):
        day = NOW - timedelta(days=number + 1)
        updates = (
            update(UpdateStatus.INVESTIGATING, day, f"{text}\n\n[Help](/a/) <br>"),
            update(UpdateStatus.RESOLVED, day + timedelta(hours=1), text),
        )
        hit = {"web": ComponentStatus.PARTIAL_OUTAGE}
        incidents.append(
            Incident(name.replace("_", "-"), text, Impact.MINOR, hit, day, with_states(updates, hit))
        )
        start = NOW + timedelta(days=number + 1)
        planned = (update(UpdateStatus.SCHEDULED, day, text),)
        window = (start, start + timedelta(hours=2))
        works.append(Maintenance(name.replace("_", "-"), text, ("web",), *window, planned))
    page = PageConfig(name="Status & <more>", url="https://help.example.org/status/")
    config = StatusConfig(page=page, components=(Component(id="web", name="Web; pages, all"),))
    return take_snapshot(StatusSite(config, tuple(incidents), tuple(works)), History(), now, language)
