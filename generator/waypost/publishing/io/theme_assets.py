"""The styles and scripts that a site gets with its own look and language in them."""

from __future__ import annotations

import json

from waypost.base.files.resources import assets
from waypost.base.words import Words
from waypost.formats.status import BY_SEVERITY, Impact
from waypost.formats.theme import Theme
from waypost.publishing.rules.stylesheet import stylesheet


def tokens(theme: Theme) -> bytes:
    """Return tokens.css with the look of a site after our own, so that it costs no request."""
    return assets()["tokens.css"].read_bytes() + stylesheet(theme).encode()


def status_assets(theme: Theme) -> dict[str, bytes]:
    """Return the styles and scripts that the status pages carry with them, by their path in site/status/."""
    names = (
        "base.css",
        "status.css",
        "status.js",
        "status_due.js",
        "status_mine.js",
        "scheme.js",
        "now.js",
        "page.js",
        "present.js",
        "put.js",
        "say.js",
        "icon.svg",
    )
    return {
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
