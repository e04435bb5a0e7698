"""waypost deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from waypost.base.clock import utc_now
from waypost.cli.common import counted, database_option, json_option, print_json, print_table
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.notify.rules.deliveries import Delivery, EndpointState

NEWEST = 100
"""How many deliveries are listed unless more are asked for."""


def _to_moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    from waypost.formats.field_types import read_moment

    if value is None:
        return None
    moment = read_moment(value)
    if moment is None:
        raise click.BadParameter(
            "Write a time with its offset, such as 2026-11-20T10:02:00+01:00.", context, parameter
        )
    return moment


endpoint_option = click.option("--endpoint", metavar="ID", help="Only those to one subscriber, by its id.")
since_option = click.option(
    "--since", callback=_to_moment, metavar="TIME", help="Only those made at that time or later."
)
until_option = click.option(
    "--until", callback=_to_moment, metavar="TIME", help="Only those made before that time."
)


@click.group("deliveries")
def command() -> None:
    """Look at what was sent to whom, and send again what did not come through.

    Example: waypost deliveries list --failed
    """


@command.command("list")
@click.option("--failed", "state", flag_value="failed", help="Only those that were given up.")
@click.option("--pending", "state", flag_value="pending", help="Only those that wait to be sent.")
@click.option("--delivered", "state", flag_value="delivered", help="Only those that came through.")
@endpoint_option
@since_option
@until_option
@click.option("--limit", default=NEWEST, show_default=True, type=click.IntRange(1), help="How many at most.")
@database_option
@json_option
def _list(
    state: str | None,
    *,
    endpoint: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    site: Site,
    database: str,
    as_json: bool,
) -> None:
    """List deliveries, the newest first: to whom, what of, and what became of them.

    Example: waypost deliveries list --failed --endpoint acme-production
    """
    from waypost.notify.deliveries import list_deliveries
    from waypost.notify.rules.deliveries import DeliveryFilter, DeliveryState

    wanted = DeliveryFilter(DeliveryState(state) if state else None, endpoint, since, until)
    found = list_deliveries(database, wanted, limit)
    if as_json:
        print_json([_entry(item) for item in found])
    elif found:
        _print(found)
    else:
        click.echo(
            "There are no such deliveries."
            if state or endpoint or since or until
            else "Nothing was sent yet."
        )


@command.command("replay")
@click.argument("ids", nargs=-1, type=int)
@endpoint_option
@since_option
@until_option
@click.option(
    "--delivered", is_flag=True, help="Also those that came through, for a receiver that lost them."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_option
def _replay(
    ids: Sequence[int],
    *,
    endpoint: str | None,
    since: datetime | None,
    until: datetime | None,
    delivered: bool,
    yes: bool,
    site: Site,
    database: str,
) -> None:
    """Send deliveries again that were given up, by their numbers, their subscriber or their time.

    They keep their ids, so that a receiver knows what it has had. A subscriber that was not sent to any more
    is sent to again.

    Example: waypost deliveries replay --endpoint acme-production --since 2026-11-20T10:00:00+01:00
    """
    from waypost.notify.deliveries import replay
    from waypost.notify.rules.deliveries import DeliveryFilter

    if not (ids or endpoint or since or until):
        raise click.UsageError("Say which: numbers, --endpoint, --since or --until.")

    def confirm(count: int) -> None:
        # Whoever names each by its number has seen them.
        if not (yes or ids):
            click.confirm(f"Send {counted(count, 'delivery', 'deliveries')} again?", abort=True, err=True)

    wanted = DeliveryFilter(None, endpoint, since, until, ids or None)
    done = replay(database, wanted, utc_now(), confirm, delivered=delivered)
    click.echo(
        f"{counted(done, 'delivery is', 'deliveries are')} due now. `waypost run` or `waypost deliver` sends them."
    )


@command.command("endpoints")
@database_option
@json_option
def _endpoints(site: Site, database: str, as_json: bool) -> None:
    """List where subscribers are reached, and which of them fail or are not sent to any more.

    Example: waypost deliveries endpoints
    """
    from waypost.notify.deliveries import list_endpoints

    found = list_endpoints(database)
    if as_json:
        print_json([_endpoint_entry(item) for item in found])
        return
    if not found:
        click.echo("Nobody was told anything yet.")
        return
    rows = [(f"{item.id}\n{item.kind}", str(item.pending), str(item.failed), _state(item)) for item in found]
    print_table({"Subscriber": 3, "Waiting": 1, "Given up": 1, "State": 5}, rows)


def _state(item: EndpointState) -> str:
    if item.unsubscribed_at:
        return f"left on {item.unsubscribed_at.astimezone():%Y-%m-%d %H:%M}"
    if not item.configured:
        return "no longer in subscribers.yml"
    if item.disabled:
        return f"not sent to since {item.disabled.at.astimezone():%Y-%m-%d %H:%M}: {item.disabled.reason}"
    if item.failing_since:
        return f"fails since {item.failing_since.astimezone():%Y-%m-%d %H:%M}"
    return "works"


def _endpoint_entry(item: EndpointState) -> dict[str, object]:
    return {
        "id": item.id,
        "channel": item.kind,
        "configured": item.configured,
        "waiting": item.pending,
        "given_up": item.failed,
        "next": _time(item.next_at),
        "failing_since": _time(item.failing_since),
        "disabled": {"at": _time(item.disabled.at), "reason": item.disabled.reason}
        if item.disabled
        else None,
        "left": _time(item.unsubscribed_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _entry(item: Delivery) -> dict[str, object]:
    return {
        "id": item.id,
        "endpoint": item.endpoint,
        "channel": item.kind,
        "event": item.event,
        "subject": item.subject,
        "message_id": item.message_id,
        "created": item.created_at.isoformat(),
        "state": item.state,
        "attempts": item.attempts,
        "last_error": item.last_error,
        "delivered": _time(item.delivered_at),
    }


def _print(deliveries: Sequence[Delivery]) -> None:
    rows = []
    for item in deliveries:
        tried = counted(item.attempts, "attempt")
        rows.append(
            (
                str(item.id),
                f"{item.endpoint}\n{item.kind}",
                f"{item.event}\n{item.subject}",
                f"{item.state}, {tried}" + (f"\n{item.last_error}" if item.last_error else ""),
                f"{item.created_at.astimezone():%m-%d %H:%M:%S}",
            )
        )
    print_table({"Number": 1, "To": 3, "What of": 4, "State": 3, "Made": 2}, rows)
