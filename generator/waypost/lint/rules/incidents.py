"""Rules about incidents and planned work: what is published, in which order, how soon again, and how it ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from waypost.base.markdown.links import links_of
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import Impact, Incident, Maintenance, Update, UpdateStatus
from waypost.lint.rules import incident_words
from waypost.lint.rules.incident_words import own_words, words
from waypost.lint.rules.rule import OLD, Finding, LintSite, at_key, at_update, end_of, in_words, listed
from waypost.status.rules.incidents import CLOSING, allowed_silence
from waypost.status.rules.maintenance import maintenance_at

_STEPS = {UpdateStatus.INVESTIGATING: 0, UpdateStatus.IDENTIFIED: 1, UpdateStatus.MONITORING: 2}
_SKELETON = "say what customers see"
"""How the text of `waypost new incident` begins, which tells writers what to put there."""


def vague_titles(site: LintSite) -> Iterator[Finding]:
    """Find titles that say only that something is wrong."""
    names = " ".join(component.name for component in site.project.status.config.flat)
    known = set(words(names)) - incident_words.LITTLE
    for path, incident in site.incidents():
        title = incident.title
        if not own_words(title) and not known.intersection(words(title)):
            message = (
                "The title does not say what fails. Name the part of the service and what customers cannot do: "
                "'Zip downloads stop half way'."
            )
            yield Finding(path, at_key("title"), message)


def empty_first_updates(site: LintSite) -> Iterator[Finding]:
    """Find first updates from which nobody learns what is wrong."""
    for path, incident in site.incidents():
        body = incident.updates[0].body
        if _SKELETON in body.casefold():
            message = "This is still the text of the skeleton. Say what customers see, who is affected and who is not."
            yield Finding(path, at_update(0), message)
        elif not own_words(plain_text(body)) and _is_trouble(incident.updates[0]):
            message = (
                "The first update does not say what customers see. Say what does not work, for whom, and what still "
                "works."
            )
            yield Finding(path, at_update(0), message)


def _is_trouble(update: Update) -> bool:
    """Tell whether an update names a component in trouble: until then, reports are all that there is to tell."""
    return any(state.is_trouble for _, state in update.changes)


def odd_steps(site: LintSite) -> Iterator[Finding]:
    """Find states that go backward without a word, and critical incidents closed without watching the recovery."""
    for path, incident in site.recent_incidents():
        for index, (earlier, later) in enumerate(itertools.pairwise(incident.updates), start=1):
            back = _STEPS.get(later.status, 9) < _STEPS.get(earlier.status, 0)
            if back and not incident_words.STEPPED_BACK.search(later.body):
                message = (
                    f"The incident goes back from '{earlier.status}' to '{later.status}'. Say why: what did not help, "
                    "or what was found."
                )
                yield Finding(path, at_update(index), message)
            is_end = later.status is UpdateStatus.RESOLVED and not incident.continued_as
            unwatched = is_end and incident.impact is Impact.CRITICAL
            if unwatched and all(update.status is not UpdateStatus.MONITORING for update in incident.updates):
                message = (
                    "A critical incident is resolved without an update 'monitoring' before. Say that the recovery is "
                    "watched, and resolve it when it has held."
                )
                yield Finding(path, at_update(index), message)


def silences(site: LintSite) -> Iterator[Finding]:
    """Find open incidents that were silent for longer than their impact allows."""
    for path, incident in site.recent_incidents():
        allowed = allowed_silence(site.config.updates_within, incident.impact)
        published = site.published(incident)
        if allowed is None or not published:
            continue
        rhythm = in_words(allowed)
        rhythm = rhythm.removeprefix("1 ") if len(rhythm.split()) == 2 else rhythm
        policy = f"at impact {incident.impact} customers hear something every {rhythm}"
        for index, (earlier, later) in enumerate(itertools.pairwise(published), start=1):
            if _is_too_late(later.at, earlier, allowed):
                gap = in_words(later.at - earlier.at)
                message = f"This update came {gap} after the one before, and {policy}."
                yield Finding(path, at_update(index), message)
        last = published[-1]
        if _is_too_late(site.now, last, allowed):
            gap = in_words(site.now - last.at)
            message = f"The incident is open, and this was said {gap} ago; {policy}. Write an update."
            yield Finding(path, at_update(len(published) - 1), message)


def _is_too_late(moment: datetime, update: Update, allowed: timedelta) -> bool:
    """Tell whether the next word was due before a moment; a promise covers the time until it."""
    if update.status in CLOSING:
        return False
    return moment > max(update.at + allowed, update.next_update_by or update.at)


def next_updates(site: LintSite) -> Iterator[Finding]:
    """Find updates that do not say when the next one comes, and promises that were not kept."""
    for path, incident in site.recent_incidents():
        published = site.published(incident)
        for index, update in enumerate(published):
            later = published[index + 1] if index + 1 < len(published) else None
            message = _promise_fault(incident, update, later, site.now)
            if message:
                yield Finding(path, at_update(index), message)


def _promise_fault(incident: Incident, update: Update, later: Update | None, now: datetime) -> str:
    promised = update.next_update_by
    if promised is None:
        if update.status in CLOSING or incident.impact is Impact.NONE:
            return ""
        return "Nobody learns when to look again. Add a line of its own: Next update by 2026-11-20T10:30:00+01:00."
    if promised <= update.at:
        return "The promised time is not after the update itself. Correct it."
    if later and later.at > promised:
        return f"The promise was not kept: the next update came {in_words(later.at - promised)} after it."
    if later is None and now > promised:
        gone = in_words(now - promised)
        return f"The promised time passed {gone} ago. Write the update, and say when the next one comes."
    return ""


def workarounds_without_article(site: LintSite) -> Iterator[Finding]:
    """Find ways round a problem that stand in no article, so that nobody finds them in the help center."""
    urls = {page.url.strip("/") for page in site.project.help_center.articles}
    for path, incident in site.incidents():
        if incident.articles or any(_links_to(update.body, urls) for update in incident.updates):
            continue
        for index, update in enumerate(incident.updates):
            if incident_words.names_workaround(update.body):
                message = (
                    "A way round is told here, and no article. Name the article that shows it under `articles`, or "
                    "link to it."
                )
                yield Finding(path, at_update(index), message)
                break


def _links_to(body: str, urls: set[str]) -> bool:
    """Tell whether a text leads to an article, or to a page elsewhere that may show the way."""
    targets = (link.target.partition("#")[0] for link in links_of(body) if not link.is_picture)
    return any("://" in target or target.strip("/") in urls for target in targets if target)


_EXPECTED = (
    ("how long it lasted", incident_words.DURATION),
    ("what the cause was", incident_words.CAUSE),
    ("what to do now", incident_words.WHAT_NOW),
)

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
    r"[ ]{0,3}(?:[-*+][ ]{1,3})?"
    r"(?:(?P<marks>#{1,6})[ \t]+(?P<h>.{1,200})|(?P<b>\*\*|__)(?P<bold>.{1,200}?)(?P=b)(?P<rest>.*))$"
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
    for path, incident in site.incidents():
        index = _last_resolution(incident)
        if index is None:
            continue
        body = incident.updates[index].body
        missing = [what for what, pattern in _EXPECTED if not pattern.search(body)]
        if missing:
            yield Finding(path, at_update(index), f"The resolution does not say {listed(missing)}. Add it.")


def _last_resolution(incident: Incident) -> int | None:
    """Return the index of the update that told of the end; None where it goes on, or never was an incident."""
    if incident.resolved_at is None or incident.is_withdrawn or incident.continued_as:
        return None
    return max(i for i, update in enumerate(incident.updates) if update.status is UpdateStatus.RESOLVED)


def postmortems(site: LintSite) -> Iterator[Finding]:
    """Find postmortems that are due, and postmortems without the sections that readers ask for."""
    for path, incident in site.incidents():
        if incident.impact not in (Impact.MAJOR, Impact.CRITICAL):
            continue
        yield from _missing_postmortem(site, path, incident)
        for index, update in enumerate(incident.updates):
            if update.status is UpdateStatus.POSTMORTEM:
                for message in _postmortem_faults(update):
                    yield Finding(path, at_update(index), message)


def _missing_postmortem(site: LintSite, path: str, incident: Incident) -> Iterator[Finding]:
    index = _last_resolution(incident)
    is_there = any(update.status is UpdateStatus.POSTMORTEM for update in incident.updates)
    if index is None or incident.resolved_at is None or is_there:
        return
    late = site.now - incident.resolved_at - site.config.postmortem_within
    if timedelta(0) < late <= OLD:
        policy = in_words(site.config.postmortem_within)
        message = (
            f"There is no postmortem, and it is due {policy} after a {incident.impact} incident. Add an update "
            "'postmortem'."
        )
        yield Finding(path, at_update(index), message)


def _postmortem_faults(update: Update) -> Iterator[str]:
    found = _sections(update.body)
    missing = [section for section in _SECTIONS if not "".join(found.get(section, ())).strip()]
    if missing:
        yield f"The postmortem lacks {listed(missing)}. Write each below its heading, such as ### {missing[0]}."
    if "Action items" in found:
        yield from _item_faults(found["Action items"])


def _sections(body: str) -> dict[str, list[str]]:
    """Return the lines below each title that is known, a heading or bold words; a thing titled twice is one.

    Headings below that of a section are parts of it.
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    depth = 0
    for line in body.split("\n"):
        title = _TITLE.match(line)
        section = _section(title["h"] or title["bold"]) if title else ""
        if section:
            current = found.setdefault(section, [])
            depth = len(title["marks"] or "######") if title else 0
            current += [title["rest"]] if title and title["rest"] else []
        elif title and title["h"] and len(title["marks"]) <= depth:
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
            some = f"Of {len(items)} action items, {bare} {'has' if bare == 1 else 'have'}"
            number = "The action item has" if len(items) == 1 else some
            yield f"{number} no {what}. Write: … Owner: Payments team. Due: 2026-12-18."


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


