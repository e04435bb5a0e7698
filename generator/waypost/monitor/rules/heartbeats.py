"""Jobs that report by themselves: their names, their reports, and whether a job is late, failed, or well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from waypost.base.clock import AHEAD
from waypost.base.cron import next_run
from waypost.formats.checks import Heartbeat, HeartbeatCheck
from waypost.formats.observations import Ping, PingKind, Pings
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import StatusConfig


def judge_heartbeat(check: HeartbeatCheck, pings: Pings, now: datetime) -> tuple[ComponentStatus, str]:
    """Return the state of a job and why it is not operational.

    It is down at its last success + period + grace, or at its last start + grace where it began and never
    ended, whichever comes first; and at once when it reports a failure. Until it was due for the first time
    since it is watched there is no data.
    """
    pings = pings.until(now + AHEAD)
    if _has_failed(pings):
        code = f" with exit code {pings.exit_code}" if pings.exit_code is not None else ""
        return check.fails_as, f"the job reported a failure{code}"
    begun = pings.start if pings.start and (not pings.success or pings.start > pings.success) else None
    if begun is not None and now >= begun + check.heartbeat.grace:
        return check.fails_as, f"the job began at {_clock(begun)} and has not ended"
    since = pings.success or pings.first
    if since is None:
        return ComponentStatus.NO_DATA, ""
    late = now >= _due_after(check.heartbeat, since) + check.heartbeat.grace
    if late and pings.success is None:
        return check.fails_as, "nothing was heard of the job"
    if late:
        return check.fails_as, f"nothing was heard of the job since {_clock(since)}"
    return ComponentStatus.OPERATIONAL if pings.success else ComponentStatus.NO_DATA, ""


def _due_after(rule: Heartbeat, moment: datetime) -> datetime:
    """Return when a job is due next after a moment, in UTC."""
    if rule.cron is not None:
        return next_run(rule.cron, rule.time_zone, moment)
    return moment + rule.every if rule.every else moment


def _has_failed(pings: Pings) -> bool:
    return pings.fail is not None and (pings.success is None or pings.fail >= pings.success)


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname()}"


def heartbeat_names(config: StatusConfig) -> Mapping[str, tuple[str, str]]:
    """Return the component and check of every name: `backups/nightly`, and `backups` where it has only one."""
    found = [
        (component.id, name)
        for component in config.flat
        for name, check in component.named_checks
        if isinstance(check, HeartbeatCheck)
    ]
    of_component = Counter(component for component, _ in found)
    single = {component: (component, name) for component, name in found if of_component[component] == 1}
    return {**single, **{f"{component}/{name}": (component, name) for component, name in found}}


def read_ping(name: tuple[str, str], word: str, at: datetime) -> Ping | None:
    """Return the report in a word, which is empty, `success`, `start`, `fail` or an exit code; None for others."""
    if len(word) <= 3 and word.isascii() and word.isdecimal() and int(word) <= 255:
        code = int(word)
        return Ping(*name, at, PingKind.FAIL if code else PingKind.SUCCESS, code)
    try:
        return Ping(*name, at, PingKind(word or PingKind.SUCCESS))
    except ValueError:
        return None


def newest_reports(pings: Iterable[Ping], now: datetime) -> list[Ping]:
    """Return the newest report of each kind of each job, oldest first: those before it would change nothing.

    A clock was wrong where one is later than now. It counts as of now, and after those that it was later than.
    """
    newest = {(*_job(ping), ping.kind): ping for ping in sorted(pings, key=lambda ping: ping.at)}
    latest: dict[tuple[str, str], datetime] = {}
    found: list[Ping] = []
    for ping in sorted(newest.values(), key=lambda ping: ping.at, reverse=True):
        if ping.at <= now:
            found.append(ping)
            continue
        at = latest.get(_job(ping), now)
        latest[_job(ping)] = at - timedelta(milliseconds=1)
        found.append(replace(ping, at=at))
    return found[::-1]


def _job(ping: Ping) -> tuple[str, str]:
    return ping.component, ping.check
