from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.printable import clean, clean_line
from waypost.notify.channels.chat import escaped, head, json_body, length, shorten

FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1b[31m\x7f", "ab[31m"),
        ("\u202eabc\u202c\u2066d\u2069\u200f", "abcd"),
        ("a\nb", "a\nb"),
        ("a\ud800b\uffff\ue000", "ab"),
        # Joiners belong to emoji, and to the script of Persian.
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_would_act_on_a_screen_is_dropped(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_line_is_one_line() -> None:
    assert clean_line(" a\r\nb\u2028c\td\x85 ") == "a b c d"


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("abc", 3), ("é", 1), ("字", 1), ("😀", 2), (FAMILY, 11)]
)
def test_length_is_counted_as_utf16_does(text: str, units: int) -> None:
    assert length(text) == units


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("abcdefghij", 5, "abcd…"),
        # A long word is cut rather than lost.
        ("a bcdefghijklmnop", 10, "a bcdefgh…"),
        ("😀😀😀", 5, "😀😀…"),
        (f"ab {FAMILY}", 8, "ab…"),
        ("cafe\u0301s", 5, "caf…"),
        ("👍🏽👍🏽", 4, "…"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
    ],
)
def test_a_text_is_cut_between_words_and_never_inside_a_letter(text: str, most: int, expected: str) -> None:
    assert shorten(text, most) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 30))
def test_what_is_cut_fits(text: str, most: int) -> None:
    assert length(shorten(text, most)) <= most
    assert text.startswith(head(text, most))
    assert length(head(text, most)) <= most
    rest = text[len(head(text, most)) :]
    assert not rest or rest[0] == text[0] or not unicodedata.combining(rest[0]) or not head(text, most)


@given(st.text(st.sampled_from('a &<"é😀'), max_size=60), st.integers(0, 40))
def test_what_is_escaped_fits_and_is_whole(text: str, most: int) -> None:
    def escape(plain: str) -> str:
        return plain.replace("&", "&amp;").replace("<", "&lt;")

    found = escaped(text, most, escape)
    assert length(found) <= most
    assert found == escape(text) or found.endswith("…") or most < 6
    assert "&" not in found.replace("&amp;", "").replace("&lt;", "")


def test_a_body_is_json_in_letters_as_they_are() -> None:
    body = json_body({"a": "é😀\n", "b": [1, None]})
    assert body == '{"a":"é😀\\n","b":[1,null]}'.encode()
    assert json.loads(body) == {"a": "é😀\n", "b": [1, None]}
