"""What the rules about incidents and maintenance share: which files they judge, and what was said by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from waypost.formats.status import Incident, Maintenance, Update
from waypost.lint.rules.rule import LintSite

OLD = timedelta(days=30)
"""After this time nobody can put right any more that something was said too late, or not in order."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def incidents(site: LintSite) -> Iterator[tuple[str, Incident]]:
    """Give every incident that a person wrote, with its file."""
    for incident in site.project.status.incidents:
        if not incident.automatic:
            yield f"status/incidents/{incident.id}.md", incident


def recent_incidents(site: LintSite) -> Iterator[tuple[str, Incident]]:
    """Give those that are open, or were resolved not long ago."""
    for path, incident in incidents(site):
        if incident.resolved_at is None or site.now - incident.resolved_at <= OLD:
            yield path, incident


def maintenances(site: LintSite) -> Iterator[tuple[str, Maintenance]]:
    """Give every maintenance, with its file; of work that repeats, every window."""
    for maintenance in site.project.status.maintenances:
        yield f"status/maintenance/{maintenance.file_name}.md", maintenance


def end_of(maintenance: Maintenance) -> datetime:
    """Return when the work ended, or ends at the latest."""
    return maintenance.ended_at or maintenance.scheduled_until


def recent_maintenances(site: LintSite) -> Iterator[tuple[str, Maintenance]]:
    """Give those that are to come, or ended not long ago."""
    for path, maintenance in maintenances(site):
        if site.now - end_of(maintenance) <= OLD:
            yield path, maintenance


def said(incident: Incident, now: datetime) -> tuple[Update, ...]:
    """Return the updates that customers can read; one with a time to come is not published yet."""
    return tuple(update for update in incident.updates if update.at <= now)


def in_words(span: timedelta) -> str:
    """Say how long something is, in its two largest units: '2 hours 10 minutes'."""
    rest, parts = int(abs(span).total_seconds()), []
    for seconds, unit in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "less than a minute"


def listed(names: list[str]) -> str:
    """Join names as a sentence does: 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
