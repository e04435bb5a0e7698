"""What the commands share: options, how problems are printed, and the exit codes 0, 1 and 2."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click

from waypost.cli.log import keep_log
from waypost.problems import Level, Problem, ProblemsFound, Refused, summary

if TYPE_CHECKING:
    from waypost.reading.site import Site

_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters of seven and eight bits, separators, marks that reverse text, and what no terminal encodes."""

P = ParamSpec("P")
R = TypeVar("R")


def site_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --site, which becomes the argument `site`."""

    def to_site(context: click.Context, parameter: click.Parameter, value: Path) -> Site:
        from waypost.reading.site import Site

        del context, parameter
        site = Site(value.resolve())
        keep_log(site.root)
        return site

    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    text = "The folder of the site; the present one if not given."
    return click.option("--site", type=kind, default=".", callback=to_site, help=text)(function)


def database_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --database, which may also come from the environment."""
    text = "The database, as sqlite:///FILE or postgresql://…; .waypost/waypost.db in the site if not given."
    return click.option("--database", envvar="WAYPOST_DATABASE", show_envvar=True, default=None, help=text)(
        function
    )


def region_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --region, the place that checks are run from."""
    text = "The place this runs in, by its name in `regions` of status/status.yml."
    return click.option(
        "--region", envvar="WAYPOST_REGION", show_envvar=True, default="", metavar="NAME", help=text
    )(function)


def to_host_port(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Read HOST:PORT; the callback of an option."""
    from pydantic_core import PydanticCustomError

    from waypost.formats.types import host_port

    if value is None:
        return None
    try:
        return host_port(value, any_port=True)
    except PydanticCustomError as error:
        raise click.BadParameter(error.message(), context, parameter) from None


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
        except OSError as error:
            has_file = error.strerror and error.filename
            refuse(f"{error.strerror}: {error.filename}" if has_file else str(error))
        except Refused as refused:
            refuse(str(refused))

    return wrapper


def to_duration(context: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """Read 30d, 12h or 90m, as the files write it, and 0d for no time at all; the callback of an option."""
    if value is None or value == "0d":
        return None if value is None else timedelta(0)
    from pydantic import TypeAdapter, ValidationError

    from waypost.formats.types import Duration

    try:
        read: timedelta = TypeAdapter(Duration).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], context, parameter) from None
    return read


def printable(text: str) -> str:
    """Return a text that people or servers sent as a terminal may show it: nothing in it can steer one."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun; `many` is the plural where it is not made with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def refuse(message: str) -> NoReturn:
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
    # A message may quote what somebody typed or sent.
    text = "\n".join(map(printable, problem.format().split("\n")))
    head, _, rest = text.partition("\n")
    colour = "red" if problem.level is Level.ERROR else "yellow"
    word = f"{problem.level} {problem.code}"
    # click strips the colours where nobody is watching.
    return head.replace(word, click.style(word, fg=colour, bold=True), 1) + (f"\n{rest}" if rest else "")


def print_json(document: Any) -> None:
    """Print a document for programs."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    # JSON escapes less than a terminal obeys; line ends are ours.
    click.echo("\n".join(_STEERING.sub(_escaped, line) for line in text.split("\n")))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


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
