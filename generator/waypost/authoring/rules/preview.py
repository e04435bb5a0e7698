"""What a new update will look like, in plain text, for whoever is about to publish it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.formats.status import Incident, Maintenance, Update
from waypost.formats.status_config import StatusConfig


def incident_preview(incident: Incident, config: StatusConfig) -> str:
    """Return the title, the facts, the newest update and the address of an incident."""
    names = _names(config)
    hit = [f"{names.get(name, name)} ({state})" for name, state in incident.components.items()]
    facts = {"Impact": incident.impact.value, "Components": ", ".join(hit)}
    page = f"{config.page.url}incidents/{incident.id}/"
    return _preview(incident.title, facts, incident.updates[-1], page, config)


def maintenance_preview(work: Maintenance, config: StatusConfig) -> str:
    """Return the title, the window, the newest update and the address of a maintenance."""
    names = _names(config)
    facts = {
        "From": _time(work.scheduled_for, config),
        "Until": _time(work.scheduled_until, config),
        "Components": ", ".join(names.get(name, name) for name in work.components),
    }
    page = f"{config.page.url}maintenance/{work.id}/"
    return _preview(work.title, facts, work.updates[-1], page, config)


def _preview(title: str, facts: Mapping[str, str], update: Update, page: str, config: StatusConfig) -> str:
    told = {**facts, "Status": f"{update.status}, {_time(update.at, config)}"}
    promised = [f"Next update by {_time(update.next_update_by, config)}"] if update.next_update_by else []
    parts = [
        [title],
        _indented([f"{name + ':':<12}{value}" for name, value in told.items()]),
        _indented(update.body.split("\n")),
        *([_indented(promised)] if promised else []),
        _indented([f"{'Page:':<12}{page}"]),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts)


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}".rstrip() for line in lines]


def _names(config: StatusConfig) -> dict[str, str]:
    return {component.id: component.name for component in config.flat}


def _time(moment: datetime, config: StatusConfig) -> str:
    zone = config.page.time_zone
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
