"""waypost lint."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from waypost.cli.common import explained, print_problems, site_option
from waypost.cli.lint_formats import FORMATS, from_here
from waypost.problems import errors

if TYPE_CHECKING:
    from waypost.reading.site import Site


@click.command("lint")
@site_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    help="How to tell: for people, for programs, or as annotations of a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@explained
def command(site: Site, form: str, as_json: bool, strict: bool) -> None:
    """Check every file that people write, and say what is wrong with its place.

    What breaks a format is an error and stops a build. The rules of docs/lint.md are about readers; lint.yml says
    how much each matters.

    Example: waypost lint
    """
    from waypost.base.clock import utc_now
    from waypost.lint.lint import lint

    problems = lint(site, utc_now())
    form = "json" if as_json else form
    if form in FORMATS:
        click.echo(FORMATS[form](from_here(problems, site.root)), nl=False)
    elif problems:
        print_problems(problems)
    else:
        click.echo("Every file is fine.")
    sys.exit(1 if errors(problems) or (strict and problems) else 0)
