"""waypost poll."""

from __future__ import annotations

import click

from waypost.adapters.store import Store, writer_lock
from waypost.app.poll import poll_once
from waypost.app.site import Site, load_project
from waypost.cli.common import database_option, explained, json_option, print_json, site_option
from waypost.model.status import Observation, StateChange


@click.command("poll")
@site_option
@database_option
@json_option
@explained
def command(site: Site, database: str | None, as_json: bool) -> None:
    """Run every check once and record what was found.

    Example: waypost poll && waypost publish
    """
    url = database or site.database_url
    config = load_project(site).status.config
    with writer_lock(url):
        store = Store(url)
        try:
            outcomes = poll_once(config, store)
        finally:
            store.close()
    if as_json:
        print_json([_to_json(observation, change) for observation, change in outcomes])
        return
    for observation, change in outcomes:
        click.echo(_line(observation, change))


def _line(observation: Observation, change: StateChange | None) -> str:
    milliseconds = round(observation.latency.total_seconds() * 1000)
    reason = f": {observation.reason}" if observation.reason else ""
    confirmed = f" (now {change.status})" if change else ""
    return f"{observation.component} {observation.check}: {observation.status}, {milliseconds} ms{reason}{confirmed}"


def _to_json(observation: Observation, change: StateChange | None) -> dict[str, object]:
    return {
        "component": observation.component,
        "check": observation.check,
        "at": observation.at.isoformat(),
        "status": observation.status,
        "latency_ms": round(observation.latency.total_seconds() * 1000),
        "reason": observation.reason,
        "confirmed": change.status if change else None,
    }
