"""waypost poll."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from waypost.base.printable import printable
from waypost.cli.common import database_option, json_option, print_json, region_option
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.formats.observations import RecordedOutcome, Series
    from waypost.formats.status import Observation


@click.command("poll")
@database_option
@region_option
@json_option
def command(site: Site, database: str, region: str, as_json: bool) -> None:
    """Run every check once and record what was found.

    Where a check has no answer for a reason of our own, it is named with the reason, and the command exits with 1.

    Example: waypost poll && waypost publish
    """
    from waypost.run import poll

    found = poll(site, database, region)
    if as_json:
        observations = [_to_json(item, item.observation) for item in found.outcomes if item.observation]
        skipped = [{**series._asdict(), "reason": reason} for series, reason in found.skipped]
        print_json({"observations": observations, "skipped": skipped})
    else:
        for item in found.outcomes:
            if item.observation or not item.reason:
                click.echo(_line(item))
        for series, reason in found.skipped:
            click.echo(printable(f"{_name(series)}: no data: {reason}"))
    if found.skipped:
        sys.exit(1)


def _line(item: RecordedOutcome) -> str:
    observation = item.observation
    if observation is None:
        return f"{_name(item.series)}: no data"
    reason = f": {observation.reason}" if observation.reason else ""
    confirmed = f" (now {item.change.status})" if item.change else ""
    head = f"{_name(item.series)}: {observation.status}, {_milliseconds(observation)} ms"
    return printable(f"{head}{reason}{confirmed}")


def _name(series: Series) -> str:
    where = f" from {series.region}" if series.region else ""
    return f"{series.component} {series.check}{where}"


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
