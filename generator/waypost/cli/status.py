"""waypost status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from waypost.base.clock import utc_now
from waypost.cli.common import database_option, json_option, print_json
from waypost.formats.status import ComponentStatus
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.base.faults import Fault
    from waypost.status.rules.snapshot import Snapshot
    from waypost.status.rules.uptime import Budget

_COLOURS = {
    ComponentStatus.OPERATIONAL: "green",
    ComponentStatus.DEGRADED_PERFORMANCE: "yellow",
    ComponentStatus.PARTIAL_OUTAGE: "dark_orange",
    ComponentStatus.MAJOR_OUTAGE: "red",
    ComponentStatus.UNDER_MAINTENANCE: "blue",
    ComponentStatus.NO_DATA: "bright_black",
}


@click.command("status")
@database_option
@json_option
def command(site: Site, database: str, as_json: bool) -> None:
    """Show the present state of every component, and what is wrong with Waypost itself.

    Example: waypost status
    """
    from waypost.cli.coming import coming_lines
    from waypost.monitor.store.faults import read_present_faults
    from waypost.publishing.api.faults import fault_json
    from waypost.publishing.api.now_json import now_document
    from waypost.publishing.current import current_status
    from waypost.reading.project import load_project

    now = utc_now()
    project = load_project(site, now)
    snapshot = current_status(project, database, now)
    faults = read_present_faults(database, now)
    if as_json:
        print_json({**now_document(snapshot), "faults": [fault_json(fault) for fault in faults]})
    else:
        _print(snapshot, faults, coming_lines(project, now))


def _print(snapshot: Snapshot, faults: Sequence[Fault], coming: Iterable[str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from waypost.status.rules.coverage import figure

    console = Console()
    table = Table(title=escape(snapshot.headline.sentence), title_justify="left", title_style="bold")
    for column in (
        "Group",
        "Component",
        "State",
        "Since",
        "Uptime, 24 hours",
        "90 days",
        "Error budget left",
    ):
        table.add_column(column)
    for component in snapshot.components:
        word = snapshot.words.say(f"status.state.{component.status}")
        table.add_row(
            escape(component.group),
            escape(component.name),
            f"[{_COLOURS[component.status]}]{word}[/]",
            _time(component.since, snapshot),
            *(
                figure(component.uptimes.windows[name], name, snapshot.words).sentence
                for name in ("24h", "90d")
            ),
            budget_left(component.uptimes.budget(snapshot.policy)),
        )
    console.print(table)
    for line in (*further_lines(snapshot, faults), *coming):
        console.print(line, markup=False)


def budget_left(budget: Budget) -> str:
    """Say how much of the last thirty days' allowed downtime is left."""
    return (
        f"{budget.left / budget.allowed:.0%}"
        if budget.left is not None and budget.allowed
        else "too little data"
    )


def further_lines(snapshot: Snapshot, faults: Sequence[Fault] = ()) -> Iterator[str]:
    """Yield what the table has no place for."""
    for component in snapshot.components:
        for view in component.regions:
            if view.dissents:
                word = snapshot.words.say(f"status.state.{view.status}")
                yield f"Seen otherwise from {view.name}: {component.name}, {word}"
    for incident in snapshot.active:
        yield f"Open: {incident.title} (since {_time(incident.started, snapshot)})"
    for item in snapshot.certificate_warnings:
        verb = "ends" if item.expires > snapshot.now else "ended"
        yield f"Certificate {verb} on {_time(item.expires, snapshot)}: {item.component}/{item.check}"
    if snapshot.offline_since:
        yield f"Our own connection has been down since {_time(snapshot.offline_since, snapshot)}"
    for fault in faults:
        yield f"Waypost itself, since {_time(fault.since, snapshot)}: {fault.message}"
    checked = _time(snapshot.checked_at, snapshot, "%Y-%m-%d %H:%M:%S") if snapshot.checked_at else "never"
    yield f"Last checked: {checked}"
    yield f"Times in {snapshot.page.time_zone}."


def _time(moment: datetime, snapshot: Snapshot, form: str = "%Y-%m-%d %H:%M") -> str:
    return format(moment.astimezone(ZoneInfo(snapshot.page.time_zone)), form)
