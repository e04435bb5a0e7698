"""waypost maintenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from waypost.base.clock import utc_now
from waypost.base.printable import printable
from waypost.cli.common import (
    json_option,
    print_json,
    print_problems,
    print_table,
    site_option,
    to_duration,
)
from waypost.cli.writing import message_option, words, write, writing_options
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.authoring.maintenance import ListedMaintenance


P = ParamSpec("P")
R = TypeVar("R")

_components_option = click.option(
    "--component", "components", required=True, multiple=True, help="The id of a component that is worked on."
)
_until_option = click.option(
    "--until",
    "end",
    help="When it ends at the latest: 2026-11-29T03:00, in the time zone of the page unless it has an offset.",
)


def _from_option(*, required: bool) -> Callable[[Callable[P, R]], Callable[P, R]]:
    text = "When the work begins: 2026-11-29T02:00, in the time zone of the page unless it has an offset."
    return click.option("--from", "start", required=required, help=text)


def _for_option(text: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    return click.option("--for", "length", callback=to_duration, help=text)


@click.group("maintenance")
def command() -> None:
    """Announce planned work, and say when it begins, ends or is called off.

    Example: waypost maintenance list
    """


@command.command("schedule")
@click.argument("title")
@_components_option
@_from_option(required=True)
@_until_option
@_for_option("How long it takes, such as 90m, instead of --until.")
@message_option
@writing_options
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
    from waypost.authoring.maintenance import NewMaintenance, plan_schedule
    from waypost.formats.status import UpdateStatus

    begin, finish = _window(site, start, end, length)
    text = words(message, lambda: title, UpdateStatus.SCHEDULED)
    planned = plan_schedule(site, NewMaintenance(title, components, begin, finish), text, utc_now())
    print_problems(planned.warnings)
    done = f"Scheduled {planned.file.relative_to(site.root)}. It is shown when the status page is published."
    write(site, planned, done, yes=yes, commit=commit)


def _window(site: Site, start: str, end: str | None, length: timedelta | None) -> tuple[datetime, datetime]:
    """Return when the work begins and ends; a usage error where that is not clear."""
    from waypost.authoring.rules.local_time import later

    _require_one_end(end, length)
    begin = _moment(site, "--from", start)
    finish = later(begin, length) if length is not None else _moment(site, "--until", end or "")
    _require_order(begin, finish)
    return begin, finish


def _require_one_end(end: str | None, length: timedelta | None) -> None:
    if (end is None) == (length is None):
        raise click.UsageError("Say when the work ends: with --until, or with --for.")


def _require_order(begin: datetime, finish: datetime) -> None:
    if finish <= begin:
        raise click.UsageError("The work ends before it begins. Correct --from, --until or --for.")


def _moment(site: Site, option: str, text: str) -> datetime:
    from waypost.authoring.maintenance import page_zone
    from waypost.authoring.rules.local_time import read_local

    try:
        return read_local(text, page_zone(site))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=f"'{option}'") from None


def _step_command(name: str, status: str, what: str, example: str) -> click.Command:
    @click.argument("name")
    @message_option
    @writing_options
    def step(name: str, *, message: str | None, yes: bool, commit: bool, site: Site) -> None:
        from waypost.authoring.incidents import new_update
        from waypost.authoring.maintenance import plan_step, present_maintenance
        from waypost.formats.status import UpdateStatus

        text = words(message, lambda: present_maintenance(site, name).title, status)
        planned = plan_step(site, name, new_update(UpdateStatus(status), text, utc_now()))
        done = f"Added '{status}' to {planned.file.relative_to(site.root)}."
        write(site, planned, done, yes=yes, commit=commit)

    step.__doc__ = f'{what}\n\nExample: waypost maintenance {name} faster-archives --message "{example}"'
    return click.command(name)(step)


for _step in (
    _step_command(
        *("start", "in_progress"),
        "Say that the work begins now. NAME is any part of its file's name that no other has.",
        "Zip downloads pause now.",
    ),
    _step_command(
        *("complete", "completed"),
        "Say that the work is done before its time is over.",
        "Zip downloads are back.",
    ),
    _step_command(*("cancel", "cancelled"), "Call work off, or end it unfinished.", "We found another way."),
):
    command.add_command(_step)


@command.command("move")
@click.argument("name")
@_from_option(required=False)
@_until_option
@_for_option("How long it takes, such as 90m; without an end, as long as before.")
@message_option
@writing_options
def _move(
    name: str,
    *,
    start: str | None,
    end: str | None,
    length: timedelta | None,
    message: str | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Give work that has not begun another time, and say so. NAME is any part of its file's name.

    Example: waypost maintenance move faster-archives --from 2026-12-06T02:00 --message "The disks come later."
    """
    from waypost.authoring.maintenance_times import movable, plan_move
    from waypost.authoring.rules.local_time import later

    if start is None and end is None and length is None:
        raise click.UsageError("Say the new time: with --from, --until or --for.")
    if end is not None and length is not None:
        raise click.UsageError("Say when the work ends: with --until, or with --for.")
    work = movable(site, name, utc_now()).item
    begin = _moment(site, "--from", start) if start else work.scheduled_for
    length = work.scheduled_until - work.scheduled_for if length is None else length
    finish = _moment(site, "--until", end) if end else later(begin, length)
    _require_order(begin, finish)
    text = words(message, lambda: work.title, "moved")
    planned = plan_move(site, name, begin, finish, text, utc_now())
    print_problems(planned.warnings)
    write(site, planned, f"Moved {planned.file.relative_to(site.root)}.", yes=yes, commit=commit)


