"""How the status pages write times, intervals, words and lines to copy: the filters of their templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from waypost.base.cache import PageCache
from waypost.base.i18n import Words, duration_text, number_text
from waypost.base.markdown.html import render_markdown
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.article import Article
from waypost.formats.status import CLOSED, MEASURED, ComponentStatus, Incident, worst
from waypost.formats.status_config import PageConfig, Policy
from waypost.publishing.pages.charts import bar_svg, bar_text, latency_chart
from waypost.publishing.pages.day_rows import DayRow, day_rows
from waypost.status.rules.coverage import Figure, covered, figure, is_whole, length_text
from waypost.status.rules.incidents import incident_changes
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.past import earlier_incidents
from waypost.status.rules.similar import Relative, similar_incidents
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import BUDGET_WINDOW, IN_DAYS, SHOWN_WINDOWS, Uptimes

_MARKS = {
    ComponentStatus.OPERATIONAL: "M5 12.5l4.5 4.5L19 7.5",
    ComponentStatus.UNDER_MAINTENANCE: "M12 6v6l4 3",
    ComponentStatus.NO_DATA: "M6 12h12",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
_ALARM = "M12 5v9M12 19v.01"


def offset_text(moment: datetime) -> str:
    """Return the offset of a time from UTC as people write it: 'UTC+2', 'UTC-3:30', 'UTC'."""
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


@dataclass(frozen=True)
class BarText:
    """What is written at the bar of a component, for as many of its days as there is room for."""

    extent: str
    """whole or half: the part of the bar that is shown."""
    start: str
    """What stands at its left end."""
    caption: str
    """The uptime of the days that are shown."""
    name: str
    """The bar in words, for those who do not see it."""


def bar_texts(component: ComponentSnapshot, words: Words) -> list[BarText]:
    """Return the texts at a bar: of all its days, and of the half that a phone shows."""
    texts = []
    for extent, window in (("whole", "90d"), ("half", "45d")):
        caption = uptime_text(component, window, words)
        days = bar_text(component.days[-IN_DAYS[window] :], words)
        name = words.say("status.bar.name", days=days, uptime=caption)
        texts.append(BarText(extent, words.say(f"status.bar.start.{extent}"), caption, name))
    return texts


def uptime_text(component: ComponentSnapshot, window: str, words: Words) -> str:
    """Return the uptime of a window with what it rests on, and whether maintenance was left out of it."""
    uptime = component.uptimes.windows[window]
    sentence = figure(uptime, window, words).sentence
    if uptime.ratio is None or not uptime.maintenance:
        return sentence
    note = words.say("status.uptime.maintenance")
    # Where the line is too short for both, the note stands on the next one as a whole.
    return f"{sentence} · {note.replace(' ', NO_BREAK)}"


def region_sentences(component: ComponentSnapshot, words: Words) -> list[tuple[ComponentStatus, str]]:
    """Return sentences on where a component can be reached from: one for each state that a region has."""
    sentences = []
    for status in (*MEASURED, ComponentStatus.NO_DATA):
        names = [view.name for view in component.regions if view.status is status]
        if names:
            sentences.append(
                (status, words.say(f"status.regions.{status}", names=words.join(names, limit=8)))
            )
    return sentences


def uptime_columns(found: Uptimes, words: Words) -> list[Figure]:
    """Write the uptime of each window, and of the longest with maintenance counted as downtime."""
    return [
        *(figure(found.windows[name], name, words) for name in SHOWN_WINDOWS),
        figure(found.windows["90d"], "90d", words, with_maintenance=True),
    ]


def closing_words(incident: Incident, limit: int = 220) -> str:
    """Return the first words of the update that ended an incident, or of the latest one."""
    ending = [update for update in incident.updates if update.status in CLOSED]
    text = plain_text((ending or list(incident.updates))[-1].body.split("\n\n")[0])
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def group_status(statuses: Sequence[ComponentStatus]) -> ComponentStatus | None:
    """Return the worst state of a group; None where a part is well and the rest is unknown."""
    is_half_known = set(statuses) == {ComponentStatus.OPERATIONAL, ComponentStatus.NO_DATA}
    return None if is_half_known else worst(statuses)


class StatusFormat:
    """The filters for one snapshot: they know its language, its time zone, its names and where links lead."""

    def __init__(
        self, snapshot: Snapshot, articles: Mapping[str, Article], memory: PageCache | None = None
    ) -> None:
        self._snapshot = snapshot
        self._memory = memory or PageCache()
        self.words = snapshot.words
        self._zone = ZoneInfo(snapshot.page.time_zone)
        self._articles = articles
        self._bars: dict[str, Markup] = {}
        self._bar_texts: dict[str, list[BarText]] = {}
        self._days: dict[str, tuple[DayRow, ...]] = {}

    def day_time(self, moment: datetime) -> str:
        """Return '4 Nov 2026, 13:27' in the zone of the page, without the year where it is this one."""
        local = moment.astimezone(self._zone)
        name = "status.date.day_time" if self._is_this_year(local) else "status.date.day_time_year"
        return self.words.date(name, local)

    def window(self, item: MaintenanceSnapshot) -> str:
        """Return 'Sun 29 Nov, 02:00–03:00', with both days where the work runs over midnight."""
        start, end = item.start.astimezone(self._zone), item.end.astimezone(self._zone)
        name = "status.date.weekday_day" if self._is_this_year(start) else "status.date.weekday_day_year"
        parts = {
            "day": self.words.date(name, start),
            "start": self.words.date("date.time", start),
            "end": self.words.date("date.time", end),
        }
        if start.utcoffset() != end.utcoffset():
            # Without the offsets, an hour in the night when clocks change would last none, or two.
            for key, moment in (("start", start), ("end", end)):
                parts[key] = self.words.say(
                    "status.window.offset", time=parts[key], offset=offset_text(moment)
                )
        if start.date() == end.date():
            return self.words.say("status.window.one_day", **parts)
        last = self.words.date("status.date.weekday_day", end)
        return self.words.say("status.window.two_days", **parts, last_day=last)

    def _is_this_year(self, local: datetime) -> bool:
        return local.year == self._snapshot.now.astimezone(self._zone).year

    def names(self, ids: Sequence[str]) -> str:
        """Return the names of components."""
        return self.words.join([self._snapshot.names.get(name, name) for name in ids], limit=8)

    def state_changes(self, incident: Incident) -> dict[str, list[str]]:
        """Return sentences on the components whose states later updates of an incident changed, by their ids."""
        say, names = self.words.say, self._snapshot.names
        later = [*zip(incident.updates, incident_changes(incident), strict=True)][1:]
        return {
            update.id: [
                say(
                    "status.incident.state_change",
                    name=names.get(name, name),
                    old=say(f"status.state.{old}"),
                    new=say(f"status.state.{new}"),
                )
                for name, (old, new) in changes.items()
            ]
            for update, changes in later
            if changes and not incident.automatic and update.status not in CLOSED
        }

    def bar(self, component: ComponentSnapshot) -> Markup:
        """Draw the days of a component; several pages show the same drawing."""
        if component.id not in self._bars:
            days = component.days
            self._bars[component.id] = self._memory.made(f"bars/{component.id}", days, lambda: bar_svg(days))
        return self._bars[component.id]

    def bar_texts(self, component: ComponentSnapshot) -> list[BarText]:
        """Return the texts at the bar of a component; several pages show the same."""
        if component.id not in self._bar_texts:
            self._bar_texts[component.id] = bar_texts(component, self.words)
        return self._bar_texts[component.id]

    def days(self, component: ComponentSnapshot) -> tuple[DayRow, ...]:
        """Return in words the days of a component on which something happened, or of which there are no data."""
        if component.id not in self._days:
            details = self._snapshot.days[component.id]
            silent = [item.day for item in component.days if item.status is ComponentStatus.NO_DATA]
            is_measured = component.is_measured
            self._days[component.id] = self._memory.made(
                f"days/{component.id}",
                (details, silent, is_measured),
                lambda: day_rows(details, silent, self.words, is_measured=is_measured),
            )
        return self._days[component.id]

    def day_list(self, component: ComponentSnapshot, root: str, most: int | None) -> Markup:
        """Write at most so many of these days as the entries of a list; `root` leads to that of the status page."""
        rows = self.days(component)[:most]
        return self._memory.made(f"days/{component.id}/{root}", rows, lambda: _rows_html(rows, root))

    def alike(self) -> dict[str, tuple[Relative, ...]]:
        """Return for each incident that is not kept as past, by id, the earlier ones that were like it."""
        past, fresh = self._snapshot.past, self._snapshot.fresh
        known = {item.id: past.alike[item.id] for item in fresh if item.id in past.alike}
        rest = [item for item in fresh if item.id not in known]
        concerned = {name for item in rest for name in item.components}
        found = similar_incidents(rest, self._memory, earlier_incidents(past, fresh, concerned))
        return known | {key: tuple(map(Relative.of, items)) for key, items in found.items()}

    def budget(self, component: ComponentSnapshot) -> list[str]:
        """Return sentences on a component and the goal of the page."""
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
            "bar_texts": self.bar_texts,
            "closing_words": closing_words,
            "day_list": self.day_list,
            "day_rows": self.days,
            "day_time": self.day_time,
            "duration": lambda span: duration_text(span, words),
            "impact_word": lambda impact: words.say(f"status.impact.{impact}"),
            "iso": lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "latency_chart": lambda series: latency_chart(series, self._zone, words),
            "mark": _mark,
            "markdown": lambda text: Markup(render_markdown(text, help_root)),  # noqa: S704  # rendered without raw HTML
            "names": self.names,
            "region_sentences": lambda component: region_sentences(component, words),
            "state_changes": self.state_changes,
            "status_word": lambda status: words.say(f"status.state.{status}"),
            "update_word": lambda status: words.say(f"status.update.{status}"),
            "uptime_columns": lambda found: uptime_columns(found, words),
            "window": self.window,
            "worst": lambda members: group_status([member.status for member in members]),
        }


def _mark(status: ComponentStatus) -> Markup:
    return Markup('<svg viewBox="0 0 24 24"><path d="{}"/></svg>').format(_MARKS.get(status, _ALARM))


def _rows_html(rows: Iterable[DayRow], root: str) -> Markup:
    """Return the entries of a list of days; `root` leads to the root of the status page."""
    return Markup("\n").join(_row_html(row, root) for row in rows)


def _row_html(row: DayRow, root: str) -> Markup:
    head = Markup('<li data-status="{}"{}><span class="wp-dot"></span><b>{}</b>').format(
        row.status, Markup(' data-wp-day="{}"').format(row.first) if row.first == row.last else "", row.name
    )
    lines = Markup().join(Markup("<p>{}</p>").format(line) for line in row.lines)
    known = Markup('<p class="wp-muted">{}</p>').format(row.known) if row.known else ""
    links = Markup().join(
        Markup('<a href="{}">{}</a>').format(root + path, title) for path, title in row.links
    )
    return head + lines + known + links + Markup("</li>")


def budget_sentences(found: Uptimes, policy: Policy, words: Words) -> list[str]:
    """Return sentences on the goal, the downtime that it allows, and how much of that is left."""
    budget = found.budget(policy)
    goal = number_text(f"{policy.slo:g}", words)
    if budget.allowed is None or budget.spent is None:
        return [words.say("status.budget.goal", goal=goal), words.say("status.budget.unknown")]
    allowed, spent = timedelta(seconds=budget.allowed), timedelta(seconds=budget.spent)
    sentences = [words.say("status.budget.allows", goal=goal, allowed=duration_text(allowed, words))]
    if not spent:
        sentences.append(words.say("status.budget.untouched"))
    elif spent <= allowed:
        left = duration_text(allowed - spent, words)
        sentences.append(words.say("status.budget.spent", spent=duration_text(spent, words), left=left))
    else:
        over = duration_text(spent - allowed, words)
        sentences.append(words.say("status.budget.missed", spent=duration_text(spent, words), over=over))
    window = found.windows[BUDGET_WINDOW]
    if not is_whole(window):
        sentences.append(words.say("status.budget.partial", length=length_text(covered(window), words)))
    return sentences


def badge_html(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the HTML that shows a badge and leads to its page; of the whole page where there is no component."""
    target, image, name = _badge(component, page)
    return f'<a href="{escape(target)}"><img src="{escape(image)}" alt="{escape(name)}"></a>'


def badge_markdown(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the same in Markdown."""
    target, image, name = _badge(component, page)
    name = " ".join(name.split())
    for mark in "\\[]":
        name = name.replace(mark, f"\\{mark}")
    return f"[![{name}]({image})]({target})"


def _badge(component: ComponentSnapshot | None, page: PageConfig) -> tuple[str, str, str]:
    if component is None:
        return page.url, f"{page.url}badge/overall.svg", page.name
    return f"{page.url}components/{component.id}/", f"{page.url}badge/{component.id}.svg", component.name


def banner_html(component: ComponentSnapshot | None, page: PageConfig) -> str:
    """Return the HTML that shows a banner in an app of one's own while there is trouble."""
    chosen = f' data-components="{escape(component.id)}"' if component else ""
    return f'<script src="{escape(page.url)}banner.js"{chosen} defer></script>'
