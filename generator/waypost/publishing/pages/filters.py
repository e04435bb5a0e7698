"""How the status pages write times, spans, words and bars: the filters of their templates."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from waypost.base.cache import PageMemory
from waypost.base.markdown.words import plain_text
from waypost.base.markup import render_markdown
from waypost.base.measures import duration_text, number_text
from waypost.base.words import Words
from waypost.formats.article import Article
from waypost.formats.status import MEASURED, ComponentStatus, Incident, UpdateStatus, worst
from waypost.publishing.pages.component_filters import (
    badge_html,
    badge_markdown,
    banner_html,
    budget_sentences,
)
from waypost.publishing.pages.latency_chart import latency_chart
from waypost.status.rules.incidents import MaintenanceSnapshot
from waypost.status.rules.similar import similar_incidents
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import TOLD, DaySummary, Uptimes, percent

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


@dataclass(frozen=True)
class Run:
    """Neighbouring days of one state, drawn as one."""

    start: int
    """How many days come before it."""
    days: int
    code: str
    title: str


def offset_text(moment: datetime) -> str:
    """Return the offset of a time from UTC as people write it: 'UTC+2', 'UTC-3:30', 'UTC'."""
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


def day_runs(days: Sequence[DaySummary], words: Words) -> list[Run]:
    """Join neighbouring days that look alike; every day with trouble keeps its own words."""
    runs: list[Run] = []
    position = 0
    for (status, trouble, no_data), group in itertools.groupby(
        days, attrgetter("status", "trouble", "no_data")
    ):
        alike = list(group)
        code = _code(alike[0])
        is_plain = not trouble and (no_data < GAP or status is ComponentStatus.NO_DATA)
        # Days that have something to say are told apart, the others run on.
        for day in alike[:1] if is_plain else alike:
            length = len(alike) if is_plain else 1
            title = "" if is_plain else _day_title(day, words)
            last = runs[-1] if runs else None
            if last and not title and (last.code, last.title) == (code, ""):
                runs[-1] = replace(last, days=last.days + length)
            else:
                runs.append(Run(position, length, code, title))
            position += length
    return runs


def _has_gap(day: DaySummary) -> bool:
    return day.status is not ComponentStatus.NO_DATA and day.no_data >= GAP


def _code(day: DaySummary) -> str:
    is_fine = day.status is ComponentStatus.OPERATIONAL
    return GAP_CODE if is_fine and _has_gap(day) else STATUS_CODES[day.status]


@lru_cache(65536)
def _day_title(day: DaySummary, words: Words) -> str:
    """Say what a day had besides its colour; nothing where the colour says it all."""
    parts = []
    if day.trouble:
        lasted = duration_text(timedelta(seconds=day.trouble), words)
        parts.append(words.say(f"status.bar.trouble.{day.status}", duration=lasted))
    if _has_gap(day):
        silent = duration_text(timedelta(seconds=day.no_data), words)
        parts.append(words.say("status.bar.no_data", duration=silent))
    if not parts:
        return ""
    return words.say("status.bar.day", day=words.date("status.date.day", day.day), facts="; ".join(parts))


def bar_text(days: Sequence[DaySummary], words: Words) -> str:
    """Say in words what the bar draws."""
    counts = Counter(day.status for day in days)
    said = [
        words.say(f"status.bar.days.{status}", count=counts[status])
        for status in ComponentStatus
        if status in counts
    ]
    text = words.say("status.bar.text", count=len(days), days=", ".join(said))
    gaps = sum(map(_has_gap, days))
    return f"{text} {words.say('status.bar.gaps', count=gaps)}" if gaps else text


BAR_BYTES = 994
"""How large the drawing of a bar may become by what its days have to say."""


def bar_svg(days: Sequence[DaySummary], words: Words) -> Markup:
    """Draw the days of a component: a line of strokes for each pattern, a run of days being one stroke.

    A unit of width is a day. Days with something to say are drawn by themselves, so that a pointer over them
    gets it, the latest first as long as the drawing stays small; the words beside the bar count them all.
    """
    return _drawn(tuple(day_runs(days, words)), len(days), bar_text(days, words))


# A process that stays draws the same bars at each publication, and several pages show each.
@lru_cache(8192)
def _drawn(runs: tuple[Run, ...], days: int, text: str) -> Markup:
    head = Markup(
        '<svg viewBox="0 0 {} 28" preserveAspectRatio="none" stroke-width="28" role="img" aria-label="{}">'
    ).format(f"{days - 0.2:g}", text)
    told: list[Markup] = []
    room = BAR_BYTES - len((head + _strokes(runs)).encode())
    rest = list(runs)
    for run in [run for run in reversed(runs) if run.title]:
        drawn = Markup('<path stroke="url(#b-{})" d="M{} 14h{}"><title>{}</title></path>').format(
            run.code, run.start, run.days, run.title
        )
        room -= len(drawn.encode())
        if room < 0:
            break
        told.append(drawn)
        rest.remove(run)
    return head + _strokes(rest) + Markup().join(reversed(told)) + Markup("</svg>")


def _strokes(runs: Sequence[Run]) -> Markup:
    """Draw each pattern as one path along the middle of the bar, with a stroke as high as the bar."""
    paths: dict[str, str] = {}
    ends: dict[str, int] = {}
    for run in runs:
        end = ends.get(run.code)
        move = f"M{run.start} 14" if end is None else "" if end == run.start else f"m{run.start - end} 0"
        paths[run.code] = f"{paths.get(run.code, '')}{move}h{run.days}"
        ends[run.code] = run.start + run.days
    return Markup().join(
        Markup('<path stroke="url(#b-{})" d="{}"/>').format(code, path) for code, path in paths.items()
    )


def uptime_text(component: ComponentSnapshot, words: Words) -> str:
    """Say the uptime, and what was left out of it."""
    uptime = component.uptime
    if uptime.ratio is None:
        parts = [words.say("status.uptime.none")]
    else:
        parts = [number_text(uptime.percent, words)]
        days = round(uptime.no_data / 86400)
        if days:
            parts.append(words.say("status.uptime.days_without", count=days))
    if uptime.maintenance:
        parts.append(words.say("status.uptime.maintenance"))
    if not component.is_measured:
        parts.append(words.say("status.uptime.by_people"))
    return " · ".join(parts)


def region_sentences(component: ComponentSnapshot, words: Words) -> list[tuple[ComponentStatus, str]]:
    """Say from where a component can be reached and from where not: a sentence for each state that is seen."""
    said = []
    for status in (*MEASURED, ComponentStatus.NO_DATA):
        names = [view.name for view in component.regions if view.status is status]
        if names:
            said.append((status, words.say(f"status.regions.{status}", names=words.join(names, limit=8))))
    return said


def uptime_columns(found: Uptimes, words: Words) -> list[str]:
    """Write the uptime of each window, and of the longest with maintenance counted as downtime."""
    ratios = [*(found.windows[name].ratio for name in TOLD), found.windows["90d"].with_maintenance]
    return [
        words.say("status.uptime.none") if ratio is None else number_text(percent(ratio), words)
        for ratio in ratios
    ]


def closing_words(incident: Incident, limit: int = 220) -> str:
    """Return the first words of the update that ended an incident, or of the latest one."""
    ending = [update for update in incident.updates if update.status is UpdateStatus.RESOLVED]
    text = plain_text((ending or list(incident.updates))[-1].body.split("\n\n")[0])
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def group_status(statuses: Sequence[ComponentStatus]) -> ComponentStatus | None:
    """Return the worst state of a group; None where a part is well and of the rest nothing is known."""
    is_half_known = set(statuses) == {ComponentStatus.OPERATIONAL, ComponentStatus.NO_DATA}
    return None if is_half_known else worst(statuses)


class StatusFormat:
    """The filters for one snapshot: they know its language, its time zone, its names and where links lead."""

    def __init__(
        self, snapshot: Snapshot, articles: Mapping[str, Article], memory: PageMemory | None = None
    ) -> None:
        self._snapshot = snapshot
        self._memory = memory or PageMemory()
        self.words = snapshot.words
        self._zone = ZoneInfo(snapshot.page.time_zone)
        self._articles = articles
        self._bars: dict[str, Markup] = {}

    def day_time(self, moment: datetime) -> str:
        """Return '4 Nov 2026, 13:27' in the zone of the page, without the year where it is this one."""
        local = moment.astimezone(self._zone)
        name = "status.date.day_time" if self._is_this_year(local) else "status.date.day_time_year"
        return self.words.date(name, local)

    def window(self, item: MaintenanceSnapshot) -> str:
        """Return 'Sun 29 Nov, 02:00–03:00', with both days where the work runs over midnight."""
        start, end = item.start.astimezone(self._zone), item.end.astimezone(self._zone)
        name = "status.date.weekday_day" if self._is_this_year(start) else "status.date.weekday_day_year"
        said = {
            "day": self.words.date(name, start),
            "start": self.words.date("date.time", start),
            "end": self.words.date("date.time", end),
        }
        if start.utcoffset() != end.utcoffset():
            # Without the offsets, an hour in the night when clocks change would last none, or two.
            for key, moment in (("start", start), ("end", end)):
                said[key] = self.words.say("status.window.offset", time=said[key], offset=offset_text(moment))
        if start.date() == end.date():
            return self.words.say("status.window.one_day", **said)
        last = self.words.date("status.date.weekday_day", end)
        return self.words.say("status.window.two_days", **said, last_day=last)

    def _is_this_year(self, local: datetime) -> bool:
        return local.year == self._snapshot.now.astimezone(self._zone).year

    def names(self, ids: Sequence[str]) -> str:
        """Return the names of components."""
        return self.words.join([self._snapshot.names.get(name, name) for name in ids], limit=8)

    def bar(self, component: ComponentSnapshot) -> Markup:
        """Draw the days of a component; several pages show the same drawing."""
        if component.id not in self._bars:
            days = component.days
            self._bars[component.id] = self._memory.made(
                f"bars/{component.id}", days, lambda: bar_svg(days, self.words)
            )
        return self._bars[component.id]

    def alike(self) -> dict[str, tuple[Incident, ...]]:
        """Return for each incident, by id, the earlier ones that were like it."""
        return similar_incidents(self._snapshot.incidents, self._memory)

    def budget(self, component: ComponentSnapshot) -> list[str]:
        """Say how a component stands with the goal of the page."""
        return budget_sentences(component.uptimes, self._snapshot.policy, self.words)

    def article_url(self, path: str) -> str:
        """Return the address of an article from the root of the help center."""
        return self._articles[path].url if path in self._articles else path.removesuffix(".md") + "/"

    def article_title(self, path: str) -> str:
        """Return the title of an article."""
        return self._articles[path].title if path in self._articles else path

    def filters(self, help_root: str) -> dict[str, Callable[..., Any]]:
        """Return the filters by the names that templates use."""
        words = self.words
        return {
            "article_title": self.article_title,
            "article_url": self.article_url,
            "badge_html": lambda component: badge_html(component, self._snapshot.page),
            "badge_markdown": lambda component: badge_markdown(component, self._snapshot.page),
            "banner_html": lambda component: banner_html(component, self._snapshot.page),
            "bar": self.bar,
            "bar_text": lambda days: bar_text(days, words),
            "closing_words": closing_words,
            "day_time": self.day_time,
            "duration": lambda span: duration_text(span, words),
            "impact_word": lambda impact: words.say(f"status.impact.{impact}"),
            "iso": lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "latency_chart": lambda series: latency_chart(series, self._zone, words),
            "mark": _mark,
            "markdown": lambda text: Markup(render_markdown(text, help_root)),  # rendered without raw HTML  # noqa: S704  # rendered without raw HTML
            "names": self.names,
            "region_sentences": lambda component: region_sentences(component, words),
            "status_word": lambda status: words.say(f"status.state.{status}"),
            "update_word": lambda status: words.say(f"status.update.{status}"),
            "uptime_columns": lambda found: uptime_columns(found, words),
            "uptime_text": lambda component: uptime_text(component, words),
            "window": self.window,
            "worst": lambda members: group_status([member.status for member in members]),
        }


def _mark(status: ComponentStatus) -> Markup:
    return Markup('<svg viewBox="0 0 24 24"><path d="{}"/></svg>').format(_MARKS.get(status, _ALARM))
