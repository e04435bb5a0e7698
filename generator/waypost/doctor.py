"""Look at the machine and the site, and say what would keep Waypost from working."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from waypost import __version__
from waypost.base.clock import utc_now
from waypost.base.database.engine import StoreError
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.project import Project
from waypost.formats.run_options import WORKERS
from waypost.formats.status import ComponentStatus
from waypost.monitor.poll import observe
from waypost.monitor.rules.schedule import jobs
from waypost.monitor.store.reading import read_history
from waypost.problems import errors, summary
from waypost.reading.project import check_project
from waypost.reading.site import Site

SAFE_SQLITE = (3, 51, 3)
"""Older versions have a bug that can corrupt a database when two connections write at once."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    level: str
    """ok, note or bad; bad means that something does not work."""
    text: str


def examine(site: Site, database_url: str) -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    project, problems = check_project(site)
    findings = [_python(), _packages(), _sqlite(), _clock(), *_rights(site)]
    bad = bool(errors(problems))
    text = summary(problems) if problems else "every file is fine"
    findings.append(
        Finding("site", "bad" if bad else "ok", text + (": run `waypost lint`" if problems else ""))
    )
    findings.append(_database(database_url))
    if project:
        findings += _checks(project)
    return findings


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < (3, 11):  # this is where an old Python is told of  # noqa: UP036  # an old Python is told of here
        return Finding("python", "bad", f"{version}; Waypost needs 3.11 or newer")
    return Finding("python", "ok", f"{version}, Waypost {__version__}")


def _packages() -> Finding:
    names = ("mkdocs", "mkdocs-material", "jinja2", "sqlalchemy", "requests", "feedgen")
    found: list[str] = []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Finding("packages", "bad", f"{name} is missing; install Waypost again")
    return Finding("packages", "ok", ", ".join(found))


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        wanted = ".".join(map(str, SAFE_SQLITE))
        text = f"{version}; versions before {wanted} can corrupt a database that two processes write. Run one poller."
        return Finding("sqlite", "note", text)
    return Finding("sqlite", "ok", version)


def _clock() -> Finding:
    """A wrong clock cannot be seen from inside; one that stands still or is years off can."""
    now = utc_now()
    newest = max((path.stat().st_mtime for path in Path(__file__).parent.glob("*.py")), default=0.0)
    if now.timestamp() < newest - 86400:
        return Finding(
            "clock", "bad", f"{now:%Y-%m-%d %H:%M} UTC is before Waypost was installed. Set the clock."
        )
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC, local zone {time.strftime('%Z')}")


def _rights(site: Site) -> list[Finding]:
    checks: list[tuple[Path, int, str]] = [
        (site.root / "content", os.R_OK, "read"),
        (site.root / "status", os.R_OK, "read"),
        (_existing(site.output), os.W_OK, "write"),
        (_existing(site.root / ".waypost"), os.W_OK, "write"),
    ]
    refused = [f"cannot {word} {path}" for path, right, word in checks if not os.access(path, right)]
    if refused:
        return [Finding("files", "bad", "; ".join(refused))]
    return [Finding("files", "ok", "content/ and status/ can be read, site/ and .waypost/ can be written")]


def _existing(path: Path) -> Path:
    return path if path.exists() else path.parent


def _database(url: str) -> Finding:
    try:
        history = read_history(url)
    except StoreError as error:
        return Finding("database", "bad", str(error))
    text = f"{len(history.changes)} state changes" if history.coverage else "empty: nothing was polled yet"
    return Finding("database", "ok", text)


def _checks(project: Project) -> list[Finding]:
    """Run every check once, without recording anything."""
    config = project.status.config
    todo = [job for job in jobs(config, {"", *config.regions}) if not isinstance(job.check, HeartbeatCheck)]
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = [finding.observation for finding in pool.map(observe, todo)]
    failed = [
        Finding(
            "check",
            "note",
            f"{job.series.component} {job.series.check}: {seen.reason if seen else 'no data'}",
        )
        for job, seen in zip(todo, outcomes, strict=True)
        if seen is None or seen.status is not ComponentStatus.OPERATIONAL
    ]
    good = len(outcomes) - len(failed)
    return [
        Finding("checks", "ok" if not failed else "note", f"{good} of {len(outcomes)} answer well"),
        *failed,
    ]
