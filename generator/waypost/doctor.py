"""Examine the machine and the site for everything that would keep Waypost from working."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

from waypost import __version__
from waypost.base.clock import AHEAD, utc_now
from waypost.base.database.engine import StoreError, sqlite_path
from waypost.base.faults import FaultKind
from waypost.base.files.resources import package_folder
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.observations import Series
from waypost.formats.project import Project
from waypost.formats.run_options import WORKERS
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Uplink
from waypost.help.mkdocs import ENGINE
from waypost.monitor.clock_source import clock_source
from waypost.monitor.clock_watch import later_rows_sentence
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.rules.schedule import jobs
from waypost.monitor.store.faults import ALIVE, read_present_faults, recent_faults
from waypost.monitor.store.opening import has_poller, opened_to_read
from waypost.monitor.store.reading import read_history
from waypost.monitor.store.wrong_clock import later_rows
from waypost.monitor.uplink import reach
from waypost.problems import errors, summary
from waypost.reading.io.subscriber_files import unset_variables
from waypost.reading.io.theme_options import names_extension
from waypost.reading.project import check_project
from waypost.reading.site import Site

SCARCE = 100e6
"""Bytes that must be left on a disk that is written."""

RECENT = timedelta(days=1)
"""How far back answers are looked for."""

TOO_LATE = 3
"""Intervals after which a check without an answer is behind."""

MOST_NAMES = 5
"""How many checks are named; all of them may be behind."""

SAFE_SQLITE = (3, 51, 3)
"""Older versions have a bug that can corrupt a database when two connections write at once."""


@dataclass(frozen=True)
class Diagnosis:
    """The state of one subject that was examined."""

    subject: str
    level: str
    """ok, note or bad; bad means that something does not work."""
    text: str


def examine(site: Site, database_url: str) -> list[Diagnosis]:
    """Examine the machine, the site, the database and every check; a fault is a diagnosis and never raised."""
    project, problems = check_project(site)
    diagnoses = [_python(), _packages(), _sqlite(), _clock(), _clock_source(), *_rights(site)]
    diagnoses += [_space(site, database_url), _zensical(site)]
    bad = bool(errors(problems))
    text = summary(problems) if problems else "every file is fine"
    diagnoses.append(
        Diagnosis("site", "bad" if bad else "ok", text + (": run `waypost lint`" if problems else ""))
    )
    diagnoses += [_secrets(site), _database(database_url)]
    diagnoses += [*_clock_history(database_url, utc_now()), *_faults(database_url)]
    if project:
        diagnoses += _uplink(project.status.config.uplink)
        diagnoses += _answers(project, database_url)
        diagnoses += _checks(project)
    return diagnoses


def _python() -> Diagnosis:
    version = platform.python_version()
    if sys.version_info < (3, 11):  # this is where an old Python is told of  # noqa: UP036  # an old Python is told of here
        return Diagnosis("python", "bad", f"{version}; Waypost needs 3.11 or newer")
    return Diagnosis("python", "ok", f"{version}, Waypost {__version__}")


def _packages() -> Diagnosis:
    names = (ENGINE, "mkdocs-material", "jinja2", "sqlalchemy", "requests", "feedgen")
    found: list[str] = []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Diagnosis("packages", "bad", f"{name} is missing; install Waypost again")
    return Diagnosis("packages", "ok", ", ".join(found))


def _sqlite() -> Diagnosis:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        wanted = ".".join(map(str, SAFE_SQLITE))
        text = f"{version}; versions before {wanted} can corrupt a database that two processes write. Run one poller."
        return Diagnosis("sqlite", "note", text)
    return Diagnosis("sqlite", "ok", version)


def _clock() -> Diagnosis:
    """A wrong clock cannot be seen from inside; one that stands still or is years off can."""
    now = utc_now()
    newest = max((path.stat().st_mtime for path in package_folder().rglob("*.py")), default=0.0)
    if now.timestamp() < newest - 86400:
        return Diagnosis(
            "clock", "bad", f"{now:%Y-%m-%d %H:%M} UTC is before Waypost was installed. Set the clock."
        )
    return Diagnosis("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC, local zone {time.strftime('%Z')}")


def _clock_source() -> Diagnosis:
    source = clock_source()
    if not source.name:
        text = "nothing here tells what keeps the clock; in a container that is the matter of its host"
        return Diagnosis("clock source", "ok", text)
    if source.synchronized is False:
        text = f"{source.name} has not set the clock since the machine started; see that it reaches a time server"
        return Diagnosis("clock source", "note", text)
    return Diagnosis("clock source", "ok", source.name)


def _clock_history(url: str, now: datetime) -> list[Diagnosis]:
    """Look for rows that are later than now, and for steps of the clock in the last day."""
    try:
        with opened_to_read(url) as database:
            if database is None:
                return []
            with database.read() as connection:
                rows = later_rows(connection, now + AHEAD)
                found = recent_faults(connection, now - timedelta(days=1))
    except StoreError:
        # The diagnosis of the database tells of it.
        return []
    diagnoses = [Diagnosis("clock", "bad", later_rows_sentence(rows, now))] if rows.total else []
    steps = [fault for fault in found if fault.kind is FaultKind.CLOCK and not fault.subject]
    return diagnoses + [Diagnosis("clock", "note", step.message) for step in steps if step.since <= now]


def _rights(site: Site) -> list[Diagnosis]:
    checks: list[tuple[Path, int, str]] = [
        (site.root / "content", os.R_OK, "read"),
        (site.root / "status", os.R_OK, "read"),
        (_existing(site.output), os.W_OK, "write"),
        (_existing(site.root / ".waypost"), os.W_OK, "write"),
    ]
    refused = [f"cannot {word} {path}" for path, right, word in checks if not os.access(path, right)]
    if refused:
        return [Diagnosis("files", "bad", "; ".join(refused))]
    return [Diagnosis("files", "ok", "content/ and status/ can be read, site/ and .waypost/ can be written")]


def _existing(path: Path) -> Path:
    return path if path.exists() else path.parent


def _space(site: Site, url: str) -> Diagnosis:
    """Look at the disks that are written: a full one keeps what is found from being recorded."""
    path = _sqlite_path(url)
    places = [site.output, site.root / ".waypost", *([path] if path else [])]
    # Several places may lie on one disk.
    disks = {place.stat().st_dev: place for place in map(_nearest, places)}
    full = [
        f"{shutil.disk_usage(place).free / 1e6:.0f} MB left for {place}"
        for place in disks.values()
        if shutil.disk_usage(place).free < SCARCE
    ]
    if full:
        return Diagnosis("disk", "bad", f"{'; '.join(full)}. Make room.")
    least = min(shutil.disk_usage(place).free for place in disks.values())
    return Diagnosis("disk", "ok", f"{least / 1e9:.1f} GB left")


def _sqlite_path(url: str) -> Path | None:
    try:
        return sqlite_path(url)
    except StoreError:
        # The database has a row of its own.
        return None


def _nearest(path: Path) -> Path:
    """Return a path, or the nearest folder above it that is there."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def _zensical(site: Site) -> Diagnosis:
    """Zensical reads mkdocs.yml as well, and nothing but our extension there keeps it from building half a site."""
    if names_extension(site.root):
        return Diagnosis("zensical", "ok", "fails here, as it must: it does not run Waypost")
    text = (
        "would leave out most of this site in silence; add `- waypost` to `markdown_extensions` in mkdocs.yml"
    )
    return Diagnosis("zensical", "note", text)


