"""The pages of the status site: address, template and content of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from waypost.base.i18n import Words, number_text
from waypost.formats.article import Article
from waypost.formats.status import MEASURED, ComponentStatus, Impact, Incident, UpdateStatus
from waypost.publishing.pages.charts import GAP_CODE, STATUS_CODES
from waypost.publishing.pages.day_rows import DayRow, rows_shown
from waypost.publishing.pages.filters import (
    BarText,
    StatusFormat,
    region_sentences,
    uptime_columns,
)
from waypost.publishing.pages.history_pages import (
    HistoryEntry,
    entries_of,
    history_entries,
    history_pages,
    pages_of_history,
)
from waypost.publishing.pages.incident_pages import ARTICLES, articles_by_component, incident_pages
from waypost.publishing.pages.page_spec import PageSpec
from waypost.status.rules.coverage import Figure, figure
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import SHOWN_WINDOWS, Uptimes

ON_A_COMPONENT = 10
"""Past entries on the page of a component; the history has all of them."""


def page_specs(
    snapshot: Snapshot, articles: Mapping[str, Article], formatter: StatusFormat
) -> Iterator[PageSpec]:
    """Return every page of the status site; `formatter` writes their texts."""
    words = snapshot.words
    entries = history_entries(snapshot)
    views = [component_view(component, formatter) for component in snapshot.components]
    yield PageSpec("", "index", snapshot.headline.sentence, _index_context(snapshot))
    yield from history_pages(snapshot, pages_of_history(snapshot, entries))
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
    yield from incident_pages(snapshot, articles, formatter.alike())
    for item in snapshot.maintenances:
        path = f"maintenance/{item.work.id}/"
        yield PageSpec(path, "maintenance", item.work.title, {"item": item}, inputs=item)


@dataclass(frozen=True)
class ComponentView:
    """The texts of pages about a component: these stay the same while its figures move behind them."""

    component: ComponentSnapshot = field(compare=False, repr=False)
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


def _component_pages(
    snapshot: Snapshot,
    views: Sequence[ComponentView],
    entries: Sequence[HistoryEntry],
    articles: Mapping[str, Article],
) -> Iterator[PageSpec]:
    open_ids = {item.id for item in snapshot.active}
    fresh: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        if entry.incident is None or entry.incident.id not in open_ids:
            for name in entry.components:
                fresh.setdefault(name, []).append(entry)
    helpful = articles_by_component(articles)
    over = snapshot.past.latest_of((view.component.id for view in views), ON_A_COMPONENT)
    shared = {"legend": _legend(snapshot), "periods": _periods(snapshot)}
    for view in views:
        component = view.component
        active = [item for item in snapshot.active if component.id in item.components]
        planned = [item for item in snapshot.planned if component.id in item.work.components]
        shown = _latest(over[component.id], fresh.get(component.id, ()))
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


def _latest(past: Sequence[Incident], fresh: Sequence[HistoryEntry]) -> Sequence[HistoryEntry]:
    """Return the latest entries about a component; `fresh` are those that are not kept as past."""
    if not past:
        return fresh[:ON_A_COMPONENT]
    incidents = [*past, *(entry.incident for entry in fresh if entry.incident)]
    return entries_of(incidents, [entry.item for entry in fresh if entry.item])[:ON_A_COMPONENT]


def _retired_pages(snapshot: Snapshot, entries: Sequence[HistoryEntry]) -> Iterator[PageSpec]:
    for item in snapshot.retired:
        over = snapshot.past.latest(item.id, ON_A_COMPONENT)
        past = _latest(over, [entry for entry in entries if item.id in entry.components])
        context = {"component": item, "past": past}
        inputs = (item, [entry.inputs(snapshot.now) for entry in past])
        path = f"components/{item.id}/"
        yield PageSpec(path, "retired", item.name, context, feed=path, inputs=inputs)
