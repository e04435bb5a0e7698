"""Rules about what is said when an incident is over: the resolution, and the postmortem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from waypost.formats.status import Impact, Incident, Update, UpdateStatus
from waypost.lint.rules.incident_words import CAUSE, DURATION, WHAT_NOW
from waypost.lint.rules.rule import Finding, LintSite, at_update
from waypost.lint.rules.timelines import OLD, in_words, incidents, listed

_SAID = (("how long it lasted", DURATION), ("what the cause was", CAUSE), ("what to do now", WHAT_NOW))

_SECTIONS = {
    # The sections of Google's SRE book, by the names that people give them in English and German.
    "Summary": "summary|overview|what happened|zusammenfassung|überblick|kurzfassung|was geschah|was ist passiert",
    "Impact": "impact|customer impact|user impact|who was affected|auswirkung|auswirkungen|folgen|wer betroffen war",
    "Root cause": "root cause|root causes|cause|causes|why it happened|ursache|ursachen|grundursache|hauptursache",
    "Detection": "detection|how we noticed|how it was detected|erkennung|entdeckung|feststellung|wie wir es bemerkten",
    "Resolution": "resolution|recovery|fix|how we fixed it|mitigation|behebung|lösung|wiederherstellung",
    "Timeline": "timeline|chronology|ablauf|zeitlicher ablauf|zeitverlauf|zeitleiste|chronologie|verlauf",
    "Action items": "action items|actions|follow-up|follow-ups|next steps|what we will do|what we do now|maßnahmen|"
    "nächste schritte|was wir tun|folgemaßnahmen",
}
_NAMES = {name.casefold(): section for section, names in _SECTIONS.items() for name in names.split("|")}
_NUMBER = re.compile(r"\d{1,3}[.)]?\s+")
_TITLE = re.compile(
    r"[ ]{0,3}(?:[-*+][ ]{1,3})?(?:#{1,6}[ \t]+(?P<h>.{1,200})|(?P<b>\*\*|__)(?P<bold>.{1,200}?)(?P=b)(?P<rest>.*))$"
)
_ITEM = re.compile(r"[ \t]{0,8}(?:[-*+]|\d{1,4}[.)])[ \t]+(?P<text>.*)")
_OWNER = re.compile(
    r"\b(?:owners?|owned|responsible|assignee|verantwortlich\w*|zuständig\w*)\b|(?<!\w)@\w", re.IGNORECASE
)
_DUE = re.compile(
    r"\b(?:due|deadline|done|fällig\w*|frist|termin|erledigt)\b|\b\d{4}-\d\d-\d\d\b|"
    r"\b\d{1,2}\.[ ]?\d{1,2}\.[ ]?\d{2,4}|"
    r"\b\d{1,2}\.?[ ](?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ ]\d{1,2}\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:none|no|nothing|keine?|nichts)\b", re.IGNORECASE)


def thin_resolutions(site: LintSite) -> Iterator[Finding]:
    """Find resolutions that leave open how long it lasted, why it happened, or what to do now."""
    for path, incident in incidents(site):
        for index, update in enumerate(incident.updates):
            missing = [what for what, pattern in _SAID if not pattern.search(update.body)]
            if update.status is UpdateStatus.RESOLVED and missing:
                yield Finding(
                    path, at_update(index), f"The resolution does not say {listed(missing)}. Add it."
                )


def postmortems(site: LintSite) -> Iterator[Finding]:
    """Find postmortems that are due, and those that leave out what readers ask for."""
    for path, incident in incidents(site):
        if incident.impact not in (Impact.MAJOR, Impact.CRITICAL):
            continue
        yield from _missing_postmortem(site, path, incident)
        for index, update in enumerate(incident.updates):
            if update.status is UpdateStatus.POSTMORTEM:
                for message in _postmortem_faults(update):
                    yield Finding(path, at_update(index), message)


def _missing_postmortem(site: LintSite, path: str, incident: Incident) -> Iterator[Finding]:
    states = [update.status for update in incident.updates]
    if incident.resolved_at is None or UpdateStatus.POSTMORTEM in states:
        return
    late = site.now - incident.resolved_at - site.config.postmortem_within
    if timedelta(0) < late <= OLD:
        policy = in_words(site.config.postmortem_within)
        message = (
            f"There is no postmortem, and it is due {policy} after a {incident.impact} incident. Add an update "
            "'postmortem'."
        )
        yield Finding(path, at_update(states.index(UpdateStatus.RESOLVED)), message)


def _postmortem_faults(update: Update) -> Iterator[str]:
    found = _sections(update.body)
    missing = [section for section in _SECTIONS if section not in found]
    if missing:
        yield f"The postmortem lacks {listed(missing)}. Write each below its heading, such as ### {missing[0]}."
    if "Action items" in found:
        yield from _item_faults(found["Action items"])


def _sections(body: str) -> dict[str, list[str]]:
    """Return the lines below each title that is known, a heading or bold words; a thing titled twice is one."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in body.split("\n"):
        title = _TITLE.match(line)
        section = _section(title["h"] or title["bold"]) if title else ""
        if section:
            current = found.setdefault(section, [])
            current += [title["rest"]] if title and title["rest"] else []
        elif title and title["h"]:
            current = []
        else:
            current.append(line)
    return found


def _section(title: str) -> str:
    """Return which section a title begins; 'Root cause analysis' is one of the root cause."""
    name = _NUMBER.sub("", title.strip(" \t#*_:.").casefold(), count=1)
    return next((section for known, section in _NAMES.items() if f"{name} ".startswith(f"{known} ")), "")


def _item_faults(lines: list[str]) -> Iterator[str]:
    """Say how many action items have no owner or no day; a table is judged by its head."""
    items = _items(lines)
    for what, pattern in (("owner", _OWNER), ("day on which it is due", _DUE)):
        bare = sum(not pattern.search(item) for item in items)
        if bare:
            number = "The action item has" if len(items) == 1 else _count(bare, len(items))
            yield f"{number} no {what}. Write: … Owner: Payments team. Due: 2026-12-18."


def _count(bare: int, items: int) -> str:
    return f"Of {items} action items, {bare} {'has' if bare == 1 else 'have'}"


def _items(lines: list[str]) -> list[str]:
    table = [line for line in lines if line.lstrip().startswith("|")]
    if table:
        return table[:1]
    items: list[str] = []
    for line in lines:
        item = _ITEM.match(line)
        if item and (not line[:2].isspace() or not items):
            items.append(item["text"])
        elif items and line.strip():
            items[-1] += f" {line}"
    text = " ".join(lines).strip()
    if items or not text or _NOTHING.match(text):
        return items
    return [text]
