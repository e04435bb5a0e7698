"""The banner that a site of somebody else shows while there is trouble: one script, with its words in it."""

from __future__ import annotations

import json
import re

from waypost.base.files.resources import theme_folder
from waypost.base.i18n import Words
from waypost.formats.status import ComponentStatus, Impact
from waypost.publishing.io.colours import colours

BANNER_PATH = "banner.js"

_COLOUR = re.compile(r"\b(light|dark)\(([a-z-]+)\)")
"""The place of a colour: apps of others know none of our properties."""


def banner_file(words: Words) -> bytes:
    """Return banner.js in a language, without the remarks and the indentation of its source."""
    source = (theme_folder() / "status/banner.js").read_text(encoding="utf-8")
    said = {
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
    script = _COLOUR.sub(lambda place: colours(place[1])[place[2]], script)
    impacts = {impact.status.value: impact.value for impact in Impact if impact.status.is_trouble}
    for place, value in {"WAYPOST_IMPACTS": impacts, "WAYPOST_WORDS": said}.items():
        if script.count(place) != 1:
            raise ValueError("banner.js has no place for its words")
        script = script.replace(place, json.dumps(value, ensure_ascii=True, separators=(",", ":")))
    return f"{script}\n".encode()
