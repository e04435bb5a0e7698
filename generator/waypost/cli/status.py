"""waypost status."""

from __future__ import annotations

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from waypost.adapters.languages import load_words
from waypost.adapters.store import read_history
from waypost.app.clock import utc_now
from waypost.app.site import Site, load_project
from waypost.cli.common import database_option, explained, json_option, print_json, site_option
from waypost.core.snapshot import Snapshot, take_snapshot
from waypost.core.statuspage import now_document
from waypost.model.status import ComponentStatus

_COLOURS = {
    ComponentStatus.OPERATIONAL: "green",
    ComponentStatus.DEGRADED_PERFORMANCE: "yellow",
    ComponentStatus.PARTIAL_OUTAGE: "dark_orange",
    ComponentStatus.MAJOR_OUTAGE: "red",
    ComponentStatus.UNDER_MAINTENANCE: "blue",
    ComponentStatus.NO_DATA: "bright_black",
}


@click.command("status")
@site_option
@database_option
@json_option
@explained
def command(site: Site, database: str | None, as_json: bool) -> None:
    """Show the present state of every component.

    Example: waypost status
    """
    history = read_history(database or site.database_url)
    snapshot = take_snapshot(load_project(site).status, history, utc_now(), load_words())
    if as_json:
        print_json(now_document(snapshot))
    else:
        _print(snapshot)


def _print(snapshot: Snapshot) -> None:
    console = Console()
    table = Table(title=escape(snapshot.headline.sentence), title_justify="left", title_style="bold")
    for column in ("Group", "Component", "State", "Since", "Uptime, 90 days"):
        table.add_column(column)
    for component in snapshot.components:
        word = snapshot.words.say(f"status.state.{component.status}")
        state = f"[{_COLOURS[component.status]}]{word}[/]"
        since = f"{component.since.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(escape(component.group), escape(component.name), state, since, component.uptime.percent)
    console.print(table)
    for incident in snapshot.active:
        console.print(
            f"Open: {incident.title} (since {incident.started.astimezone():%Y-%m-%d %H:%M})", markup=False
        )
    checked = f"{snapshot.checked_at.astimezone():%Y-%m-%d %H:%M:%S}" if snapshot.checked_at else "never"
    console.print(f"Last checked: {checked}")
