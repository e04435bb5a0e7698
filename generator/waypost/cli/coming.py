"""Sentences about articles that come and go by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.cli.common import counted
from waypost.formats.project import ComingChange, Project

NAMED = 5
"""Articles that are named; the others are counted."""


def coming_lines(project: Project, now: datetime) -> Iterator[str]:
    """Say which articles come and go by themselves after a moment, the next ones first."""
    changes = project.help_center.coming(now)
    zone = ZoneInfo(project.status.config.page.time_zone)
    come = [change for change in changes if change.is_there]
    go = [change for change in changes if not change.is_there]
    if come:
        verb = "comes by itself" if len(come) == 1 else "come by themselves"
        yield f"{counted(len(come), 'article')} {verb}: {_listed(come, zone)}."
    if go:
        verb = "goes by itself" if len(go) == 1 else "go by themselves"
        yield f"{counted(len(go), 'article')} {verb}: {_listed(go, zone)}."


def _listed(changes: list[ComingChange], zone: ZoneInfo) -> str:
    named = [
        f"content/{change.article.path} on {change.at.astimezone(zone):%Y-%m-%d %H:%M}"
        for change in changes[:NAMED]
    ]
    more = [f"{len(changes) - NAMED} more later"] if len(changes) > NAMED else []
    return ", ".join([*named, *more])
