"""Bring the timeline of another page into an order that can have happened, in words that are read back as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from waypost.base.markdown.blocks import update_blocks_of
from waypost.formats.status import (
    ENDED,
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    ComponentStatus,
    UpdateStatus,
)
from waypost.importing.rules.histories import Notes, SourceEntry, SourceUpdate
from waypost.importing.rules.words import is_ending, known_status

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
_BREAKS = {"br": "\n", "p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "li": "\n- ", "tr": "\n"}
_BREAKS |= dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "hr"], "\n\n")
_PLAIN = {"span", "small", "var", "u", "font", "time", "abbr", "table", "tbody", "td", "th", "center"}
_DROPPED = frozenset({"script", "style"})
_KNOWN = {*_MARKS, *_BREAKS, *_PLAIN, *_DROPPED, "a"}
_TAG = re.compile(rf"</?({'|'.join(sorted(_KNOWN))})(\s[^<>]*)?/?>", re.IGNORECASE)
_COMMENT = re.compile(r"^[ \t]*<!--.*?(?:-->[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{2,5});")


def plain_markup(text: str) -> str:
    """Return a text without HTML and its comments; a text that holds none is returned as it is."""
    text = without_comments(text)
    if not _TAG.search(text):
        return unescape(text).replace("\xa0", " ") if _ENTITY.search(text) else text
    reader = _TextReader()
    reader.feed(text)
    reader.close()
    joined = "".join(reader.parts).replace("\xa0", " ")
    lines = [line.strip() if not line.startswith("    ") else line.rstrip() for line in joined.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_comments(text: str) -> str:
    """Return a text without the comments of HTML that begin a line: nobody saw them."""
    return _COMMENT.sub("", text)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._silent += 1
        elif tag == "a":
            target = _safe(dict(attrs).get("href") or "")
            self._links.append(target)
            self.parts.append("[" if target else "")
        elif tag in _KNOWN:
            self.parts.append(_MARKS.get(tag) or _BREAKS.get(tag, ""))
        else:
            # It only looks like a tag: <instance> is a word that somebody wrote.
            self._add(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            target = self._links.pop()
            self.parts.append(f"]({target})" if target else "")
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif tag in _BREAKS and tag not in ("br", "li", "hr"):
            self.parts.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        if not self._silent:
            self.parts.append(text)


def _safe(address: str) -> str:
    """Return an address that a link may lead to; nothing for scripts and for what would break the Markdown."""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return ""
    if scheme not in ("https", "http", "mailto") or re.search(r"[\s<>()\[\]]", address.strip()):
        return ""
    return address.strip()


MAX_TEXT = 9_900
"""Characters of one update that are taken over; the format takes a few more."""

_STEP = timedelta(milliseconds=1)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_READ_AS_DATES = re.compile(r"^([ \t]*(?:next update by|edited)) (?=\S)", re.MULTILINE | re.IGNORECASE)
_FINAL = (*ENDED, UpdateStatus.WITHDRAWN)
"""What nothing follows."""

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
class TimelineUpdate:
    """One update in our form."""

    status: UpdateStatus
    at: datetime
    text: str
    states: Mapping[str, ComponentStatus] = field(default_factory=dict)
    """As the other page names them."""


def timeline_of(entry: SourceEntry, notes: Notes) -> list[TimelineUpdate]:
    """Return the updates of an entry in an order that our files accept; each change is noted."""
    updates = _in_our_words(entry, notes)
    begun = entry.started or (entry.window[0] if entry.window else entry.ended)
    if not updates and begun:
        notes.add(
            entry.origin, "It has no update. Its title now stands as the first one; say what customers saw."
        )
        updates = [_opening(entry, begun)]
    if entry.ended and not entry.window and not is_ending(updates[-1].status):
        notes.add(
            entry.origin, "No update says that it is over. One was added at the time that the page gives."
        )
        at = max(entry.ended, updates[-1].at + _STEP)
        updates.append(TimelineUpdate(UpdateStatus.RESOLVED, at, "Resolved."))
    return _in_steps(updates, entry, notes) if updates else []


def _in_our_words(entry: SourceEntry, notes: Notes) -> list[TimelineUpdate]:
    allowed = MAINTENANCE_STATUSES if entry.window else INCIDENT_STATUSES
    translated = _OF_MAINTENANCE if entry.window else _OF_INCIDENT
    found: list[TimelineUpdate] = []
    # Updates of one moment stay in the order in which the other page has them.
    for update in sorted(entry.updates, key=lambda item: item.at):
        status = known_status(update.status)
        if status is None:
            # An "update" says something new of the state that it finds.
            status = found[-1].status if found else allowed[0]
        at = update.at
        if found and at <= found[-1].at:
            notes.add(entry.origin, "Two updates have the same time. The second is now a millisecond later.")
            at = found[-1].at + _STEP
        text = safe_text(update, entry, notes)
        found.append(TimelineUpdate(translated.get(status, status), at, text, update.states))
    return found


def _opening(entry: SourceEntry, at: datetime) -> TimelineUpdate:
    status = UpdateStatus.SCHEDULED if entry.window else UpdateStatus.INVESTIGATING
    return TimelineUpdate(status, at, safe_words(entry.title))


def _in_steps(updates: Sequence[TimelineUpdate], entry: SourceEntry, notes: Notes) -> list[TimelineUpdate]:
    """Let one end follow another only where something went on between, a postmortem an end, and no end nothing."""
    found = list(updates)
    going_on = UpdateStatus.VERIFYING if entry.window else UpdateStatus.MONITORING
    after = UpdateStatus.POSTMORTEM
    for index, update in enumerate(found):
        before = found[index - 1].status if index else going_on
        if update.status is after and before not in (UpdateStatus.RESOLVED, after):
            is_last = all(it.status is after for it in found[index:])
            status = UpdateStatus.RESOLVED if is_last else going_on
            notes.add(entry.origin, f"A postmortem came before the end. It now says '{status}'.")
            found[index] = replace(update, status=status)
        elif is_ending(before) and (
            before in _FINAL or (is_ending(update.status) and update.status is not after)
        ):
            notes.add(entry.origin, f"It went on after '{before}'. That update now says '{going_on}'.")
            _open_again(found, index, going_on, entry)
    if is_ending(found[0].status):
        notes.add(
            entry.origin, "It was told only when it was over. Its title now stands as the first update."
        )
        end = found[0].at
        is_earlier = entry.started is not None and entry.started < end
        begun = entry.started if entry.started and is_earlier else end - timedelta(seconds=1)
        found.insert(0, _opening(entry, begun))
    return found


def _open_again(found: list[TimelineUpdate], index: int, status: UpdateStatus, entry: SourceEntry) -> None:
    """Let the ends right before an update be steps; what they said of the components stays."""
    well = {} if entry.window else dict.fromkeys(entry.names, ComponentStatus.OPERATIONAL)
    while index and is_ending(found[index - 1].status):
        index -= 1
        found[index] = replace(found[index], status=status, states=well | dict(found[index].states))


def safe_text(update: SourceUpdate, entry: SourceEntry, notes: Notes) -> str:
    """Return the words of an update so that our files give them back as they are."""
    text = safe_words(plain_markup(update.text))
    if len(text) > MAX_TEXT:
        notes.add(entry.origin, f"A text beyond {MAX_TEXT} characters was cut.")
        text = safe_words(text[:MAX_TEXT].rstrip() + "…")
    if not text:
        notes.add(entry.origin, "An update has no text. Say what it meant.")
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
