"""What the commands share: options, exit codes 0, 1 and 2, and how problems, tables and JSON are printed."""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from waypost.base.files.os_errors import explain_os_error
from waypost.base.logs import FileDestination, LogHandler, MessageFormatter, StreamDestination, TextFormatter
from waypost.base.printable import STEERING, printable
from waypost.problems import Level, Problem, ProblemsFound, Refused, summary
from waypost.reading.site import Site

LARGEST_LOG = 1024 * 1024
"""Bytes of the log from which on it is put aside as waypost.log.1, in the place of the one before."""

LEAVE_AFTER = 5.0
"""Seconds after which a process that was told to end is gone, whatever hangs."""
DEBUG = "waypost.debug"
"""What the context of a command holds where it was called with --debug."""

log = logging.getLogger("waypost")

P = ParamSpec("P")
R = TypeVar("R")


def site_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --site, which becomes the argument `site`, and explain what stops the command."""

    def to_site(context: click.Context, parameter: click.Parameter, value: Path) -> Site:
        del context, parameter
        site = Site(value.resolve())
        keep_log(site.root)
        return site

    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    text = "The folder of the site; the present one if not given."
    option = click.option("--site", type=kind, default=".", is_eager=True, callback=to_site, help=text)
    return option(debug_option(explained(function)))


def debug_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --debug, which the commands need not know of."""

    def show_all(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        del parameter
        if value:
            context.meta[DEBUG] = True
            keep_log(context.params["site"].root, debug=True)

    text = "Show all that is logged, with the tracebacks of faults."
    return click.option("--debug", is_flag=True, expose_value=False, callback=show_all, help=text)(function)


def is_debugging() -> bool:
    """Return whether the command was called with --debug."""
    context = click.get_current_context(silent=True)
    return context is not None and DEBUG in context.meta


def database_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --site and --database, which becomes the argument `database`, an address."""

    def to_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
        del parameter
        site: Site = context.params["site"]
        return value or site.database_url

    text = "The database, as sqlite:///FILE or postgresql://…; .waypost/waypost.db in the site if not given."
    option = click.option(
        "--database", envvar="WAYPOST_DATABASE", show_envvar=True, default=None, callback=to_url, help=text
    )
    return site_option(option(function))


def port_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --port, which may also come from the environment."""
    kind = click.IntRange(1, 65535)
    return click.option(
        "--port", default=8000, show_default=True, envvar="PORT", type=kind, help="The port."
    )(function)


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

    from waypost.formats.field_types import host_port

    if value is None:
        return None
    try:
        return host_port(value, any_port=True)
    except PydanticCustomError as error:
        raise click.BadParameter(error.message(), context, parameter) from None


def to_address(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Check an address of the web, which may be a secret and is never repeated; the callback of an option."""
    from pydantic_core import PydanticCustomError

    from waypost.formats.field_types import web_url

    try:
        return web_url(value) if value else None
    except PydanticCustomError as error:
        raise click.BadParameter(error.message(), context, parameter) from None


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add --json, which becomes the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Turn what stops a command into words on standard error and exit code 1; a traceback goes to the log alone."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            # click has words for these; and whoever read our output and went away has seen enough.
            raise
        except Exception as error:
            _explain(error)
            raise

    return wrapper


def _explain(error: Exception) -> None:
    """End the command with a sentence for what was wrong."""
    if is_debugging():
        log.debug("The command ended early.", exc_info=error)
    if isinstance(error, ProblemsFound):
        print_problems(error.problems)
        sys.exit(1)
    if isinstance(error, Refused):
        refuse(str(error))
    if isinstance(error, OSError):
        refuse(explain_os_error(error))
    log.error(
        "Waypost has a fault. .waypost/waypost.log has its traceback; --debug shows it.", exc_info=error
    )
    sys.exit(1)


def to_duration(context: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """Read 30d, 12h or 90m, as the files write it, and 0d for no time at all; the callback of an option."""
    if value is None or value == "0d":
        return None if value is None else timedelta(0)
    from pydantic import TypeAdapter, ValidationError

    from waypost.formats.field_types import Duration

    try:
        read: timedelta = TypeAdapter(Duration).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], context, parameter) from None
    return read


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


def print_json(document: Any, *, on_one_line: bool = False) -> None:
    """Print a document for programs."""
    # Where the terminal lacks characters, their escapes lose nothing.
    has_all = "utf" in (getattr(sys.stdout, "encoding", None) or "utf").lower()
    text = json.dumps(document, ensure_ascii=not has_all, indent=None if on_one_line else 2, default=str)
    # JSON escapes less than a terminal obeys; line ends are ours.
    click.echo("\n".join(STEERING.sub(_escaped, line) for line in text.split("\n")))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def print_table(columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under the names of columns, each with its share of the width; a cell may have several lines.

    Nothing in a cell is markup, and nothing in it steers the terminal.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name, ratio in columns.items():
        table.add_column(name, overflow="fold", ratio=ratio)
    for cells in rows:
        table.add_row(*(Text("\n".join(map(printable, cell.split("\n")))) for cell in cells))
    Console(highlight=False).print(table)


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


def keep_log(root: Path, *, debug: bool = False) -> None:
    """Keep what is logged from now on in .waypost/waypost.log of a site; warnings also go to standard error.

    To `debug`, all of it goes there, with tracebacks.
    """
    handlers = [LogHandler(site_log(root), TextFormatter(shows_tracebacks=True), logging.DEBUG)]
    if sys.stderr is not None:
        stream = StreamDestination("standard error", sys.stderr)
        level = logging.DEBUG if debug else logging.WARNING
        handlers.append(LogHandler(stream, MessageFormatter(shows_tracebacks=debug), level))
    for handler in log.handlers:
        handler.close()
    log.setLevel(logging.DEBUG)
    log.handlers = list(handlers)


def leave_after(stop: threading.Event, seconds: float) -> None:
    """End the process so long after `stop` was set, whatever hangs then: what was recorded is on the disk."""

    def leave() -> None:
        stop.wait()
        time.sleep(seconds)
        log.warning("Something still hangs and is left behind.")
        os._exit(0)

    threading.Thread(target=leave, name="leave", daemon=True).start()


def site_log(root: Path) -> FileDestination:
    """Return the file in a site that keeps what is logged, with tracebacks."""
    return FileDestination(root / ".waypost" / "waypost.log", LARGEST_LOG)
