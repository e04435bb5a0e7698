"""The pages of the status site: address, template and content of each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words, number_text
from waypost.formats.article import Article, components_of
from waypost.formats.status import MEASURED, ComponentStatus, Impact, Incident, UpdateStatus
from waypost.publishing.pages.charts import GAP_CODE, STATUS_CODES
from waypost.publishing.pages.day_rows import DayRow, rows_shown
from waypost.publishing.pages.filters import (
    BarText,
    StatusFormat,
    region_sentences,
    uptime_columns,
)
from waypost.status.rules.coverage import Figure, figure
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import SHOWN_WINDOWS, Uptimes

ON_A_PAGE = 50
"""Entries of the history on one page."""

ON_A_COMPONENT = 10
"""Past entries on the page of a component; the history has all of them."""

ARTICLES = 5
"""Articles beside an incident or a component; more is a list to read, not help."""


@dataclass(frozen=True)
class PageSpec:
    """One page: its address, its template, and its content beside the snapshot."""

    path: str
    """The folder below site/status/, with a slash at its end; empty for the front page."""
    template: str
    """Its name in theme/status/."""
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    feed: str = ""
    """The folder of the feeds that are about this page alone; empty where it has none."""
    inputs: object = None
    """Its sources beside those of all pages; equal inputs make the same page. None where time alone counts."""

    @property
    def file(self) -> str:
        """Its file below site/status/."""
        return f"{self.path}index.html"


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: an incident or a maintenance."""

    at: datetime
    incident: Incident | None = None
    item: MaintenanceSnapshot | None = None

    @property
    def components(self) -> Iterable[str]:
        """The ids of the components that it is about."""
        if self.incident:
            return self.incident.components
        return self.item.work.components if self.item else ()

    def inputs(self, now: datetime) -> object:
        """Return the sources of a card about it."""
        return self.item if self.incident is None else incident_inputs(self.incident, now)


def incident_inputs(incident: Incident, now: datetime) -> object:
    """Return the sources of a text about an incident: while it lasts, the time too."""
    # The order of its components can be seen, and equal mappings need not share it.
    return incident, tuple(incident.components.items()), None if incident.resolved_at else now


