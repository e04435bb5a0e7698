"""waypost lint."""

from __future__ import annotations

import sys

import click

from waypost.app.lint import lint
from waypost.app.site import Site
from waypost.cli.common import explained, json_option, print_json, print_problems, site_option
from waypost.problems import Problem, errors


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
        print_json([_to_json(problem) for problem in problems])
    elif problems:
        print_problems(problems)
    else:
        click.echo("Every file is fine.")
    sys.exit(1 if errors(problems) else 0)


def _to_json(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.location.path,
        "line": problem.location.line or 1,
        "column": problem.location.column or 1,
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
    }
