from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from helpers.status_world import history, moment, site, take_snapshot
from waypost.formats.status import ComponentStatus
from waypost.publishing.io.badges import LABEL_COLOUR, TEXT_COLOUR, badge, badge_files, text_width
from waypost.publishing.io.theme_assets import state_colours
from waypost.status.rules.snapshot import Snapshot

COLOURS = {status: state_colours(status).ink for status in ComponentStatus}
SVG = "{http://www.w3.org/2000/svg}"


def read(data: bytes) -> tuple[str, list[str]]:
    """Return the title of a badge, and the texts that are drawn."""
    root = ET.fromstring(data)  # noqa: S314  # our own bytes
    return str(root.findtext(f"{SVG}title")), [str(text.text) for text in root.iter(f"{SVG}text")]


def page(**components: int) -> Snapshot:
    rows = ["11-19 00:00 http-1 operational", "10:00 http-1 major_outage"]
    return take_snapshot(
        site(components or {"downloads": 1}), history(rows, ["11-19 00:00-12:00 http-1"]), moment("12:00")
    )


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*COLOURS.values(), LABEL_COLOUR])
def test_text_can_be_read_on_every_colour(colour: str) -> None:
    contrast = (luminance(TEXT_COLOUR) + 0.05) / (luminance(colour) + 0.05)
    assert contrast >= 4.5


def test_every_state_has_a_colour_of_its_own() -> None:
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_a_component_has_a_badge_of_its_state_and_one_of_its_uptime() -> None:
    files = badge_files(page())
    assert sorted(files) == ["badge/downloads-uptime.svg", "badge/downloads.svg", "badge/overall.svg"]
    assert read(files["badge/downloads.svg"]) == ("Downloads: Major outage", ["Downloads", "Major outage"])
    title, texts = read(files["badge/downloads-uptime.svg"])
    assert texts == ["Downloads", "94.44 % of 36 hours"]
    assert title == "Downloads: 94.44 % of 36 hours"
    assert b"rounded down: 94.44 % of the 36 hours measured" in files["badge/downloads-uptime.svg"]
    assert COLOURS[ComponentStatus.DEGRADED_PERFORMANCE].encode() in files["badge/downloads-uptime.svg"]
    assert read(files["badge/overall.svg"])[1][1] == "Major outage"
    assert COLOURS[ComponentStatus.MAJOR_OUTAGE].encode() in files["badge/overall.svg"]


def test_what_was_never_measured_says_so_and_is_not_green() -> None:
    files = badge_files(take_snapshot(site(), history([]), moment("12:00")))
    for name in ("badge/downloads.svg", "badge/downloads-uptime.svg"):
        assert read(files[name])[1][1].lower() == "no data"
        assert COLOURS[ComponentStatus.NO_DATA].encode() in files[name]
        assert COLOURS[ComponentStatus.OPERATIONAL].encode() not in files[name]


def test_where_names_meet_the_state_of_the_page_goes_first_and_uptime_last() -> None:
    files = badge_files(page(overall=0, downloads=1, **{"downloads-uptime": 0}))
    assert read(files["badge/overall.svg"])[1] == ["Lumen status", "Major outage"]
    assert read(files["badge/downloads-uptime.svg"])[1] == ["Downloads-uptime", "Operational"]


HOSTILE = {
    "markup": "<script>alert(1)</script>\"'&amp;",
    "end_of_data": "]]> --> <![CDATA[",
    "control_characters": "a\x00b\x1b[2J\x85c\udc80",
    "turned_around": "abc\u202edef\u2066ghi",
    "emoji": "\U0001f469\u200d\U0001f4bb builds",
    "right_to_left": "\u0627\u0644\u062a\u0646\u0632\u064a\u0644\u0627\u062a",
    "wide": "\u30c0\u30a6\u30f3\u30ed\u30fc\u30c9" * 20,
    "endless": "W" * 5000,
    "entities": "&quot;" * 500,
    "only_spaces": " \t\n ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_name_breaks_a_badge_or_makes_it_large(text: str) -> None:
    data = badge(text, text, COLOURS[ComponentStatus.OPERATIONAL], text)
    assert len(data) < 5000
    root = ET.fromstring(data)  # noqa: S314  # our own bytes
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "desc",
        "clipPath",
        "rect",
        "g",
        "path",
        "text",
    }
    assert not any("\u202e" in (element.text or "") for element in root.iter())


@pytest.mark.parametrize("data", [b"style", b"http:", b"href", b"url(h", b"script", b"font-face"])
def test_a_badge_needs_nothing_from_elsewhere(data: bytes) -> None:
    svg = badge_files(page())["badge/downloads.svg"].replace(b'xmlns="http://www.w3.org/2000/svg"', b"")
    assert data not in svg


def test_both_texts_lie_within_their_halves() -> None:
    for name in (
        "i",
        "Downloads",
        "WWWWWWWWWW",
        "\u00c4\u00d6\u00dc\u00e4\u00f6\u00fc\u00df",
        "\u4e0b\u8f7d",
    ):
        root = ET.fromstring(badge(name, "operational", "#000000", ""))  # noqa: S314  # our own bytes
        first, second = root.iter(f"{SVG}text")
        whole = int(root.get("width", "0"))
        middle, right = text_width(name) / 2, text_width("operational") / 2
        assert float(first.get("x", "0")) - middle >= 7 - 0.5
        assert float(second.get("x", "0")) + right <= whole - 7 + 0.5
        assert float(second.get("x", "0")) - right >= float(first.get("x", "0")) + middle + 14 - 1


# Advance widths in units of 1/2048 em, from the tables of the fonts Verdana and DejaVu Sans; the wider of both.
MEASURED_IN_FONTS = {
    "a": 1255,
    "i": 569,
    "m": 1995,
    "w": 1676,
    "W": 2025,
    "M": 1767,
    "O": 1612,
    "1": 1303,
    " ": 720,
    "%": 2205,
}


@pytest.mark.parametrize("char", MEASURED_IN_FONTS)
def test_a_character_is_never_taken_for_narrower_than_it_is(char: str) -> None:
    assert text_width(char * 40) >= 40 * MEASURED_IN_FONTS[char] * 11 / 2048


def test_marks_above_letters_take_no_room() -> None:
    assert text_width("e\u0301") == text_width("\u00e9") == text_width("e")
