"""The text of an update: added to a file so that every byte a person wrote stays as it is, and as a preview."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.formats.status import Incident, Maintenance, Update, UpdateStatus
from waypost.formats.status_config import StatusConfig

_SAFE = re.compile(r"[a-z0-9][a-z0-9/._-]*")
_ARTICLES = re.compile(rb"""["']?articles["']?\s*:""")


@dataclass(frozen=True)
class NewUpdate:
    """A new update, not written yet."""

    status: UpdateStatus
    at: datetime
    """With the offset that is written."""
    message: str
    next_update: timedelta | None = None
    """How soon the next update is promised; it becomes a line of its own."""

    @property
    def next_update_by(self) -> datetime | None:
        """When the next update is promised."""
        return self.at + self.next_update if self.next_update else None

    @property
    def body(self) -> str:
        """The text below the heading, with plain line ends."""
        text = "\n".join(self.message.strip().splitlines())
        promised = self.next_update_by
        return f"{text}\n\nNext update by {promised.isoformat()}." if promised else text

    @property
    def text(self) -> str:
        """The heading and the text below it."""
        return f"## {self.status} · {self.at.isoformat()}\n{self.body}\n"


def append_update(data: bytes, update: NewUpdate) -> bytes:
    """Return a file with an update at its end; the line ends are those of the file."""
    end = line_end(data)
    gap = b"" if data.endswith((b"\n", b"\r")) else end
    gap += b"" if (data + gap).endswith((end + end, b"\n\n")) else end
    # What the command line could not decode is found when the file is read.
    return data + gap + update.text.encode(errors="surrogateescape").replace(b"\n", end)


def line_end(data: bytes) -> bytes:
    """Return how the last line of a file ends, or a newline where none does."""
    found = re.findall(rb"\r\n|\n|\r", data[-65536:])
    return found[-1] if found else b"\n"


def add_article(data: bytes, path: str) -> bytes | None:
    """Return an incident that names an article; None where its front matter has a form that is not safe to edit."""
    lines = data.splitlines(keepends=True)
    fences = [number for number, line in enumerate(lines) if line.rstrip() in (b"---", b"\xef\xbb\xbf---")][
        :2
    ]
    if len(fences) < 2 or fences[0] != 0:
        return None
    front = lines[1 : fences[1]]
    first = next((line for line in front if line.strip() and not line.lstrip().startswith(b"#")), b"{")
    if first.lstrip() != first or first.startswith(b"{") or any(_ARTICLES.match(line) for line in front):
        return None
    written = path if _SAFE.fullmatch(path) else json.dumps(path, ensure_ascii=False)
    end = line_end(b"".join(front))
    return b"".join([*lines[: fences[1]], f"articles: [{written}]".encode(), end, *lines[fences[1] :]])


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
    rows = {**facts, "Status": f"{update.status}, {_time(update.at, config)}"}
    promised = [f"Next update by {_time(update.next_update_by, config)}"] if update.next_update_by else []
    table = [f"{name + ':':<12}{value}" for name, value in rows.items()]
    parts = [table, update.body.split("\n"), promised, [f"{'Page:':<12}{page}"]]
    texts = ("\n".join(f"  {line}".rstrip() for line in lines) for lines in parts if lines)
    return "\n\n".join([title, *texts])


def _names(config: StatusConfig) -> dict[str, str]:
    return {component.id: component.name for component in config.flat}


def _time(moment: datetime, config: StatusConfig) -> str:
    zone = config.page.time_zone
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
