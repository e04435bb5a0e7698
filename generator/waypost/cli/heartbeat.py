"""waypost heartbeat."""

from __future__ import annotations

import click

from waypost.base.clock import utc_now
from waypost.cli.common import database_option
from waypost.reading.site import Site


@click.command("heartbeat")
@click.argument("name")
@database_option
@click.option("--start", is_flag=True, help="The job begins.")
@click.option("--fail", is_flag=True, help="The job has failed.")
@click.option("--exit-code", type=click.IntRange(0, 255), help="How the job ended: 0 is success.")
def command(name: str, site: Site, database: str, start: bool, fail: bool, exit_code: int | None) -> None:
    """Report that a job is alive; without an option, that it has succeeded.

    NAME is its component, or component/check where a component has several heartbeats. The report is kept also
    while no poller runs.

    Example: waypost heartbeat backups
    """
    from waypost.monitor.heartbeats import report_job

    if start + fail + (exit_code is not None) > 1:
        raise click.UsageError("Give one of --start, --fail and --exit-code.")
    word = "start" if start else "fail" if fail else "" if exit_code is None else str(exit_code)
    ping = report_job(site, database, name, word, utc_now())
    click.echo(f"Kept: {ping.component} {ping.check}: {ping.kind}.")
