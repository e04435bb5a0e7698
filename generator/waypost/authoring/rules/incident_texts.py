"""Texts about incidents and maintenance: an update in its file, its preview, and an article about a known problem."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.authoring.rules.incident_states import present_states
from waypost.base.markdown.blocks import lines_of
from waypost.base.markdown.links import outside_code
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.article import components_of
from waypost.formats.project import HelpCenter
from waypost.formats.status import ComponentStatus, Incident, Maintenance, Update, UpdateStatus
from waypost.formats.status_config import StatusConfig

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True)
class NewUpdate:
    """A new update, not written yet."""

    status: UpdateStatus
    at: datetime
    """With the offset that is written."""
    message: str
    next_update: timedelta | None = None
    """How soon the next update is promised; it becomes a line of its own."""
    changes: tuple[tuple[str, ComponentStatus], ...] = ()
    """Components by id, and the state that each is in from then on."""

    @property
    def next_update_by(self) -> datetime | None:
        """When the next update is promised."""
        return self.at + self.next_update if self.next_update else None

    @property
    def body(self) -> str:
        """The text below the heading, with plain line ends."""
        text = "\n".join(self.message.strip().splitlines())
        promised = self.next_update_by
        return f"{text}\n\nNext update by {promised.isoformat()}." if promised else text

    @property
    def text(self) -> str:
        """The heading and the text below it."""
        states = ", ".join(f"{name}: {state}" for name, state in self.changes)
        heading = [self.status, self.at.isoformat(), *([states] if states else [])]
        return f"## {' · '.join(heading)}\n{self.body}\n"


def append_update(data: bytes, update: NewUpdate) -> bytes:
    """Return a file with an update at its end; the line ends are those of the file."""
    end = line_end(data)
    gap = b"" if data.endswith((b"\n", b"\r")) else end
    gap += b"" if (data + gap).endswith((end + end, b"\n\n")) else end
    # What the command line could not decode is found when the file is read.
    return data + gap + update.text.encode(errors="surrogateescape").replace(b"\n", end)


def replace_words(data: bytes, heading: int, following: int | None, words: str) -> bytes:
    """Return a file with other words below a heading, which has a line of its own, counted from 1.

    `following` is the line of the next heading, None where it is the last. Empty lines around the words stay.
    """
    lines = _LINE.findall(data)
    first, last = heading, following - 1 if following else len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while first < last and not lines[last - 1].strip():
        last -= 1
    end = line_end(data)
    text = "\n".join(words.strip().splitlines()) + "\n"
    added = text.encode(errors="surrogateescape").replace(b"\n", end)
    return b"".join([*lines[:first], added, *lines[last:]])


def line_end(data: bytes) -> bytes:
    """Return how the last line of a file ends, or a newline where none does."""
    found = re.findall(rb"\r\n|\n|\r", data[-65536:])
    return found[-1] if found else b"\n"


def incident_preview(incident: Incident, config: StatusConfig, update: Update) -> str:
    """Return the title, the facts, an update and the address of an incident."""
    names = _names(config)
    hit = [f"{names.get(name, name)} ({state})" for name, state in present_states(incident).items()]
    facts = {"Impact": incident.impact.value, "Components": ", ".join(hit) or "none"}
    if incident.started < incident.updates[0].at:
        facts["Started"] = _time(incident.started, config)
    return _preview(incident.title, facts, update, incident_page(config, incident), config)


def incident_page(config: StatusConfig, incident: Incident) -> str:
    """Return the address at which an incident stands."""
    return f"{config.page.url}incidents/{incident.id}/"


def maintenance_preview(work: Maintenance, config: StatusConfig) -> str:
    """Return the title, the window, the newest update and the address of a maintenance."""
    names = _names(config)
    facts = {
        "From": _time(work.scheduled_for, config),
        "Until": _time(work.scheduled_until, config),
        "Components": ", ".join(names.get(name, name) for name in work.components),
    }
    page = f"{config.page.url}maintenance/{work.id}/"
    return _preview(work.title, facts, work.updates[-1], page, config)


def _preview(title: str, facts: Mapping[str, str], update: Update, page: str, config: StatusConfig) -> str:
    rows = {**facts, "Status": f"{update.status}, {_time(update.at, config)}"}
    promised = [f"Next update by {_time(update.next_update_by, config)}"] if update.next_update_by else []
    table = [f"{name + ':':<12}{value}" for name, value in rows.items()]
    parts = [table, update.body.split("\n"), promised, [f"{'Page:':<12}{page}"]]
    texts = ("\n".join(f"  {line}".rstrip() for line in lines) for lines in parts if lines)
    return "\n\n".join([title, *texts])


def _names(config: StatusConfig) -> dict[str, str]:
    return {component.id: component.name for component in config.with_retired}


def _time(moment: datetime, config: StatusConfig) -> str:
    zone = config.page.time_zone
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


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
