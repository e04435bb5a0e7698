"""What the commands share: options, how problems are printed, and the exit codes 0, 1 and 2."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from waypost.adapters.store import StoreError
from waypost.app.site import Site
from waypost.problems import Level, Problem, ProblemsFound, summary

P = ParamSpec("P")
R = TypeVar("R")


def site_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --site, which becomes the argument `site`."""

    def to_site(context: click.Context, parameter: click.Parameter, value: Path) -> Site:
        del context, parameter
        return Site(value.resolve())

    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    text = "The folder of the site; the present one if not given."
    return click.option("--site", type=kind, default=".", callback=to_site, help=text)(function)


def database_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --database, which may also come from the environment."""
    text = "The database, as sqlite:///FILE; .waypost/waypost.db in the site if not given."
    return click.option("--database", envvar="WAYPOST_DATABASE", show_envvar=True, default=None, help=text)(
        function
    )


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --json, which becomes the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Turn what stops a command into words on standard error and exit code 1; never a traceback."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ProblemsFound as found:
            print_problems(found.problems)
            sys.exit(1)
        except BrokenPipeError:
            # Whoever read our output has seen enough; click ends quietly.
            raise
        except (StoreError, OSError) as error:
            words = (
                f"{error.strerror}: {error.filename}"
                if isinstance(error, OSError) and error.strerror and error.filename
                else error
            )
            click.echo(f"waypost: {words}", err=True)
            sys.exit(1)

    return wrapper


def refuse(message: str) -> None:
    """End a command with a sentence on standard error and exit code 1."""
    click.echo(f"waypost: {message}", err=True)
    sys.exit(1)


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems to standard error, each at its place, and how many there are."""
    found = list(problems)
    for problem in found:
        click.echo(_coloured(problem), err=True)
    if found:
        click.echo(f"\n{summary(found)}", err=True)


def _coloured(problem: Problem) -> str:
    text = problem.format()
    head, _, rest = text.partition("\n")
    colour = "red" if problem.level is Level.ERROR else "yellow"
    word = f"{problem.level} {problem.code}"
    # click strips the colours where nobody is watching.
    return head.replace(word, click.style(word, fg=colour, bold=True), 1) + (f"\n{rest}" if rest else "")


def print_json(document: Any) -> None:
    """Print a document for programs."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def problem_json(problem: Problem) -> dict[str, object]:
    """Return a problem as programs read it."""
    return {
        "path": problem.location.path,
        "line": problem.location.line or 1,
        "column": problem.location.column or 1,
        "level": problem.level,
        "code": problem.code,
        "message": problem.message,
    }


def use_port(port: int) -> None:
    """Let files refer to the port as ${PORT}, as the sample's checks do."""
    os.environ["PORT"] = str(port)
