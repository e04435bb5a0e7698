"""waypost doctor."""

from __future__ import annotations

import dataclasses
import sys

import click

from waypost.cli.common import database_option, json_option, print_json
from waypost.reading.site import Site

_MARKS = {"ok": ("ok  ", "green"), "note": ("note", "yellow"), "bad": ("bad ", "red")}


@click.command("doctor")
@database_option
@json_option
def command(site: Site, database: str, as_json: bool) -> None:
    """Look at the machine and the site, and say what keeps Waypost from working.

    Example: waypost doctor
    """
    from waypost.doctor import examine

    findings = examine(site, database)
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark, colour = _MARKS[finding.level]
            click.echo(f"{click.style(mark, fg=colour)} {finding.subject}: {finding.text}")
    sys.exit(1 if any(finding.level == "bad" for finding in findings) else 0)
