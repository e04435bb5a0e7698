"""waypost poll."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from waypost.base.printable import printable
from waypost.cli.common import database_option, json_option, print_json, region_option
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.formats.observations import RecordedOutcome
    from waypost.formats.status import Observation


@click.command("poll")
@database_option
@region_option
@json_option
def command(site: Site, database: str, region: str, as_json: bool) -> None:
    """Run every check once and record what was found.

    Example: waypost poll && waypost publish
    """
    from waypost.run import poll

    outcomes = poll(site, database, region)
    if as_json:
        print_json([_to_json(item, item.observation) for item in outcomes if item.observation])
        return
    for item in outcomes:
        click.echo(_line(item))


def _line(item: RecordedOutcome) -> str:
    where = f" from {item.series.region}" if item.series.region else ""
    observation = item.observation
    if observation is None:
        return f"{item.series.component} {item.series.check}{where}: no data"
    reason = f": {observation.reason}" if observation.reason else ""
    confirmed = f" (now {item.change.status})" if item.change else ""
    head = f"{observation.component} {observation.check}{where}: {observation.status}, {_milliseconds(observation)} ms"
    return printable(f"{head}{reason}{confirmed}")


def _milliseconds(observation: Observation) -> int:
    return round(observation.latency.total_seconds() * 1000)


def _to_json(item: RecordedOutcome, observation: Observation) -> dict[str, object]:
    return {
        "component": observation.component,
        "check": observation.check,
        "region": observation.region,
        "at": observation.at.isoformat(),
        "status": observation.status,
        "latency_ms": _milliseconds(observation),
        "reason": observation.reason,
        "confirmed": item.change.status if item.change else None,
    }
