"""What is active in texts from elsewhere is left out and named; words and lines stay."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cases import golden
from waypost.base.markdown.active_html import active_html
from waypost.importing.rules.active_html import drop_active_html
from waypost.importing.rules.collection import Conversion, SourcePage, lines_of, text_of

LEFT = {"a handler that is no tag for code hosts", "a handler in an attribute list with emphasis"}
"""What no reader of Markdown makes of a text; it stays, and a person is asked to take it out."""


def dropped(text: str) -> tuple[str, list[tuple[int, str]]]:
    page = SourcePage("a.md", "old/a.md", body=text)
    conversion = Conversion(page)
    result = text_of(drop_active_html(lines_of(page), conversion))
    notes = [(note.problem.location.line, note.problem.message) for note in conversion.notes]
    return result, notes


@golden("active_html/*.yml")
def test_what_is_active_is_left_out_and_named_one_by_one(case: dict[str, Any]) -> None:
    result, notes = dropped(case["text"])
    assert result.count("\n") == case["text"].count("\n"), "lines keep their numbers"
    assert sorted(line for line, _ in notes) == sorted(line for line, *_ in case["found"])
    if case["found"]:
        assert bool(active_html(result)) == (case["name"] in LEFT)
    else:
        assert result == case["text"]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Press [here](javascript:x) or [there](javascript:y).", "Press here or there."),
        ("<form action=x>Name: <input> <button>Send</button></form>", "Name:  Send"),
        ('<b onclick="x()" class=a>Bold</b>', "<b class=a>Bold</b>"),
        ("<scr<script>ipt>alert(1)</script>", "<scr"),
        ("<script>\nlet a = 1;\n</script>\nText.", "\n\n\nText."),
        (
            '<iframe title="How to print" src="https://www.youtube.com/embed/aqz-KE-bpKQ"></iframe>',
            "![How to print](https://www.youtube.com/embed/aqz-KE-bpKQ)",
        ),
        (
            "<iframe src='//player.vimeo.com/video/1084537'></iframe>",
            "![Video](https://player.vimeo.com/video/1084537)",
        ),
        ("<iframe src=https://maps.example.com/>No frames here.</iframe>", "<https://maps.example.com/>"),
        ('<iframe title="A map" src="//maps.example.com/"></iframe>', "[A map](https://maps.example.com/)"),
    ],
)
def test_words_stay_and_videos_are_kept(text: str, result: str) -> None:
    assert dropped(text)[0] == result


def test_a_note_names_the_line_and_the_column() -> None:
    page = SourcePage("a.md", "old/a.md", body="One.\n\nTwo <b onclick=x>three</b>.", body_line=4)
    conversion = Conversion(page)
    drop_active_html(lines_of(page), conversion)
    [note] = conversion.notes
    assert note.problem.format() == (
        "old/a.md:6:5: warning import: The handler `onclick` was left out: articles only show something.\n"
        "    Two <b onclick=x>three</b>.\n        ^"
    )
