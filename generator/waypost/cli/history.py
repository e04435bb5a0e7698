"""waypost history."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.base.clock import utc_now
from waypost.base.printable import printable
from waypost.cli.common import counted, database_option, json_option, print_json
from waypost.cli.history_repair import repair_command
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.history.history import Exported, Imported
    from waypost.history.verification import ChainProof, Verification

SHOWN = 20
"""Days or files that are named one by one; --json has all."""


@click.group("history")
def command() -> None:
    """Keep the history of the checks as text in git, and prove it.

    Example: waypost history verify
    """


def _to_day(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    del context, parameter
    return value.date() if value else None


@command.command("export")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_to_day,
    metavar="DAY",
    help="The last day to export, such as 2026-11-20; the last one that is surely over if not given.",
)
@database_option
@json_option
def _export(until: date | None, site: Site, database: str, as_json: bool) -> None:
    """Write the rows of the days that are over from the database into status/history/.

    Each month has its own tables, and rows of a day that is over never change, so that git merges the exports
    of several clones. Only tables that say something new are written. It can be run beside `waypost run`.

    Example: waypost history export
    """
    from waypost.history.history import NotOver, export_days

    try:
        exported = export_days(site, database, until, utc_now())
    except NotOver as refused:
        raise click.UsageError(str(refused)) from None
    if as_json:
        print_json(
            {"first": exported.first, "until": exported.until, "written": exported.written}
            | {"days_with_other_digests": exported.other_digests}
        )
        return
    for line in _about_export(exported):
        click.echo(line)


def _about_export(exported: Exported) -> Iterator[str]:
    yield from _listed([f"Wrote {name}" for name in exported.written], "tables")
    if exported.first is None:
        yield f"The database has no row of {exported.until} or before."
    elif not exported.written:
        yield f"Every day from {exported.first} to {exported.until} is there already; nothing was written."
    else:
        yield f"{exported.first} to {exported.until}: {counted(len(exported.written), 'table')} written."
    if exported.other_digests:
        yield f"{counted(exported.other_digests, 'day')} also kept the digest of another database."


@command.command("import")
@click.argument("path", nargs=-1, type=click.Path(exists=True, path_type=Path))
@database_option
@json_option
def _import(path: tuple[Path, ...], site: Site, database: str, as_json: bool) -> None:
    """Add rows of text to the database: of status/history/, or of the tables and folders that you name.

    What the database has is kept, so that an import can be repeated. Days that it has sealed are not changed.
    Stop `waypost run` first where the database is SQLite.

    Example: waypost history import
    """
    from waypost.history.history import import_tables

    imported = import_tables(site, database, path)
    if as_json:
        print_json(
            {
                "changes": imported.changes,
                "watched_seconds": imported.watched.total_seconds(),
                "uplink_gaps": imported.gaps,
                "digests": imported.digests,
                "days_left_out": imported.refused,
                "first_unproven_day": imported.unproven,
            }
        )
    else:
        for line in _about_import(imported):
            click.echo(line)
    sys.exit(1 if imported.refused or imported.unproven else 0)


def _about_import(imported: Imported) -> Iterator[str]:
    yield (
        f"Added {counted(imported.changes, 'state change')}, {_hours(imported.watched)} of watched time, "
        f"{counted(imported.gaps, 'gap')} of the connection and {counted(imported.digests, 'digest')}."
    )
    if imported.refused:
        yield (
            f"{counted(len(imported.refused), 'day is', 'days are')} sealed in the database and have rows in the text"
            " that it does not have. They were left out:"
        )
        yield from _listed([f"  {day}" for day in imported.refused], "days")
    if imported.unproven:
        yield (
            f"The digest of {imported.unproven} does not fit the rows, so it and those after it were left out:"
            " a row was changed, or the database has rows of its own. `waypost history verify` says more."
        )


def _hours(time: timedelta) -> str:
    return f"{time.total_seconds() / 3600:.1f} hours".replace(".0 ", " ")


@command.command("verify")
@database_option
@json_option
def _verify(site: Site, database: str, as_json: bool) -> None:
    """Prove that no row was changed, and that every published percentage follows from the rows.

    Recomputes the chain of daily digests in the database and in status/history/, and every uptime and
    error budget in site/status/now.json as of the moment when it was made. The exit code is 1 where anything differs.

    Example: waypost history verify
    """
    from waypost.history.verification import verify_database

    found = verify_database(site, database, utc_now())
    if as_json:
        print_json(_document(found))
    else:
        for line in _about(found):
            click.echo(line)
    sys.exit(0 if found.is_proven else 1)


def _about(found: Verification) -> Iterator[str]:
    for proof in found.chains:
        yield from _about_chain(proof)
    if found.disagreements:
        days = counted(len(found.disagreements), "day has", "days have")
        yield f"{days} another digest in status/history/ than in the database:"
        yield from _listed(
            [
                f"  {item.day}  database {item.database[:16]}, text {item.text[:16]}"
                for item in found.disagreements
            ],
            "days",
        )
    if found.set_aside:
        rows = counted(found.set_aside, "row was", "rows were")
        yield f"{rows} set aside as written by a wrong clock, and are no part of this history."
    yield from _about_percentages(found)
    for note in found.notes:
        yield f"Not compared: {printable(note)}"


def _about_chain(proof: ChainProof) -> Iterator[str]:
    if not proof.days:
        return
    span = f"{proof.source}: {counted(proof.days, 'day')} from {proof.first} to {proof.last}"
    if not proof.broken:
        yield f"{span}: every row is as it was sealed."
        return
    days = counted(len(proof.broken), "day is", "days are")
    yield f"{span}: {days} not as sealed. A row was changed, added or removed:"
    broken = [
        f"  {link.day}  "
        + (f"sealed as {link.kept[:16]}, now {link.computed[:16]}" if link.kept else "no digest")
        for link in proof.broken
    ]
    yield from _listed(broken, "days")


def _about_percentages(found: Verification) -> Iterator[str]:
    result = found.percentages
    if result.compared and found.made_at:
        made = f"{found.made_at:%Y-%m-%d %H:%M:%S} UTC"
        same = result.compared - len(result.differences)
        yield f"Published {made}: {same} of {result.compared} values follow from the rows."
    lines = [
        f"  {printable(item.what)}: published {printable(item.published)}, by the rows {printable(item.computed)}"
        for item in result.differences
    ]
    yield from _listed(lines, "values")
    if result.differences and found.changed:
        names = ", ".join(printable(name) for name in found.changed)
        yield f"Changed after it was published, which may be why: {names}."
    if result.differences and found.rows_begin:
        yield f"The rows begin on {found.rows_begin}."


def _document(found: Verification) -> dict[str, Any]:
    result = found.percentages
    return {
        "proven": found.is_proven,
        "chains": [
            {
                "source": proof.source,
                "days": proof.days,
                "first": proof.first,
                "last": proof.last,
                "broken": [
                    {"day": link.day, "kept": link.kept or None, "computed": link.computed}
                    for link in proof.broken
                ],
            }
            for proof in found.chains
        ],
        "disagreements": [
            {"day": item.day, "database": item.database, "text": item.text} for item in found.disagreements
        ],
        "published_at": found.made_at.isoformat() if found.made_at else None,
        "compared": result.compared,
        "differences": [
            {"what": item.what, "published": item.published, "computed": item.computed}
            for item in result.differences
        ],
        "changed_since": found.changed,
        "rows_begin": found.rows_begin,
        "set_aside": found.set_aside,
        "not_compared": found.notes,
    }


command.add_command(repair_command)


def _listed(lines: list[str], what: str) -> Iterator[str]:
    yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more {what}"
