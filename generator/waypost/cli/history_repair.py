"""waypost history repair."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import click

from waypost.base.clock import utc_now
from waypost.cli.common import counted, database_option, json_option, print_json
from waypost.formats.field_types import read_moment
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.history.repair import Repair

_KINDS: Mapping[str, tuple[str, str]] = {
    "observation": ("answer of a check", "answers of checks"),
    "state_change": ("state change", "state changes"),
    "coverage": ("stretch of watched time", "stretches of watched time"),
    "uplink_gap": ("gap of our own connection", "gaps of our own connection"),
    "hourly": ("sum of an hour", "sums of hours"),
    "daily": ("sum of a day", "sums of days"),
    "digest": ("sealed day", "sealed days"),
    "maintenance_window": ("window of maintenance", "windows of maintenance"),
    "certificate": ("certificate", "certificates"),
    "ping": ("job's reports", "jobs' reports"),
    "schedule": ("due time of a check", "due times of checks"),
    "fault": ("entry of the journal of faults", "entries of the journal of faults"),
    "endpoint": ("endpoint of a subscriber", "endpoints of subscribers"),
    "delivery_host": ("pause of a host", "pauses of hosts"),
    "delivery": ("delivery", "deliveries"),
}
"""What the rows of each table are, for people."""


def _to_moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    del context, parameter
    if value is None:
        return None
    moment = read_moment(value)
    if moment is None:
        raise click.BadParameter("Write a time with its offset, such as 2026-11-20T10:02:00+01:00.")
    return moment


@click.command("repair")
@click.option(
    "--after",
    callback=_to_moment,
    metavar="TIME",
    help="Set aside what is later than this time, such as 2026-11-20T10:02:00+01:00; what is later than now if not"
    " given.",
)
@click.option(
    "--dry-run", is_flag=True, help="Only say what would be set aside; the exit code is 1 where there is any."
)
@click.option("--restore", is_flag=True, help="Put the history back that was set aside.")
@database_option
@json_option
def repair_command(
    after: datetime | None, dry_run: bool, restore: bool, site: Site, database: str, as_json: bool
) -> None:
    """Set aside what a wrong clock wrote: answers, states, sealed days and due times that are later than now.

    Make sure first that the clock is right now. Nothing is lost: the rows are kept in the database, and --restore
    puts back those of history. Stop `waypost run` first where the database is SQLite. A running `waypost run`
    does the same by itself once the clock has been right for some time.

    Example: waypost history repair --dry-run
    """
    del site
    if restore and (after or dry_run):
        raise click.UsageError("--restore goes with neither --after nor --dry-run.")
    if restore:
        _restore(database, as_json=as_json)
        return
    from waypost.history.repair import plan_repair, repair

    found = (plan_repair if dry_run else repair)(database, after, utc_now())
    if as_json:
        print_json(
            {
                "after": found.after.isoformat(),
                "latest": found.latest.isoformat() if found.latest else None,
                "removed": found.rows.removed,
                "changed": found.rows.changed,
                "dry_run": dry_run,
            }
        )
    else:
        for line in _about(found, dry_run=dry_run):
            click.echo(line)
    sys.exit(1 if dry_run and found.rows.total else 0)


def _about(found: Repair, *, dry_run: bool) -> Iterator[str]:
    after = f"{found.after:%Y-%m-%d %H:%M:%S %Z}"
    if not found.rows.total:
        yield f"Nothing is later than {after}. Nothing was changed."
        return
    what = "Would be set aside" if dry_run else "Set aside"
    last = f", up to {found.latest:%Y-%m-%d %H:%M:%S %Z}" if found.latest else ""
    yield f"{what}, because later than {after}{last}:"
    for name, count in found.rows.removed.items():
        yield f"  {counted(count, *_KINDS[name])}"
    for name, count in found.rows.changed.items():
        yield f"  {counted(count, *_KINDS[name])}, of which the earlier part stays"
    if not dry_run:
        yield "The rows are kept. `waypost history repair --restore` puts those of history back."


def _restore(database: str, *, as_json: bool) -> None:
    from waypost.history.repair import restore

    done = restore(database)
    if as_json:
        print_json({"restored": done})
        return
    if not done:
        click.echo("No row of history is set aside. Nothing was changed.")
        return
    click.echo("Put back:")
    for name, count in done.items():
        click.echo(f"  {counted(count, *_KINDS[name])}")
