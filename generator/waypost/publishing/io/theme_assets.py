"""The styles, scripts and colours that status pages carry, with a site's own look and language in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from waypost.base.files.resources import assets, theme_folder
from waypost.base.i18n import Words
from waypost.formats.status import BY_SEVERITY, ComponentStatus, Impact
from waypost.formats.theme import Theme
from waypost.publishing.rules.stylesheet import BRAND, brand_colours, stylesheet

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


def tokens(theme: Theme) -> bytes:
    """Return tokens.css with the look of a site after our own, so that it costs no request."""
    return assets()["tokens.css"].read_bytes() + stylesheet(theme).encode()


def brand_icon(colour: str) -> bytes:
    """Return the icon of windows and bookmarks in the colour of a site."""
    return assets()["icon.svg"].read_bytes().replace(BRAND[0].encode(), colour.encode())


def status_assets(theme: Theme) -> dict[str, bytes]:
    """Return the styles and scripts that the status pages carry with them, by their path in site/status/."""
    names = (
        "base.css",
        "status.css",
        "status.js",
        "status_days.js",
        "status_due.js",
        "status_mine.js",
        "status_news.js",
        "scheme.js",
        "now.js",
        "page.js",
        "present.js",
        "put.js",
        "say.js",
    )
    return {
        "assets/icon.svg": brand_icon(brand_colours(theme)[0]),
        "assets/tokens.css": tokens(theme),
        **{f"assets/{name}": assets()[name].read_bytes() for name in names},
    }


def script_words(words: Words) -> bytes:
    """Return words.js: the texts of the section `live`, and the states and impacts in their order."""
    live = {
        name.removeprefix("live."): text for name, text in words.texts.items() if name.startswith("live.")
    }
    values = {
        "language": words.language,
        "texts": live,
        "STATUSES": BY_SEVERITY,
        "IMPACTS": {impact: impact.status for impact in Impact},
    }
    lines = (
        f"export const {name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"
        for name, value in values.items()
    )
    return "".join(lines).encode()


BANNER_PATH = "banner.js"

_COLOUR_PLACE = re.compile(r"\b(light|dark)\(([a-z-]+)\)")
"""The place of a colour: apps of others know none of our properties."""


def banner_file(words: Words) -> bytes:
    """Return banner.js in a language, without the remarks and the indentation of its source."""
    source = (theme_folder() / "status/banner.js").read_text(encoding="utf-8")
    texts = {
        **{
            status.value: words.say(f"status.state.{status}")
            for status in ComponentStatus
            if status.is_trouble
        },
        "label": words.say("banner.label"),
        "dismiss": words.say("banner.dismiss"),
        "all": words.say("banner.all"),
    }
    lines = [line.strip() for line in source.splitlines()]
    script = "\n".join(line for line in lines if line and not line.startswith(("//", "/**")))
    script = _COLOUR_PLACE.sub(lambda place: colours(place[1])[place[2]], script)
    impacts = {impact.status.value: impact.value for impact in Impact if impact.status.is_trouble}
    for place, value in {"WAYPOST_IMPACTS": impacts, "WAYPOST_WORDS": texts}.items():
        if script.count(place) != 1:
            raise ValueError("banner.js has no place for its words")
        script = script.replace(place, json.dumps(value, ensure_ascii=True, separators=(",", ":")))
    return f"{script}\n".encode()
