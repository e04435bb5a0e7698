"""waypost deliver."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from waypost.base.clock import utc_now
from waypost.base.printable import printable
from waypost.cli.common import (
    LEAVE_AFTER,
    counted,
    database_option,
    json_option,
    leave_after,
    print_json,
    print_problems,
)
from waypost.cli.service import log_options, log_problems, service_log, worker_hooks
from waypost.cli.signals import service_signals
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.base.service_log import LogOptions
    from waypost.notify.rules.deliveries import Delivery
    from waypost.notify.rules.notices import PlannedNotice

log = logging.getLogger("waypost")


@click.command("deliver")
@click.option("--watch", is_flag=True, help="Stay, and go on telling and sending until told to stop.")
@click.option("--dry-run", is_flag=True, help="Show what would go to whom; nothing is sent or written.")
@database_option
@json_option
@log_options
def command(
    *, watch: bool, dry_run: bool, site: Site, database: str, as_json: bool, log_options: LogOptions
) -> None:
    """Tell subscribers what is new, and send all that is due. `waypost run` does this by itself.

    With --watch it stays: on a PostgreSQL database any number of such processes share the work.

    Example: waypost deliver --dry-run
    """
    from waypost.notify.dispatch import deliver_once, deliver_until, preview
    from waypost.reading.io.subscriber_files import unset_variables

    if watch and dry_run:
        raise click.UsageError("--dry-run looks once, so it does not go with --watch.")
    if dry_run:
        _show(*preview(site, database, utc_now()), as_json=as_json)
        return
    if watch:
        with service_log(site, log_options), service_signals() as signals:
            log.info("Delivering. Ctrl-C stops.")
            log_problems(unset_variables(site.root).values())
            leave_after(signals.stop, LEAVE_AFTER)
            deliver_until(site, database, signals.stop, worker_hooks())
            log.info("Stopped.")
        return
    print_problems(unset_variables(site.root).values())
    failed: list[str] = []
    result = deliver_once(site, database, worker_hooks(failed))
    if as_json:
        print_json(
            {
                "new": result.notices,
                "deliveries": result.deliveries,
                "tried": result.attempts,
                "failed": len(failed),
            }
        )
    else:
        click.echo(
            f"{counted(result.notices, 'new notice')}, {counted(result.attempts, 'letter')} sent or tried."
        )
    if failed:
        sys.exit(1)


def _show(
    planned: Sequence[PlannedNotice], waiting: Sequence[Delivery], has_baseline: bool, *, as_json: bool
) -> None:
    new = [item for item in planned if item.recipients]
    if as_json:
        print_json(
            {
                "has_told": has_baseline,
                "new": [_entry(item) for item in new],
                "waiting": [it.id for it in waiting],
            }
        )
        return
    if not has_baseline:
        click.echo(
            "Nothing was told from this database yet. The first run tells nobody: what is there then is known."
        )
    for item in new:
        notice = item.notice
        click.echo(f"{notice.event}  {printable(notice.title)}")
        click.echo(f"  to {', '.join(f'{name} ({kind})' for name, kind in item.recipients.items())}")
    if has_baseline and not new:
        click.echo("There is nothing new to tell.")
    if waiting:
        click.echo(f"{counted(len(waiting), 'delivery', 'deliveries')} from before would be sent too.")


def _entry(item: PlannedNotice) -> dict[str, object]:
    notice = item.notice
    return {
        "event": notice.event,
        "subject": str(notice.subject),
        "title": notice.title,
        "at": notice.at.isoformat(),
        "message_id": item.message_id,
        "to": list(item.recipients),
    }
