"""waypost run."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import click

from waypost.cli.common import (
    LEAVE_AFTER,
    database_option,
    leave_after,
    region_option,
    to_address,
    to_host_port,
)
from waypost.cli.service import log_options, service_events, service_log
from waypost.cli.signals import service_signals
from waypost.formats.run_options import KEY_VARIABLE, WORKERS, RunOptions, WhenVanished
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.base.service_log import LogOptions

log = logging.getLogger("waypost")


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
@click.option(
    "--dead-man",
    callback=to_address,
    metavar="URL",
    envvar="WAYPOST_DEAD_MAN_URL",
    help="Asked for every minute while polling works, so that somebody notices when it does not. It is a secret:"
    " name it in WAYPOST_DEAD_MAN_URL.",
)
@log_options
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
    dead_man: str | None,
    log_options: LogOptions,
) -> None:
    """Poll the checks, publish the status pages and tell subscribers, until told to stop.

    SIGTERM and Ctrl-C end it cleanly; SIGHUP has it read its files and open its logs again. A SQLite database takes
    one such process, a PostgreSQL database any number.

    Example: waypost run --database sqlite:////var/lib/waypost/waypost.db
    """
    from waypost.base.sd_notify import ServiceManager
    from waypost.operations import Operations
    from waypost.run import run

    options = RunOptions(
        region=region,
        publishes=not no_publish,
        delivers=not (no_publish or no_deliver),
        listen=listen,
        heartbeat_key=os.environ.get(KEY_VARIABLE) or None,
        workers=workers,
        when_vanished=WhenVanished(when_vanished),
    )
    with service_log(site, log_options) as kept_log, service_signals() as signals:
        events = service_events()
        events.started = lambda: log.info(
            "Polling. Ctrl-C stops." if no_publish else "Polling and publishing. Ctrl-C stops."
        )
        events.listening = lambda host, port: log.info(
            "Jobs report to http://%s:%s/heartbeat/NAME", host, port
        )
        operations = Operations(
            site.root, signals.reload, log=kept_log, dead_man_url=dead_man or None, manager=ServiceManager()
        )
        leave_after(signals.stop, LEAVE_AFTER)
        run(site, database, signals.stop, events, options, operations)
        log.info("Stopped.")
