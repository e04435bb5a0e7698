"""waypost run."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import click

from waypost.cli.common import (
    LEAVE_AFTER,
    database_option,
    leave_after,
    print_problems,
    region_option,
    stop_on_signals,
    to_host_port,
)
from waypost.cli.deliver import worker_hooks
from waypost.formats.run_options import KEY_VARIABLE, WORKERS, RunOptions, WhenVanished
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.formats.status import StateChange
    from waypost.problems import ProblemsFound


@click.command("run")
@database_option
@region_option
@click.option(
    "--listen",
    callback=to_host_port,
    metavar="HOST:PORT",
    envvar="WAYPOST_LISTEN",
    help=f"Where jobs report to over HTTP, such as 127.0.0.1:8090. Other machines need the key in {KEY_VARIABLE}.",
)
@click.option(
    "--no-publish", is_flag=True, help="Only poll: another poller of this database writes the pages."
)
@click.option("--no-deliver", is_flag=True, help="Tell nobody: `waypost deliver --watch` runs elsewhere.")
@click.option(
    "--workers",
    default=WORKERS,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Checks that run at the same time.",
)
@click.option(
    "--when-database-vanishes",
    "when_vanished",
    type=click.Choice([each.value for each in WhenVanished]),
    default=WhenVanished.WAIT.value,
    show_default=True,
    help="Where the database is deleted or replaced meanwhile: record nothing until it is back, or go on in a new one.",
)
def command(
    site: Site,
    *,
    database: str,
    region: str,
    listen: tuple[str, int] | None,
    no_publish: bool,
    no_deliver: bool,
    workers: int,
    when_vanished: str,
) -> None:
    """Poll the checks, publish the status pages and tell subscribers, until told to stop.

    SIGTERM and Ctrl-C end it cleanly. A SQLite database takes one such process, a PostgreSQL database any number.

    Example: waypost run --database sqlite:////var/lib/waypost/waypost.db
    """
    from waypost.run import Events, run

    options = RunOptions(
        region=region,
        publishes=not no_publish,
        delivers=not (no_publish or no_deliver),
        listen=listen,
        heartbeat_key=os.environ.get(KEY_VARIABLE) or None,
        workers=workers,
        when_vanished=WhenVanished(when_vanished),
    )
    events = Events(
        started=lambda: click.echo(
            "Polling. Ctrl-C stops." if no_publish else "Polling and publishing. Ctrl-C stops."
        ),
        listening=lambda host, port: click.echo(f"Jobs report to http://{host}:{port}/heartbeat/NAME"),
        changed=print_change,
        broken=print_broken_files,
        reloaded=lambda: click.echo("Files were saved; read again."),
        deliveries=worker_hooks(),
    )
    stop = stop_on_signals()
    leave_after(stop, LEAVE_AFTER)
    run(site, database, stop, events, options)
    with contextlib.suppress(OSError):  # nobody may be reading any more
        click.echo("Stopped.")


def print_change(change: StateChange) -> None:
    """Tell of a confirmed change of state."""
    reason = f": {change.reason}" if change.reason else ""
    place = f" from {change.region}" if change.region else ""
    click.echo(
        f"{change.confirmed_at.astimezone():%H:%M:%S} {change.component} is {change.status}{place}{reason}"
    )


def print_broken_files(found: ProblemsFound) -> None:
    """Tell what is wrong with a file that was just saved."""
    print_problems(found.problems)
    click.echo("The last good version stays published.", err=True)
