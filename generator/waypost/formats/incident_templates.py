"""The words of automatic incidents that a site brings itself: the files in status/templates/."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, Line
from waypost.formats.status import MEASURED, ComponentStatus


class UpdateKind(StrEnum):
    """Kinds of updates of automatic incidents; each has a template of its name."""

    OPENED = "opened"
    """An outage was found."""
    CHANGED = "changed"
    """A component got worse or better, or fails as the reason for the others, and it is not over."""
    JOINED = "joined"
    """Another component is affected too."""
    RESOLVED = "resolved"
    """The checks succeed again."""
    CONTINUED = "continued"
    """An incident of a person takes over."""
    MERGED = "merged"
    """Another automatic incident takes over, of a component that this one's components need."""


_TROUBLE = MEASURED[1:]
_OUTAGES = MEASURED[2:]

STATES: Mapping[UpdateKind, tuple[ComponentStatus, ...]] = {
    UpdateKind.OPENED: _OUTAGES,
    UpdateKind.CHANGED: MEASURED,
    UpdateKind.JOINED: _TROUBLE,
    UpdateKind.RESOLVED: _OUTAGES,
    UpdateKind.CONTINUED: _OUTAGES,
    UpdateKind.MERGED: _OUTAGES,
}
"""The states that a template can be for, as in `opened.major_outage.md`."""

PLACEHOLDERS = {
    "component": "The name of the component that this update is about; of several, all of them.",
    "components": "The names of all components of the incident so far.",
    "affected": "The names of those that are still in trouble.",
    "status": "The state that this update is about, in words.",
    "since": "When the incident began, in the time zone of the page.",
    "duration": "How long it has lasted, in words.",
    "title": "The title of the incident; where another one takes over, the title of that one.",
    "page": "The name of the status page.",
}
"""What a template can name in braces, with its meaning."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class OpenedFrontMatter:
    """Front matter of status/templates/opened.md and of its variants for one state."""

    title: Line
    """The title of the incident, with placeholders such as `{component}`."""


@dataclasses.dataclass(frozen=True)
class Template:
    """The words of one kind of update."""

    body: str
    """Markdown with placeholders."""
    title: str = ""
    """The title of an incident that opens, with placeholders."""


@dataclasses.dataclass(frozen=True)
class IncidentTemplates:
    """All templates of a site, by the names of their files without the ending."""

    texts: Mapping[str, Template] = dataclasses.field(default_factory=dict)

    def find(self, kind: UpdateKind, status: ComponentStatus) -> Template | None:
        """Return the template for a state, else the general one, else None: then the language has the words."""
        if not self.texts:
            return None
        return self.texts.get(f"{kind}.{status}") or self.texts.get(kind.value)
