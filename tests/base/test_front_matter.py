from __future__ import annotations

import pytest

from waypost.base.files.front_matter import parse_markdown, set_value
from waypost.base.files.text_files import Source


@pytest.mark.parametrize(
    ("text", "data", "body", "body_line"),
    [
        ("---\ntitle: T\n---\nBody\n", {"title": "T"}, "Body\n", 4),
        ("---  \ntitle: T\n--- \nBody", {"title": "T"}, "Body", 4),  # white space that nobody sees
        ("---\n---", None, "", 3),
        ("---\na: 1\n---\nx\n\n---\ny", {"a": 1}, "x\n\n---\ny", 4),  # a rule in the body is not the end
        ("---\na: |\n  one\n\n  two\n---\n", {"a": "one\n\ntwo"}, "", 7),
    ],
)
def test_a_file_is_split_into_front_matter_and_body(
    text: str, data: object, body: str, body_line: int
) -> None:
    document, problems = parse_markdown(Source("a.md", text))
    assert problems == []
    assert document is not None
    assert (document.front.data, document.body, document.body_line) == (data, body, body_line)
    if body:
        assert text.split("\n")[body_line - 1] == body.split("\n", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "front-matter", (1, 1)),
        ("\n---\na: 1\n---\n", "front-matter", (1, 1)),  # it must be the very first line
        ("----\na: 1\n----\n", "front-matter", (1, 1)),
        ("---\na: 1\n", "front-matter", (1, 1)),
        ("---\na: 1\n ---\nb", "front-matter", (1, 1)),
        ("---\ntitle: T\nother: [1\n---\n", "yaml-syntax", (3, 10)),  # counted from the top of the file
        ("---\ntitle: T\ntitle: U\n---\n", "duplicate-key", (3, 1)),
    ],
)
def test_broken_front_matter_is_named_at_its_place(text: str, code: str, place: tuple[int, int]) -> None:
    document, problems = parse_markdown(Source("a.md", text))
    assert document is None
    assert [(p.code, (p.location.line, p.location.column)) for p in problems] == [(code, place)]


@pytest.mark.parametrize(
    ("front", "after"),
    [
        ("a: 1\nb: x # why\n", "a: 1\nb: new # why\n"),
        ("b: 'it''s'\r\na: 1\r\n", "b: new\r\na: 1\r\n"),
        ('"b" : "x\\"y"\n', '"b" : new\n'),
        ("b: >-\n  one\n  two\na: 1\n", "b: new\na: 1\n"),
        ("b: |\r\n  one\r\na: 1\r\n", "b: new\r\na: 1\r\n"),
        ("b:\na: 1\n", "b: new\na: 1\n"),
        ("b: # none\na: 1\n", "b: new # none\na: 1\n"),
        ("b: null\n", "b: new\n"),
        ("b: {c: 1}\n", "b: new\n"),
        ("a: 1\n", "a: 1\nb: new\n"),
        ("  a: 1\r\n", "  a: 1\r\n  b: new\r\n"),
        ("a: {b: 1}\n", "a: {b: 1}\nb: new\n"),
        ("# b: 1\na: größe\n", "# b: 1\na: größe\nb: new\n"),
        ("{a: 1, b: 'x'}\n", "{a: 1, b: new}\n"),
        ("{\n  a: 1,\n}\n", "{\n  a: 1, b: new,\n}\n"),
        ("{a: 1, c: {d: 2}} # end\n", "{a: 1, c: {d: 2}, b: new} # end\n"),
    ],
)
def test_a_value_is_set_and_every_other_byte_stays(front: str, after: str) -> None:
    assert set_value(front, "b", "new") == after


@pytest.mark.parametrize("front", ["", "\n", "- b\n", "b\n", "b: [\n", "{}\n"])
def test_what_is_no_mapping_with_a_key_is_left(front: str) -> None:
    assert set_value(front, "b", "new") is None