def _secrets(site: Site) -> Diagnosis:
    unset = unset_variables(site.root).values()
    if not unset:
        return Diagnosis("secrets", "ok", "every variable that status/subscribers.yml names is set")
    text = "; ".join(f"{problem.location}: {problem.message}" for problem in unset)
    return Diagnosis("secrets", "note", f"{text} (Here, at least: a service has an environment of its own.)")


def _answers(project: Project, url: str) -> list[Diagnosis]:
    """Look whether what should be answered again and again was."""
    try:
        history, is_polled = read_history(url, utc_now() - RECENT), has_poller(url)
    except StoreError:
        return []
    now, config = utc_now(), project.status.config
    every = {job.series: job.check.every for job in jobs(config, {"", *config.regions})}
    last = {
        Series(item.component, item.check, item.region): item.end
        for item in sorted(history.coverage, key=lambda item: item.end)
    }
    if not every or not last:
        return []
    newest = max(last.values())
    if not (is_polled or (is_polled is None and now - newest < ALIVE)):
        return [
            Diagnosis("answers", "note", f"nothing polls; the last answer is of {newest:%Y-%m-%d %H:%M} UTC")
        ]
    late = [series for series in every if now - last.get(series, now - RECENT) > TOO_LATE * every[series]]
    if late:
        names = ", ".join(f"{series.component} {series.check}" for series in late[:MOST_NAMES])
        text = f"{len(late)} of {len(every)} checks have no answer for {TOO_LATE} of their intervals: {names}"
        return [Diagnosis("answers", "bad", text)]
    return [Diagnosis("answers", "ok", f"all {len(every)} checks are answered in time")]


