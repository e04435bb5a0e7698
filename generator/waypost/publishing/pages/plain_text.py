"""The status as plain text, for people at a terminal: `curl https://status.example.org/status.txt`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from waypost.base.markdown.plain_text import plain_text
from waypost.base.printable import clean_line
from waypost.formats.status import UpdateStatus
from waypost.publishing.pages.filters import StatusFormat
from waypost.status.rules.snapshot import Snapshot

TEXT_PATH = "status.txt"

WIDTH = 78
"""Columns of a line, as terminals have them."""


def text_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return status.txt; it holds times and no ages, so that it changes only when something does."""
    lines = [*_head(snapshot), *_incidents(snapshot), *_planned(snapshot), *_components(snapshot)]
    lines += ["", clean_line(snapshot.page.url)]
    return {TEXT_PATH: ("\n".join(lines) + "\n").encode()}


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(clean_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def _head(snapshot: Snapshot) -> Iterator[str]:
    words, formatter = snapshot.words, StatusFormat(snapshot, {})
    yield clean_line(snapshot.page.name)
    yield ""
    yield from _wrapped(snapshot.headline.sentence)
    yield from _wrapped(snapshot.headline.detail)
    if snapshot.checked_at:
        checked = words.say("status.front.checked", time=formatter.day_time(snapshot.checked_at))
    else:
        checked = words.say("status.front.unchecked")
    yield from _wrapped(f"{checked} · {words.say('status.times', zone=snapshot.page.time_zone)}")


def _incidents(snapshot: Snapshot) -> Iterator[str]:
    words, formatter = snapshot.words, StatusFormat(snapshot, {})
    for incident in snapshot.active:
        last = incident.updates[-1]
        impact = words.say(f"status.impact.{incident.impact}")
        yield ""
        yield from _wrapped(f"{impact}: {incident.title}")
        yield from _wrapped(formatter.names(list(incident.components)), "  ")
        word = words.say(f"status.update.{last.status}")
        yield from _wrapped(f"{formatter.day_time(last.at)} · {word}: {plain_text(last.body)}", "  ")
        if last.next_update_by:
            yield from _wrapped(
                words.say("status.next_update", time=formatter.day_time(last.next_update_by)), "  "
            )
        yield f"  {clean_line(snapshot.page.url)}incidents/{incident.id}/"


def _planned(snapshot: Snapshot) -> Iterator[str]:
    words, formatter = snapshot.words, StatusFormat(snapshot, {})
    for item in snapshot.planned:
        is_waiting = item.status is UpdateStatus.SCHEDULED
        word = words.say("status.planned") if is_waiting else words.say(f"status.update.{item.status}")
        yield ""
        yield from _wrapped(f"{word}: {item.work.title}")
        yield from _wrapped(formatter.window(item), "  ")
        yield from _wrapped(formatter.names(item.work.components), "  ")
        yield f"  {clean_line(snapshot.page.url)}maintenance/{item.work.id}/"


def _components(snapshot: Snapshot) -> Iterator[str]:
    names: Mapping[str, str] = {item.id: clean_line(item.name) for item in snapshot.components}
    width = min(max((len(name) for name in names.values()), default=0), 40)
    for group, members in snapshot.groups:
        yield ""
        if group:
            yield clean_line(group)
        for item in members:
            state = snapshot.words.say(f"status.state.{item.status}")
            yield f"{'  ' if group else ''}{names[item.id]:<{width}}  {state}"
