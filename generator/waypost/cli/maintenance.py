"""waypost maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from waypost.adapters.incident_edit import usable_config
from waypost.app.clock import utc_now
from waypost.app.incidents import new_update
from waypost.app.maintenance import (
    ListedMaintenance,
    NewMaintenance,
    list_maintenances,
    plan_schedule,
    plan_step,
    present_maintenance,
)
from waypost.app.site import Site
from waypost.app.skeletons import AlreadyThere
from waypost.cli.common import (
    explained,
    json_option,
    print_json,
    print_problems,
    printable,
    refuse,
    site_option,
    to_duration,
)
from waypost.cli.tables import print_table
from waypost.cli.writing import message_option, words, write, writing_options
from waypost.core.local_time import read_local
from waypost.model.status import ENDED, UpdateStatus


@click.group("maintenance")
def command() -> None:
    """Announce planned work, and say when it begins, ends or is called off.

    Example: waypost maintenance list
    """


@command.command("schedule")
@click.argument("title")
@click.option(
    "--component", "components", required=True, multiple=True, help="The id of a component that is worked on."
)
@click.option(
    "--from",
    "start",
    required=True,
    help="When the work begins: 2026-11-29T02:00, in the time zone of the page unless it has an offset.",
)
@click.option("--until", "end", help="When it ends at the latest, written in the same way.")
@click.option(
    "--for", "length", callback=to_duration, help="How long it takes, such as 90m, instead of --until."
)
@message_option
@writing_options
@site_option
@explained
def _schedule(
    title: str,
    *,
    components: Sequence[str],
    start: str,
    end: str | None,
    length: timedelta | None,
    message: str | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Announce planned work. Short notice, and other work at the same time, are warned of.

    Example: waypost maintenance schedule "Faster archives" --component downloads --from 2026-11-29T02:00 --for 1h
    """
    begin, finish = _window(site, start, end, length)
    text = words(message, title, UpdateStatus.SCHEDULED)
    try:
        planned = plan_schedule(site, NewMaintenance(title, components, begin, finish), text, utc_now())
    except AlreadyThere as there:
        refuse(str(there))
        return
    print_problems(planned.warnings)
    done = f"Scheduled {planned.file.relative_to(site.root)}. It is shown when the status page is published."
    write(site, planned, done, yes=yes, commit=commit)


def _window(site: Site, start: str, end: str | None, length: timedelta | None) -> tuple[datetime, datetime]:
    """Return when the work begins and ends; a usage error where that is not clear."""
    if (end is None) == (length is None):
        raise click.UsageError("Say when the work ends: with --until, or with --for.")
    zone = ZoneInfo(usable_config(site.root).page.time_zone)
    begin = _moment("--from", start, zone)
    if end is not None:
        finish = _moment("--until", end, zone)
    else:
        # Work takes real hours, also in the night when clocks change.
        finish = datetime.fromtimestamp(
            begin.timestamp() + (length or timedelta()).total_seconds(), begin.tzinfo
        )
    if finish <= begin:
        raise click.UsageError("The work ends before it begins. Correct --from, --until or --for.")
    return begin, finish


def _moment(option: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return read_local(text, zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=f"'{option}'") from None


@command.command("start")
@click.argument("name")
@message_option
@writing_options
@site_option
@explained
def _start(name: str, *, message: str | None, yes: bool, commit: bool, site: Site) -> None:
    """Say that the work begins now. NAME is any part of its file's name that no other has.

    Example: waypost maintenance start faster-archives --message "Zip downloads pause now."
    """
    _step(site, name, UpdateStatus.IN_PROGRESS, message, yes=yes, commit=commit)


@command.command("complete")
@click.argument("name")
@message_option
@writing_options
@site_option
@explained
def _complete(name: str, *, message: str | None, yes: bool, commit: bool, site: Site) -> None:
    """Say that the work is done before its time is over.

    Example: waypost maintenance complete faster-archives --message "Zip downloads are back."
    """
    _step(site, name, UpdateStatus.COMPLETED, message, yes=yes, commit=commit)


@command.command("cancel")
@click.argument("name")
@message_option
@writing_options
@site_option
@explained
def _cancel(name: str, *, message: str | None, yes: bool, commit: bool, site: Site) -> None:
    """Call work off, or end it unfinished.

    Example: waypost maintenance cancel faster-archives --message "We found another way."
    """
    _step(site, name, UpdateStatus.CANCELLED, message, yes=yes, commit=commit)


def _step(
    site: Site, name: str, status: UpdateStatus, message: str | None, *, yes: bool, commit: bool
) -> None:
    if message is None:
        message = words(None, present_maintenance(site, name).title, status)
    planned = plan_step(site, name, new_update(status, message, utc_now()))
    done = f"Added '{status}' to {planned.file.relative_to(site.root)}."
    write(site, planned, done, yes=yes, commit=commit)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is over or called off.")
@site_option
@json_option
@explained
def _list(everything: bool, site: Site, as_json: bool) -> None:
    """List the work that is to come or under way; the latest comes first.

    Example: waypost maintenance list --all
    """
    found = [item for item in list_maintenances(site, utc_now()) if everything or item.status not in ENDED]
    if as_json:
        print_json([_entry(item) for item in found])
    elif found:
        _print(found)
    else:
        click.echo("There is no maintenance." if everything else "No maintenance is planned.")


def _entry(item: ListedMaintenance) -> dict[str, object]:
    work = item.work
    return {
        "id": work.id,
        "title": work.title,
        "status": item.status,
        "components": list(work.components),
        "articles": list(work.articles),
        "scheduled_for": work.scheduled_for.isoformat(),
        "scheduled_until": work.scheduled_until.isoformat(),
        "updated": work.updated_at.isoformat(),
    }


def _print(found: Sequence[ListedMaintenance]) -> None:
    rows = [
        (
            f"{printable(item.work.title)}\n{item.work.id}",
            str(item.status),
            "\n".join(item.work.components),
            f"{item.work.scheduled_for.astimezone():%Y-%m-%d %H:%M}"
            f"\nto {item.work.scheduled_until.astimezone():%m-%d %H:%M}",
        )
        for item in found
    ]
    print_table({"Maintenance": 4, "Status": 2, "Components": 3, "When": 3}, rows)