@command.command("extend")
@click.argument("name")
@_until_option
@_for_option("How much longer it takes, such as 30m, instead of --until.")
@message_option
@writing_options
def _extend(
    name: str,
    *,
    end: str | None,
    length: timedelta | None,
    message: str | None,
    yes: bool,
    commit: bool,
    site: Site,
) -> None:
    """Give work more time, before or while it runs, and say so. NAME is any part of its file's name.

    Example: waypost maintenance extend faster-archives --for 30m --message "One disk is slower than the others."
    """
    from waypost.authoring.maintenance_times import extendable, plan_extend
    from waypost.authoring.rules.local_time import later

    _require_one_end(end, length)
    work = extendable(site, name, utc_now()).item
    finish = _moment(site, "--until", end or "") if length is None else later(work.scheduled_until, length)
    text = words(message, lambda: work.title, "extended")
    planned = plan_extend(site, name, finish, text, utc_now())
    write(site, planned, f"Extended {planned.file.relative_to(site.root)}.", yes=yes, commit=commit)


@command.command("record")
@click.argument("title")
@_components_option
@_from_option(required=True)
@_until_option
@_for_option("How long it took, such as 90m, instead of --until.")
@message_option
@writing_options
def _record(
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
    """Write down work that is over and was never announced, for history and uptime.

    Example: waypost maintenance record "New disks" --component downloads --from 2026-11-22T02:00 --for 40m
    """
    from waypost.authoring.maintenance import NewMaintenance
    from waypost.authoring.maintenance_times import plan_record

    begin, finish = _window(site, start, end, length)
    text = words(message, lambda: title, "completed")
    planned = plan_record(site, NewMaintenance(title, components, begin, finish), text, utc_now())
    write(site, planned, f"Recorded {planned.file.relative_to(site.root)}.", yes=yes, commit=commit)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is over or called off.")
@site_option
@json_option
def _list(everything: bool, site: Site, as_json: bool) -> None:
    """List the work that is to come or under way; the latest comes first.

    Example: waypost maintenance list --all
    """
    from waypost.authoring.maintenance import list_maintenances, page_zone

    found = list_maintenances(site, utc_now(), ended=everything)
    if as_json:
        print_json([_entry(item) for item in found])
    elif found:
        _print(found, page_zone(site))
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


def _print(found: Sequence[ListedMaintenance], zone: ZoneInfo) -> None:
    rows = [
        (
            f"{printable(item.work.title)}\n{item.work.id}",
            str(item.status) if item.is_published else "not published yet",
            "\n".join(item.work.components),
            f"{item.work.scheduled_for.astimezone(zone):%Y-%m-%d %H:%M}"
            f"\nto {item.work.scheduled_until.astimezone(zone):%m-%d %H:%M}",
        )
        for item in found
    ]
    print_table({"Maintenance": 4, "Status": 2, "Components": 3, "When": 3}, rows)
    click.echo(f"Times in {zone.key}.")