def _is_recorded(work: Maintenance) -> bool:
    """Tell whether work was written down when it was over, as `waypost maintenance record` does: to the second."""
    first, last = work.updates[0], work.updates[-1]
    times = (first.at, last.at) == (work.scheduled_for, work.scheduled_until)
    return times and last.status is UpdateStatus.COMPLETED


def short_notices(site: LintSite) -> Iterator[Finding]:
    """Find work that customers are told of too late to prepare for it."""
    judged: set[str] = set()
    for path, work in site.recent_maintenances():
        # Customers are told of all windows of a file at once, so the first is the one that may come too soon.
        if path in judged or work.is_cancelled or _is_recorded(work):
            continue
        judged.add(path)
        notice = work.scheduled_for - work.updates[0].at
        if notice >= site.config.announced_ahead or incident_words.EMERGENCY.search(work.title):
            continue
        is_late = notice <= timedelta(0)
        when = "when the work had begun" if is_late else f"{in_words(notice)} before the work begins"
        policy = in_words(site.config.announced_ahead)
        message = (
            f"Customers are told {when}, and the policy is {policy}. Move the work, or say 'emergency' in the title "
            "if it cannot wait."
        )
        yield Finding(path, at_update(0), message)


def overlaps(site: LintSite) -> Iterator[Finding]:
    """Find work on one component that is planned twice for the same time."""
    reported: set[tuple[str, str]] = set()
    works = sorted(site.recent_maintenances(), key=lambda item: (item[1].scheduled_for, item[0]))
    for index, (path, work) in enumerate(works):
        for other_path, other in works[:index]:
            shared = [component for component in work.components if component in other.components]
            if (path, other_path) in reported or work.is_cancelled or other.is_cancelled:
                continue
            if shared and work.scheduled_for < end_of(other) and other.scheduled_for < end_of(work):
                names = listed([f"'{name}'" for name in dict.fromkeys(shared)])
                message = (
                    f"'{work.title}' and '{other.title}' ({other_path}) work on {names} at the same time. Move one "
                    "of them, or join the two."
                )
                reported.add((path, other_path))
                yield Finding(path, at_key("scheduled_for"), message)


def late_steps(site: LintSite) -> Iterator[Finding]:
    """Find updates that say that work goes on when its window is over, which changes nothing on the page."""
    reported: set[tuple[str, str]] = set()
    for path, work in site.recent_maintenances():
        for index, update in enumerate(work.updates):
            goes_on = update.status in (UpdateStatus.IN_PROGRESS, UpdateStatus.VERIFYING)
            if not goes_on or maintenance_at(work, update.at).status is not UpdateStatus.COMPLETED:
                continue
            if (path, update.id) in reported:
                continue
            reported.add((path, update.id))
            message = (
                f"This says '{update.status}' when the work is over, so the page goes on to say 'completed'. Move "
                "`scheduled_until` to when it really ends, or announce new work."
            )
            # An update of work that repeats has another index in its file than in its window.
            yield Finding(path, at_key("scheduled_until") if work.series else at_update(index), message)
