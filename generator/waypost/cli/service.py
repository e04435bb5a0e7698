"""What the commands that stay share: the options of their log, signals, and what they tell of their work."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.base.logs import FIELDS
from waypost.base.service_log import LogOptions, ServiceLog, standard_streams
from waypost.cli.common import is_debugging, site_log
from waypost.problems import Level, Problem, ProblemsFound

if TYPE_CHECKING:
    from waypost.formats.status import StateChange
    from waypost.notify.worker import WorkerHooks
    from waypost.reading.site import Site
    from waypost.run import Events

log = logging.getLogger("waypost")

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def log_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --log-format, --log-level and --log-file, which become the argument `log_options`."""

    @click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        envvar="WAYPOST_LOG_FORMAT",
        show_default=True,
        help="Lines for people, or a JSON object a line.",
    )
    @click.option(
        "--log-level",
        type=click.Choice(list(LEVELS)),
        default="info",
        envvar="WAYPOST_LOG_LEVEL",
        show_default=True,
        help="The least that is logged; with debug, tracebacks too.",
    )
    @click.option(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="WAYPOST_LOG_FILE",
        help="Log to a file in place of standard output and error; SIGHUP opens it again.",
    )
    @functools.wraps(function)
    def wrapper(*args: Any, log_format: str, log_level: str, log_file: Path | None, **kwargs: Any) -> Any:
        level = logging.DEBUG if is_debugging() else LEVELS[log_level]
        options = LogOptions(level, log_format == "json", log_file.absolute() if log_file else None)
        return function(*args, log_options=options, **kwargs)

    return wrapper


def service_log(site: Site, options: LogOptions | None = None) -> ServiceLog:
    """Return the log of a process that stays, to be entered; raises OSError where its file cannot be opened."""
    return ServiceLog(options or LogOptions(), site_log(site.root), *standard_streams())


def service_events() -> Events:
    """Return the callbacks of a daemon, which log."""
    from waypost.run import Events

    return Events(
        changed=log_change,
        broken=log_broken_files,
        reloaded=lambda: log.info("Files were saved; read again."),
        deliveries=worker_hooks(),
    )


def log_change(change: StateChange) -> None:
    """Log a confirmed change of state."""
    reason = f": {change.reason}" if change.reason else ""
    place = f" from {change.region}" if change.region else ""
    fields = {
        "component": change.component,
        "check": change.check,
        "status": change.status,
        "region": change.region,
        "reason": change.reason,
        "confirmed_at": change.confirmed_at.isoformat(),
    }
    log.info("%s is %s%s%s", change.component, change.status, place, reason, extra={FIELDS: fields})


def log_problems(problems: Iterable[Problem]) -> None:
    """Log what is wrong with files, each at its place."""
    for problem in problems:
        place = problem.location
        fields = {"path": place.path, "line": place.line, "column": place.column, "code": problem.code}
        level = logging.ERROR if problem.level is Level.ERROR else logging.WARNING
        log.log(level, "%s", problem.format(), extra={FIELDS: fields})


def log_broken_files(found: ProblemsFound) -> None:
    """Log what is wrong with files that were just saved."""
    log_problems(found.problems)
    log.warning("The last good version stays published.")


def log_failure(error: Exception) -> None:
    """Log something that may pass."""
    log.warning("%s", error)


def worker_hooks(failed: list[str] | None = None) -> WorkerHooks:
    """Return hooks that log failures; endpoints go into `failed` too."""
    from waypost.notify.worker import WorkerHooks

    def log_failed(endpoint: str, words: str) -> None:
        if failed is not None:
            failed.append(endpoint)
        log.warning("not delivered to %s: %s", endpoint, words, extra={FIELDS: {"endpoint": endpoint}})

    def log_disabled(endpoint: str, words: str) -> None:
        fields = {"endpoint": endpoint}
        log.warning("%s is not sent to any more: %s", endpoint, words, extra={FIELDS: fields})

    return WorkerHooks(log_failed, log_disabled, log_failure)
