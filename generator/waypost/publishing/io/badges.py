"""Badges: small pictures of a state or an uptime, for pages of others. SVG that needs no font, style or script."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from html import escape
from string import Template

from waypost.base.files.resources import theme_folder
from waypost.base.i18n import Words
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Policy
from waypost.publishing.io.theme_assets import state_colours
from waypost.status.rules.coverage import figure
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot

LABEL_COLOUR = "#24292f"
TEXT_COLOUR = "#ffffff"

_PADDING = 7
_NAME_LENGTH, _TITLE_LENGTH = 48, 200
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# How wide characters are in Verdana and DejaVu Sans at 11 pixels, rounded up to the next half.
_WIDTHS = {
    **dict.fromkeys("il|'", 3.5),
    "I": 4.5,
    "j": 4.5,
    **dict.fromkeys(" .,:;!", 4.5),
    **dict.fromkeys('ft/\\()[]"-r', 5.5),
    **dict.fromkeys("cszJ", 6.5),
    **dict.fromkeys("abdeghknopquvxyL_?*", 7.5),
    **dict.fromkeys("ABCEFKPRSTVXYZ$0123456789·…", 8.5),
    **dict.fromkeys("DGHNOQUw+=<>~#&", 9.5),
    **dict.fromkeys("MmW@%", 12.0),
}
_OTHER, _WIDE = 9.5, 14.0


def badge_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return badge/ID.svg and badge/ID-uptime.svg of every component, and badge/overall.svg of the page.

    Where names meet (a component is called `overall`, or like another with `-uptime` behind it), the state of
    the page goes before that of a component, and this before an uptime.
    """
    words = snapshot.words
    uptimes = {
        f"{item.id}-uptime": _uptime_badge(item, snapshot.policy, words) for item in snapshot.components
    }
    states = {item.id: status_badge(item.name, item.status, words) for item in snapshot.components}
    states |= {item.id: _retired_badge(item.name, words) for item in snapshot.retired}
    whole = status_badge(snapshot.page.name, snapshot.headline.status, words)
    return {f"badge/{name}.svg": data for name, data in {**uptimes, **states, "overall": whole}.items()}


def status_badge(name: str, status: ComponentStatus, words: Words) -> bytes:
    """Return a badge with a name and its state."""
    return badge(
        name, words.say(f"status.state.{status}"), state_colours(status).ink, words.say("badge.state")
    )


def _retired_badge(name: str, words: Words) -> bytes:
    ink = state_colours(ComponentStatus.NO_DATA).ink
    return badge(name, words.say("status.retired.word"), ink, words.say("badge.state"))


def _uptime_badge(component: ComponentSnapshot, policy: Policy, words: Words) -> bytes:
    ratio = component.uptime.ratio
    shown = figure(component.uptime, "90d", words)
    if ratio is None:
        status = ComponentStatus.NO_DATA
    else:
        is_good = ratio * 100 >= policy.slo
        status = ComponentStatus.OPERATIONAL if is_good else ComponentStatus.DEGRADED_PERFORMANCE
    text = words.say("badge.uptime", sentence=shown.sentence)
    return badge(component.name, shown.short, state_colours(status).ink, text)


# Most states and uptimes are those of the publication before.
@lru_cache(8192)
def badge(label: str, value: str, colour: str, description: str) -> bytes:
    """Draw a label and a value beside it; either may hold anything, and is cut where it is long."""
    label, value = _tidy(label, _TITLE_LENGTH), _tidy(value, _TITLE_LENGTH)
    first, second = _tidy(label, _NAME_LENGTH), _tidy(value, _NAME_LENGTH)
    middle = text_width(first) + 2 * _PADDING
    whole = middle + text_width(second) + 2 * _PADDING
    texts = {
        "title": f"{label}: {value}",
        "description": _tidy(description, _TITLE_LENGTH),
        "first": first,
        "second": second,
    }
    drawn = _template().substitute(
        {name: escape(text) for name, text in texts.items()},
        whole=whole,
        middle=middle,
        first_at=f"{middle / 2:g}",
        second_at=f"{(middle + whole) / 2:g}",
        colour=colour,
        label_colour=LABEL_COLOUR,
        text_colour=TEXT_COLOUR,
    )
    return drawn.encode()


@cache
def _template() -> Template:
    return Template((theme_folder() / "status/badge.svg").read_text(encoding="utf-8"))


def text_width(text: str) -> int:
    """Return the width of a text in pixels at the size of badges; never less than it takes."""
    return round(sum(map(_width, text)) + 0.5)


def _width(char: str) -> float:
    if char in _WIDTHS:
        return _WIDTHS[char]
    if unicodedata.combining(char):
        return 0.0
    # An accent does not widen a letter.
    base = unicodedata.normalize("NFD", char)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    return _WIDE if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0xFFFF else _OTHER


def _tidy(text: str, limit: int) -> str:
    """Take out characters that XML forbids or that turn the direction of text, and cut a long text."""
    text = " ".join(_FORBIDDEN.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