@dataclass(frozen=True)
class Month:
    """A month of the history."""

    name: str
    """Such as 2026-11."""
    first: date
    entries: tuple[HistoryEntry, ...]
    """The newest first."""

    @property
    def pages(self) -> int:
        """How many pages it fills."""
        return max(1, -(-len(self.entries) // ON_A_PAGE))

    def path(self, number: int = 1) -> str:
        """Return the address of one of its pages, counted from 1."""
        return f"history/{self.name}/" if number == 1 else f"history/{self.name}/{number}/"


def page_specs(
    snapshot: Snapshot, articles: Mapping[str, Article], formatter: StatusFormat
) -> Iterator[PageSpec]:
    """Return every page of the status site; `formatter` writes their texts."""
    words = snapshot.words
    entries = history_entries(snapshot)
    views = [component_view(component, formatter) for component in snapshot.components]
    yield PageSpec("", "index", snapshot.headline.sentence, _index_context(snapshot))
    yield from _history_pages(snapshot, entries)
    impacts = {"impacts": list(Impact)[:0:-1]}
    yield PageSpec("subscribe/", "subscribe", words.say("status.follow.title"), impacts, inputs=())
    most = rows_shown(len(views))
    mine = [
        (view.component.name, view.description, view.status, view.bar, view.days[: most + 1])
        for view in views
    ]
    yield PageSpec(
        "mine/", "mine", words.say("status.mine.title"), {"views": views, "rows_shown": most}, inputs=mine
    )
    yield from _component_pages(snapshot, views, entries, articles)
    yield from _retired_pages(snapshot, entries)
    yield from _incident_pages(snapshot, articles, formatter)
    for item in snapshot.maintenances:
        path = f"maintenance/{item.work.id}/"
        yield PageSpec(path, "maintenance", item.work.title, {"item": item}, inputs=item)


@dataclass(frozen=True)
class ComponentView:
    """The texts of pages about a component: these stay the same while its figures move behind them."""

    component: ComponentSnapshot = field(compare=False)
    status: ComponentStatus
    since: datetime
    description: str
    group: str
    bar: tuple[str, list[BarText], date]
    """The drawing, what is written at it, and its last day."""
    days: tuple[DayRow, ...]
    regions: list[tuple[ComponentStatus, str]]
    uptimes: list[Figure]
    months: list[tuple[str, str]]
    budget: list[str]


def component_view(component: ComponentSnapshot, formatter: StatusFormat) -> ComponentView:
    """Return the texts of pages about a component."""
    words = formatter.words
    return ComponentView(
        component=component,
        status=component.status,
        since=component.since,
        description=component.description,
        group=component.group,
        bar=(formatter.bar(component), formatter.bar_texts(component), component.days[-1].day),
        days=formatter.days(component),
        regions=region_sentences(component, words),
        uptimes=uptime_columns(component.uptimes, words),
        months=month_uptimes(component.uptimes, words),
        budget=formatter.budget(component),
    )


def _index_context(snapshot: Snapshot) -> dict[str, Any]:
    words = snapshot.words
    weights = {status.value: number_text(f"{snapshot.policy.weight(status):g}", words) for status in MEASURED}
    return {
        "weights": weights,
        "legend": _legend(snapshot),
        "periods": _periods(snapshot),
        "months": month_uptimes(snapshot.uptimes, words),
        "works": works_by_time(snapshot.planned),
        "rows_shown": rows_shown(len(snapshot.components)),
    }


def works_by_time(planned: Iterable[MaintenanceSnapshot]) -> Mapping[str, Sequence[MaintenanceSnapshot]]:
    """Part maintenance that is not over into `running` and `waiting`; its order stays."""
    parts: dict[str, list[MaintenanceSnapshot]] = {"running": [], "waiting": []}
    for item in planned:
        parts["waiting" if item.status is UpdateStatus.SCHEDULED else "running"].append(item)
    return parts


def _legend(snapshot: Snapshot) -> list[tuple[str, str]]:
    words = snapshot.words
    legend = [(code, words.say(f"status.state.{status}")) for status, code in STATUS_CODES.items()]
    return [*legend, (GAP_CODE, words.say("status.bar.gap"))]


def _periods(snapshot: Snapshot) -> list[str]:
    return [snapshot.words.say(f"status.uptime.period.{name}") for name in SHOWN_WINDOWS]


def month_uptimes(uptimes: Uptimes, words: Words) -> list[tuple[str, str]]:
    """Return the name and the uptime of each month that has one."""
    return [
        (
            words.date("status.date.month", date.fromisoformat(f"{name}-01")),
            figure(found, name, words).sentence,
        )
        for name, found in uptimes.months.items()
        if found.ratio is not None
    ]


def history_entries(snapshot: Snapshot) -> tuple[HistoryEntry, ...]:
    """Return every incident and finished maintenance, the newest first; one that went on as another is left out."""
    entries = [HistoryEntry(i.started, incident=i) for i in snapshot.incidents if i.continued_as is None]
    done = (item for item in snapshot.maintenances if item.is_over)
    entries += [HistoryEntry(item.history_at, item=item) for item in done]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def months(entries: Iterable[HistoryEntry], zone: ZoneInfo) -> tuple[Month, ...]:
    """Part the history by months of the page's zone, the newest first; months without an entry are left out."""
    parted = itertools.groupby(entries, key=lambda entry: entry.at.astimezone(zone).date().replace(day=1))
    return tuple(Month(f"{first:%Y-%m}", first, tuple(members)) for first, members in parted)


def _history_pages(snapshot: Snapshot, entries: Sequence[HistoryEntry]) -> Iterator[PageSpec]:
    found = months(entries, ZoneInfo(snapshot.page.time_zone))
    title = snapshot.words.say("status.history.short")
    pages = [(month, number) for month in found for number in range(1, month.pages + 1)]
    # The number of entries of a month is not shown: each new one would change the pages of all months.
    names = [month.name for month in found]
    context: dict[str, Any] = {"months": found, "month": None, "newer": None, "older": None, "entries": ()}
    if not pages:
        yield PageSpec("history/", "history", title, context, inputs=())
    for place, (month, number) in enumerate(pages):
        name = snapshot.words.date("status.date.month", month.first)
        shown = {
            **context,
            "month": month,
            "entries": month.entries[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
            "newer": pages[place - 1] if place else None,
            "older": pages[place + 1] if place + 1 < len(pages) else None,
        }
        beside = [(other[0].name, other[1]) if other else None for other in (shown["newer"], shown["older"])]
        inputs = (names, number, beside, [entry.inputs(snapshot.now) for entry in shown["entries"]])
        if not place:
            yield PageSpec("history/", "history", title, shown, inputs=inputs)
        yield PageSpec(month.path(number), "history", f"{title}, {name}", shown, inputs=inputs)


def _component_pages(
    snapshot: Snapshot,
    views: Sequence[ComponentView],
    entries: Sequence[HistoryEntry],
    articles: Mapping[str, Article],
) -> Iterator[PageSpec]:
    past: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        if entry.incident is None or entry.incident not in snapshot.active:
            for name in entry.components:
                past.setdefault(name, []).append(entry)
    helpful = articles_by_component(articles)
    shared = {"legend": _legend(snapshot), "periods": _periods(snapshot)}
    for view in views:
        component = view.component
        active = [item for item in snapshot.active if component.id in item.components]
        planned = [item for item in snapshot.planned if component.id in item.work.components]
        shown = past.get(component.id, [])[:ON_A_COMPONENT]
        latency = snapshot.latency.get(component.id)
        charts = [latency.hours, latency.days] if latency else []
        context = {
            "view": view,
            "component": component,
            "charts": charts,
            "active": active,
            "works": works_by_time(planned),
            "past": shown,
            "articles": helpful.get(component.id, [])[:ARTICLES],
        }
        cards = [*(HistoryEntry(item.started, incident=item) for item in active), *shown]
        inputs = (view, charts, planned, [card.inputs(snapshot.now) for card in cards])
        path = f"components/{component.id}/"
        yield PageSpec(path, "component", component.name, {**shared, **context}, feed=path, inputs=inputs)


def _retired_pages(snapshot: Snapshot, entries: Sequence[HistoryEntry]) -> Iterator[PageSpec]:
    for item in snapshot.retired:
        past = [entry for entry in entries if item.id in entry.components][:ON_A_COMPONENT]
        context = {"component": item, "past": past}
        inputs = (item, [entry.inputs(snapshot.now) for entry in past])
        path = f"components/{item.id}/"
        yield PageSpec(path, "retired", item.name, context, feed=path, inputs=inputs)


def articles_by_component(articles: Mapping[str, Article]) -> dict[str, list[str]]:
    """Return the paths of the articles that depend on each component, those about the fewest components first."""
    found: dict[str, list[str]] = {}
    about = [
        (components_of(article.front), path) for path, article in articles.items() if article.article_kind
    ]
    for names, path in sorted(about, key=lambda row: (len(row[0]), row[1])):
        for name in names:
            found.setdefault(name, []).append(path)
    return found


def _incident_pages(
    snapshot: Snapshot, articles: Mapping[str, Article], formatter: StatusFormat
) -> Iterator[PageSpec]:
    alike = formatter.alike()
    helpful = articles_by_component(articles)
    for incident in snapshot.incidents:
        about = (path for name in incident.components for path in helpful.get(name, ()))
        context = {
            "incident": incident,
            "updates": [item for item in incident.updates if item.status is not UpdateStatus.POSTMORTEM],
            "postmortems": [item for item in incident.updates if item.status is UpdateStatus.POSTMORTEM],
            "affected": snapshot.affected.get(incident.id, ()),
            "alike": alike[incident.id],
            # The writer's own choice stands first.
            "articles": list(dict.fromkeys([*incident.articles, *about]))[:ARTICLES],
        }
        inputs = (incident_inputs(incident, snapshot.now), context["affected"], alike[incident.id])
        yield PageSpec(f"incidents/{incident.id}/", "incident", incident.title, context, inputs=inputs)
