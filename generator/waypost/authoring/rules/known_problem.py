"""The parts of an article about a known problem, taken from the timeline of an incident that is over."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from waypost.base.markdown.blocks import lines_of
from waypost.base.markdown.links import outside_code
from waypost.base.markdown.words import plain_text
from waypost.formats.article import components_of
from waypost.formats.project import HelpCenter
from waypost.formats.status import Incident, UpdateStatus

_WORKAROUND = re.compile(
    r"work[- ]?arounds?\b|\bway (?:a)?round\b|\bget (?:a)?round\b|\bin the meantime\b|\bmeanwhile\b|\buntil then\b"
    r"|\bUmgehung|\bin der Zwischenzeit\b|\bBehelf|\bso lange\b|\bsolange\b",
    re.IGNORECASE,
)
"""Words of updates that tell how to do without what is broken, in the languages of the pages."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}-")
_TAG = re.compile(r"<(?=[a-z/!?])(?!(?:https?|mailto):)", re.IGNORECASE)
MAX_SUMMARY = 160


@dataclass(frozen=True)
class KnownProblem:
    """The parts of the article, as Markdown."""

    summary: str
    """One line; empty where the first update does not give one."""
    symptoms: str
    """What customers saw."""
    workaround: str
    """How to get round it; empty where no update says it."""
    cause: str
    """The words of the update that resolved it."""
    since: str
    """When it began, in the zone of the status page."""
    until: str


def known_problem(incident: Incident, zone: str) -> KnownProblem:
    """Return the parts of the article from the updates of a resolved incident."""
    updates = incident.updates
    last = next((item for item in updates if item.status is UpdateStatus.RESOLVED), updates[-1])
    helpful = [item.body for item in updates if _WORKAROUND.search(item.body) and item is not last]
    place = ZoneInfo(zone)
    return KnownProblem(
        summary=_summary(updates[0].body),
        symptoms=as_article(updates[0].body),
        workaround=as_article(helpful[-1]) if helpful else "",
        cause=as_article(last.body),
        since=f"{incident.started.astimezone(place):%Y-%m-%d %H:%M}",
        until=f"{last.at.astimezone(place):%Y-%m-%d %H:%M}",
    )


def _summary(body: str) -> str:
    """Return the first sentence of an update, if it is short enough to stand in a list."""
    text = plain_text(body.partition("\n\n")[0])
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]
    # Template code is refused in front matter, and what is too long would be cut in the middle of a thought.
    return "" if "{{" in sentence or "{%" in sentence or len(sentence) > MAX_SUMMARY else sentence


def as_article(text: str) -> str:
    """Return the Markdown of an update as an article needs it, in which tags stay text."""
    return "\n".join(
        line.text if line.is_fenced else outside_code(line.text, lambda part: _TAG.sub("&lt;", part))
        for line in lines_of(text)
    )


def article_name(incident: Incident) -> str:
    """Return the name of the article's file: the name of the incident without its day."""
    return f"known-{_DATE.sub('', incident.id, count=1)}.md"


def fitting_category(incident: Incident, help_center: HelpCenter) -> str:
    """Return the category with the most articles about the components of an incident, else the first, else ""."""
    known = [page.category for page in help_center.categories]
    about = Counter(
        article.category
        for article in help_center.articles
        if not incident.components.keys().isdisjoint(components_of(article.front))
    )
    # `max` takes the first of those that are alike.
    return max(known, key=lambda name: about[name], default="")
