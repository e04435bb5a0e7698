"""waypost lint."""

from __future__ import annotations

import sys

import click

from waypost.app.lint import lint
from waypost.app.site import Site
from waypost.cli.common import explained, json_option, print_json, print_problems, problem_json, site_option
from waypost.problems import errors


@click.command("lint")
@site_option
@json_option
@explained
def command(site: Site, as_json: bool) -> None:
    """Check every file that people write, and say what is wrong with its place.

    Example: waypost lint
    """
    problems = lint(site)
    if as_json:
        print_json([problem_json(problem) for problem in problems])
    elif problems:
        print_problems(problems)
    else:
        click.echo("Every file is fine.")
    sys.exit(1 if errors(problems) else 0)
