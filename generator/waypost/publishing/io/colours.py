"""The colours of the design, read from theme/base/tokens.css, the one place where they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from waypost.base.files.resources import assets
from waypost.formats.status import ComponentStatus

_SCHEME = re.compile(r"color-scheme: (light|dark);(.*?)}", re.DOTALL)
_COLOUR = re.compile(r"--wp-([a-z-]+): #([0-9a-f]{3,6});")

_PROPERTIES = {
    ComponentStatus.OPERATIONAL: ("ok", "ok-wash"),
    ComponentStatus.DEGRADED_PERFORMANCE: ("degraded", "degraded-wash"),
    ComponentStatus.PARTIAL_OUTAGE: ("partial", "partial-wash"),
    ComponentStatus.MAJOR_OUTAGE: ("major", "major-wash"),
    ComponentStatus.UNDER_MAINTENANCE: ("maintenance", "maintenance-wash"),
    # The colour called `none` is for areas; text in it could not be read.
    ComponentStatus.NO_DATA: ("muted", "none-wash"),
}


class StateColours(NamedTuple):
    """The colours of a component status, as "#rrggbb"."""

    ink: str
    """For text and marks. In the light scheme, white text can be read on it too."""
    wash: str
    """For the area behind."""


@cache
def colours(scheme: str) -> Mapping[str, str]:
    """Return the colours of a scheme, light or dark, as "#rrggbb", by the names of their properties without `--wp-`."""
    text = dict(_SCHEME.findall(assets()["tokens.css"].read_text(encoding="utf-8")))[scheme]
    return {name: f"#{_six_digits(value)}" for name, value in _COLOUR.findall(text)}


def _six_digits(value: str) -> str:
    return value if len(value) == 6 else "".join(digit * 2 for digit in value)


def state_colours(status: ComponentStatus, scheme: str = "light") -> StateColours:
    """Return the colours of a component status in a scheme, light or dark."""
    ink, wash = _PROPERTIES[status]
    return StateColours(colours(scheme)[ink], colours(scheme)[wash])
