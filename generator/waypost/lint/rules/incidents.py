"""Rules about incidents while they go on: what is said, in which order, and how soon again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from waypost.base.markdown.parts import markdown_parts
from waypost.base.markdown.words import plain_text
from waypost.formats.status import Impact, Incident, Update, UpdateStatus
from waypost.lint.rules.incident_words import (
    LITTLE,
    NO_WORKAROUND,
    STEPPED_BACK,
    WORKAROUND,
    own_words,
    sentences,
    words,
)
from waypost.lint.rules.rule import Finding, LintSite, at_key, at_update
from waypost.lint.rules.timelines import in_words, incidents, recent_incidents, said
from waypost.status.rules.incidents import CLOSING, allowed_silence

_STEPS = {UpdateStatus.INVESTIGATING: 0, UpdateStatus.IDENTIFIED: 1, UpdateStatus.MONITORING: 2}
_SKELETON = "say what customers see"
"""How the text of `waypost new incident` begins, which tells writers what to put there."""


def vague_titles(site: LintSite) -> Iterator[Finding]:
    """Find titles that say only that something is wrong."""
    known = {word for component in site.project.status.config.flat for word in words(component.name)} - LITTLE
    for path, incident in incidents(site):
        title = incident.title
        if not own_words(title) and not known.intersection(words(title)):
            message = (
                "The title does not say what fails. Name the part of the service and what customers cannot do: "
                "'Zip downloads stop half way'."
            )
            yield Finding(path, at_key("title"), message)


def empty_first_updates(site: LintSite) -> Iterator[Finding]:
    """Find first updates from which nobody learns what is wrong."""
    for path, incident in incidents(site):
        body = incident.updates[0].body
        if _SKELETON in body.casefold():
            message = "This is still the text of the skeleton. Say what customers see, who is affected and who is not."
            yield Finding(path, at_update(0), message)
        elif not own_words(plain_text(body)):
            message = (
                "The first update does not say what customers see. Say what does not work, for whom, and what still "
                "works."
            )
            yield Finding(path, at_update(0), message)


def odd_steps(site: LintSite) -> Iterator[Finding]:
    """Find states that go backward without a word, and critical incidents closed without watching the recovery."""
    for path, incident in recent_incidents(site):
        for index, (earlier, later) in enumerate(itertools.pairwise(incident.updates), start=1):
            back = _STEPS.get(later.status, 9) < _STEPS.get(earlier.status, 0)
            if back and not STEPPED_BACK.search(later.body):
                message = (
                    f"The incident goes back from '{earlier.status}' to '{later.status}'. Say why: what did not help, "
                    "or what was found."
                )
                yield Finding(path, at_update(index), message)
            unwatched = later.status is UpdateStatus.RESOLVED and incident.impact is Impact.CRITICAL
            if unwatched and all(update.status is not UpdateStatus.MONITORING for update in incident.updates):
                message = (
                    "A critical incident is resolved without an update 'monitoring' before. Say that the recovery is "
                    "watched, and resolve it when it has held."
                )
                yield Finding(path, at_update(index), message)


def silences(site: LintSite) -> Iterator[Finding]:
    """Find open incidents that were silent for longer than their impact allows."""
    for path, incident in recent_incidents(site):
        allowed = allowed_silence(site.config.updates_within, incident.impact)
        told = said(incident, site.now)
        if allowed is None or not told:
            continue
        rhythm = in_words(allowed)
        rhythm = rhythm.removeprefix("1 ") if len(rhythm.split()) == 2 else rhythm
        policy = f"at impact {incident.impact} customers hear something every {rhythm}"
        for index, (earlier, later) in enumerate(itertools.pairwise(told), start=1):
            if _is_too_late(later.at, earlier, allowed):
                gap = in_words(later.at - earlier.at)
                message = f"This update came {gap} after the one before, and {policy}."
                yield Finding(path, at_update(index), message)
        last = told[-1]
        if _is_too_late(site.now, last, allowed):
            gap = in_words(site.now - last.at)
            message = f"The incident is open, and this was said {gap} ago; {policy}. Write an update."
            yield Finding(path, at_update(len(told) - 1), message)


def _is_too_late(moment: datetime, update: Update, allowed: timedelta) -> bool:
    """Tell whether the next word was due before a moment; a promise covers the time until it."""
    if update.status in CLOSING:
        return False
    return moment > max(update.at + allowed, update.next_update_by or update.at)


def next_updates(site: LintSite) -> Iterator[Finding]:
    """Find updates that do not say when the next one comes, and promises that were not kept."""
    for path, incident in recent_incidents(site):
        told = said(incident, site.now)
        for index, update in enumerate(told):
            later = told[index + 1] if index + 1 < len(told) else None
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
    """Find ways round a problem that are told nowhere else, so that nobody finds them in the help center."""
    urls = {page.url.strip("/") for page in site.project.help_center.articles}
    for path, incident in incidents(site):
        if incident.articles or any(_links_to(update.body, urls) for update in incident.updates):
            continue
        for index, update in enumerate(incident.updates):
            if any(
                WORKAROUND.search(text) and not NO_WORKAROUND.search(text) for text in sentences(update.body)
            ):
                message = (
                    "A way round is told here, and no article. Name the article that shows it under `articles`, or "
                    "link to it."
                )
                yield Finding(path, at_update(index), message)
                break


def _links_to(body: str, urls: set[str]) -> bool:
    """Tell whether a text leads to an article, or to a page elsewhere that may show the way."""
    targets = (link.target.partition("#")[0] for link in markdown_parts(body).links if not link.is_picture)
    return any("://" in target or target.strip("/") in urls for target in targets if target)
