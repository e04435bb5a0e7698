"""waypost lint, whose findings programs read in several forms."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from waypost.base.clock import utc_now
from waypost.cli.common import print_problems, problem_json, site_option
from waypost.problems import Level, Problem, errors
from waypost.reading.site import Site

_SEVERITY = {Level.ERROR: "major", Level.WARNING: "minor"}


def from_here(problems: Sequence[Problem], root: Path) -> list[Problem]:
    """Name files as the caller sees them, who may stand above the site: a host knows paths of the repository."""
    where = Path(os.path.relpath(root)).as_posix()
    if where == "." or where.startswith(".."):
        return list(problems)
    return [
        replace(problem, location=replace(problem.location, path=f"{where}/{problem.location.path}"))
        for problem in problems
    ]


def as_json(problems: Sequence[Problem]) -> str:
    """Return a list of objects, one a problem."""
    return _dump([problem_json(problem) for problem in problems])


def as_github(problems: Sequence[Problem]) -> str:
    """Return workflow commands, which GitHub shows at their lines.

    Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "".join(
        f"::{problem.level} file={_property(problem.location.path)},line={problem.location.line or 1},"
        f"col={problem.location.column or 1},title={_property(problem.code)}::{_data(problem.message)}\n"
        for problem in problems
    )


def as_gitlab(problems: Sequence[Problem]) -> str:
    """Return a Code Quality report, which GitLab shows in a merge request.

    Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    report = []
    for problem in problems:
        key = (problem.location.path, problem.code, problem.message)
        counts[key] += 1
        report.append(
            {
                "description": problem.message,
                "check_name": problem.code,
                # Without the line, so that a finding that only moved is not a new one.
                "fingerprint": hashlib.sha256("\0".join([*key, str(counts[key])]).encode()).hexdigest(),
                "severity": _SEVERITY[problem.level],
                "location": {"path": problem.location.path, "lines": {"begin": problem.location.line or 1}},
            }
        )
    return _dump(report)


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "json": as_json,
    "github": as_github,
    "gitlab": as_gitlab,
}
"""Every form but the one for people, by its name."""


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
def command(site: Site, form: str, as_json: bool, strict: bool) -> None:
    """Check every file that people write, and say what is wrong with its place.

    What breaks a format is an error and stops a build. The rules of docs/lint.md are about readers; lint.yml says
    how much each matters.

    Example: waypost lint
    """
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


def _dump(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