def _database(url: str) -> Diagnosis:
    try:
        history = read_history(url)
    except StoreError as error:
        return Diagnosis("database", "bad", str(error))
    text = f"{len(history.changes)} state changes" if history.coverage else "empty: nothing was polled yet"
    return Diagnosis("database", "ok", text)


def _faults(url: str) -> list[Diagnosis]:
    """Tell what keeps a process that runs from its work, as it noted it itself."""
    try:
        faults = read_present_faults(url, utc_now())
    except StoreError:
        # What is wrong with the database is told where it is looked at.
        return []
    return [
        Diagnosis("faults", "bad", f"since {fault.since:%Y-%m-%d %H:%M} UTC: {fault.message}")
        for fault in faults
    ] or [Diagnosis("faults", "ok", "no process that runs has noted any")]


def _checks(project: Project) -> list[Diagnosis]:
    """Run every check once, without recording anything."""
    config = project.status.config
    context = ProbeContext(now=utc_now(), trust=config.trust or "")
    todo = [job for job in jobs(config, {"", *config.regions}) if not isinstance(job.check, HeartbeatCheck)]
    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda job: probe(job.check, context), todo))
    failed = [
        Diagnosis("check", "note", f"{job.series.component} {job.series.check}: {_reason(result)}")
        for job, result in zip(todo, results, strict=True)
        if result.status is not ComponentStatus.OPERATIONAL
    ]
    good = len(results) - len(failed)
    text = f"{good} of {len(results)} answer well"
    return [Diagnosis("checks", "note" if failed else "ok", text), *failed]


def _reason(result: ProbeResult) -> str:
    return f"no data: {result.reason}" if result.status is ComponentStatus.NO_DATA else result.reason


def _uplink(uplink: Uplink | None) -> list[Diagnosis]:
    """Try each host of the uplink: one that is never reached helps nobody, and without any nothing is judged."""
    if uplink is None:
        text = "not set in status/status.yml, so that a failure of our own connection is taken for one of the service"
        return [Diagnosis("uplink", "note", f"{text}. See docs/scaling.md.")]
    found = reach(uplink, utc_now())
    if not found.works:
        text = f"no host can be reached, so that nothing would be judged: {'; '.join(found.reasons)}"
        return [Diagnosis("uplink", "bad", text)]
    notes = [Diagnosis("uplink", "note", f"not reached: {reason}") for reason in found.reasons]
    if found.finds_names is None:
        text = "all hosts are addresses. Add a name, such as example.com:443: it shows whether name servers answer."
        notes.append(Diagnosis("uplink", "note", text))
    return notes or [Diagnosis("uplink", "ok", "every host can be reached")]
