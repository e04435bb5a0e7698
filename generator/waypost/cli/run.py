"""waypost run."""

from __future__ import annotations

import click

from waypost.app.run import Events, run
from waypost.app.site import Site
from waypost.cli.common import database_option, explained, print_problems, site_option
from waypost.cli.signals import stop_on_signals
from waypost.model.status import StateChange
from waypost.problems import ProblemsFound


@click.command("run")
@site_option
@database_option
@explained
def command(site: Site, database: str | None) -> None:
    """Poll the checks and publish the status pages until told to stop.

    SIGTERM and Ctrl-C end it cleanly. One database takes one such process.

    Example: waypost run --database sqlite:////var/lib/waypost/waypost.db
    """

    def started() -> None:
        click.echo("Polling and publishing. Ctrl-C stops.")

    events = Events(
        started=started, changed=say_change, broken=say_broken, reloaded=_say_reloaded, failed=say_failed
    )
    stop = stop_on_signals()
    run(site, database or site.database_url, stop, events)
    click.echo("Stopped.")


def say_change(change: StateChange) -> None:
    """Tell of a confirmed change of state."""
    reason = f": {change.reason}" if change.reason else ""
    click.echo(f"{change.confirmed_at.astimezone():%H:%M:%S} {change.component} is {change.status}{reason}")


def say_broken(found: ProblemsFound) -> None:
    """Tell what is wrong with a file that was just saved."""
    print_problems(found.problems)
    click.echo("The last good version stays published.", err=True)


def _say_reloaded() -> None:
    click.echo("Files were saved; read again.")


def say_failed(error: Exception) -> None:
    """Tell of something that may pass."""
    click.echo(f"waypost: {error}", err=True)
