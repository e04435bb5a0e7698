"""How the status pages write times, spans, words and bars: the filters of their templates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from waypost.adapters.markup import render_markdown
from waypost.core.news import LABELS
from waypost.core.sentences import STATUS_WORDS, join_names
from waypost.core.snapshot import ComponentSnapshot, MaintenanceSnapshot, Snapshot
from waypost.core.text import plain_text
from waypost.core.uptime import DaySummary
from waypost.model.article import Article
from waypost.model.status import ComponentStatus, Impact, Incident, UpdateStatus

IMPACT_WORDS = {
    Impact.NONE: "Information",
    Impact.MINOR: "Minor",
    Impact.MAJOR: "Major",
    Impact.CRITICAL: "Critical",
}

STATUS_CODES = {
    ComponentStatus.OPERATIONAL: "ok",
    ComponentStatus.DEGRADED_PERFORMANCE: "de",
    ComponentStatus.PARTIAL_OUTAGE: "pa",
    ComponentStatus.MAJOR_OUTAGE: "ma",
    ComponentStatus.UNDER_MAINTENANCE: "un",
    ComponentStatus.NO_DATA: "no",
}
"""Short names of the patterns in the bars."""

GAP_CODE = "ga"
"""The pattern of a day that was measured and fine, but not all day."""

GAP = 15 * 60
"""Seconds without data in a day from which on the bar shows it."""

_MARKS = {
    ComponentStatus.OPERATIONAL: "M5 12.5l4.5 4.5L19 7.5",
    ComponentStatus.UNDER_MAINTENANCE: "M12 6v6l4 3",
    ComponentStatus.NO_DATA: "M6 12h12",
}
_ALARM = "M12 5v9M12 19v.01"

DAY_WIDTH = 10
"""Width of one day in a bar: eight of colour and two of gap."""


@dataclass(frozen=True)
class Run:
    """Neighbouring days of one state, drawn as one rectangle."""

    x: int
    width: int
    code: str
    title: str


def duration_words(span: timedelta) -> str:
    """Return a span in its two largest units: '1 hour 36 minutes'."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    days, rest = divmod(minutes, 24 * 60)
    parts = [(days, "day"), (rest // 60, "hour"), (rest % 60, "minute")]
    words = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(words[:2])


def day_runs(days: Sequence[DaySummary]) -> list[Run]:
    """Join neighbouring days that look alike; every day with trouble keeps its own words."""
    runs: list[Run] = []
    position = 0
    for (code, _), group in itertools.groupby(days, key=lambda day: (_code(day), _day_title(day))):
        members = list(group)
        runs.append(Run(position * DAY_WIDTH, len(members) * DAY_WIDTH, code, _day_title(members[0])))
        position += len(members)
    return runs


def _has_gap(day: DaySummary) -> bool:
    return day.status is not ComponentStatus.NO_DATA and day.no_data >= GAP


def _code(day: DaySummary) -> str:
    is_fine = day.status is ComponentStatus.OPERATIONAL
    return GAP_CODE if is_fine and _has_gap(day) else STATUS_CODES[day.status]


def _day_title(day: DaySummary) -> str:
    """Say what a day had besides its colour; nothing where the colour says it all."""
    parts = []
    if day.trouble:
        parts.append(f"{STATUS_WORDS[day.status].lower()}, {duration_words(timedelta(seconds=day.trouble))}")
    if _has_gap(day):
        parts.append(f"no data for {duration_words(timedelta(seconds=day.no_data))}")
    return f"{day.day.day} {day.day:%B}: {'; '.join(parts)}" if parts else ""


def bar_text(days: Sequence[DaySummary]) -> str:
    """Say in words what the bar draws."""
    counts = [(sum(day.status is status for day in days), status) for status in ComponentStatus]
    said = [f"{count} {STATUS_WORDS[status].lower()}" for count, status in counts if count]
    gaps = sum(map(_has_gap, days))
    rest = f" {gaps} of them were not measured all day." if gaps else ""
    return f"The last {len(days)} days: {', '.join(said)}.{rest}"


def uptime_text(component: ComponentSnapshot) -> str:
    """Say the uptime, and what was left out of it."""
    uptime = component.uptime
    days = round(uptime.no_data / 86400)
    parts = [uptime.percent]
    if uptime.ratio is not None and days:
        parts.append(f"{days} day{'' if days == 1 else 's'} without data")
    if uptime.maintenance:
        parts.append("maintenance left out")
    if not component.is_measured:
        parts.append("reported by people")
    return " · ".join(parts)


def closing_words(incident: Incident, limit: int = 220) -> str:
    """Return the first words of the update that ended an incident, or of the latest one."""
    ending = [update for update in incident.updates if update.status is UpdateStatus.RESOLVED]
    text = plain_text((ending or list(incident.updates))[-1].body.split("\n\n")[0])
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


class StatusFormat:
    """The filters for one snapshot: they know its time zone, its names and where links lead."""

    def __init__(self, snapshot: Snapshot, articles: Mapping[str, Article]) -> None:
        self._snapshot = snapshot
        self._zone = ZoneInfo(snapshot.page.time_zone)
        self._articles = articles

    def day_time(self, moment: datetime) -> str:
        """Return '4 Nov 2026, 13:27' in the zone of the page, without the year where it is this one."""
        local = moment.astimezone(self._zone)
        year = "" if local.year == self._snapshot.now.astimezone(self._zone).year else f" {local.year}"
        return f"{local.day} {local:%b}{year}, {local:%H:%M}"

    def window(self, item: MaintenanceSnapshot) -> str:
        """Return 'Sun 29 Nov, 02:00–03:00', with both days where the work runs over midnight."""
        start, end = item.start.astimezone(self._zone), item.end.astimezone(self._zone)
        year = "" if start.year == self._snapshot.now.astimezone(self._zone).year else f" {start.year}"
        last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a} {end.day} {end:%b}, {end:%H:%M}"
        return f"{start:%a} {start.day} {start:%b}{year}, {start:%H:%M}–{last}"

    def names(self, ids: Sequence[str]) -> str:
        """Return the names of components."""
        return join_names([self._snapshot.names.get(name, name) for name in ids], limit=8)

    def article_url(self, path: str) -> str:
        """Return the address of an article from the root of the help center."""
        return self._articles[path].url if path in self._articles else path.removesuffix(".md") + "/"

    def article_title(self, path: str) -> str:
        """Return the title of an article."""
        return self._articles[path].title if path in self._articles else path

    def filters(self, help_root: str) -> dict[str, Callable[..., Any]]:
        """Return the filters by the names that templates use."""
        return {
            "article_title": self.article_title,
            "article_url": self.article_url,
            "bar_text": bar_text,
            "closing_words": closing_words,
            "day_time": self.day_time,
            "duration": duration_words,
            "impact_word": IMPACT_WORDS.__getitem__,
            "iso": lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "mark": _mark,
            "markdown": lambda text: Markup(render_markdown(text, help_root)),  # rendered without raw HTML  # noqa: S704  # rendered without raw HTML
            "names": self.names,
            "runs": day_runs,
            "status_word": STATUS_WORDS.__getitem__,
            "update_word": LABELS.__getitem__,
            "uptime_text": uptime_text,
            "window": self.window,
        }


def _mark(status: ComponentStatus) -> Markup:
    return Markup('<svg viewBox="0 0 24 24"><path d="{}"/></svg>').format(_MARKS.get(status, _ALARM))
