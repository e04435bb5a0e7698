"""waypost heartbeat."""

from __future__ import annotations

import click

from waypost.app.clock import utc_now
from waypost.app.heartbeats import UnknownHeartbeat, report
from waypost.app.project import load_project
from waypost.app.site import Site
from waypost.cli.common import database_option, explained, refuse, site_option


@click.command("heartbeat")
@click.argument("name")
@site_option
@database_option
@click.option("--start", is_flag=True, help="The job begins.")
@click.option("--fail", is_flag=True, help="The job has failed.")
@click.option("--exit-code", type=click.IntRange(0, 255), help="How the job ended: 0 is success.")
@explained
def command(
    name: str, site: Site, database: str | None, start: bool, fail: bool, exit_code: int | None
) -> None:
    """Report that a job is alive; without an option, that it has succeeded.

    NAME is its component, or component/check where a component has several heartbeats. The report is kept also
    while no poller runs.

    Example: waypost heartbeat backups
    """
    if start + fail + (exit_code is not None) > 1:
        raise click.UsageError("Give one of --start, --fail and --exit-code.")
    word = "start" if start else "fail" if fail else "" if exit_code is None else str(exit_code)
    config = load_project(site).status.config
    try:
        ping = report(config, database or site.database_url, name, word, utc_now())
    except UnknownHeartbeat as unknown:
        refuse(str(unknown))
    else:
        click.echo(f"Kept: {ping.component} {ping.check}: {ping.kind}.")
