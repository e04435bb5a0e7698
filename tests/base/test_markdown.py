"""One reader of Markdown: what is code, what is a heading, and that hostile texts cost no more than their length."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from helpers.cases import Case, golden
from waypost.base.markdown.article_text import text_sections
from waypost.base.markdown.article_tree import article_tree
from waypost.base.markdown.blocks import lines_of, update_blocks_of
from waypost.base.markdown.headings import headings_of
from waypost.base.markdown.links import outside_code
from waypost.base.markdown.page_parts import page_parts
from waypost.base.markdown.plain_text import code_parts, plain_code

LETTERS = {"text": ".", "opening fence": "[", "fenced code": "c", "closing fence": "]", "indented code": "i"}


@golden("markdown/fences.yml")
def test_what_is_code_is_told_as_commonmark_does(case: Case) -> None:
    assert "".join(LETTERS[line.part.value] for line in lines_of(case["text"])) == case["lines"]
    assert [heading.text for heading in headings_of(case["text"])] == case.get("headings", [])


@golden("markdown/fences.yml")
def test_an_update_is_cut_at_no_heading_that_stands_in_code(case: Case) -> None:
    if not case.get("only_articles"):
        found = [block.text for block in update_blocks_of(case["text"]) if block.level]
        assert found == case.get("headings", [])


@pytest.mark.parametrize(
    "text",
    [
        "## One\n\n## One\n\n## One_1\n\n## Two { #own }\n\n## Grüße & *more*\n",
        "##No heading\n\nUnderlined\n---\n\n# First #\n",
        "```\n## No\n```\n\n## No\n",
        '!!! note "Box"\n    ## In a box\n\n## In a box\n',
        "- a\n\n    ## In a list\n\n## In a list\n",
        "> ## Quoted\n\n## Quoted\n",
        "<!-- ## No\n\n## No\n-->\n\n## No\n",
    ],
)
def test_headings_have_the_anchors_that_the_page_gives_them(text: str) -> None:
    shown = ET.tostring(article_tree(text), encoding="unicode")
    for heading in headings_of(text):
        assert f'id="{heading.anchor}"' in shown
    assert shown.count(' id="') == len(headings_of(text))


def test_lines_end_where_their_text_says_so() -> None:
    for text in ("", "\n", "a\r\nb\r", "a\u2028b\x0cc\n```\n", "```\n\n\n", "- \n\n\n- ```"):
        assert [line.text for line in lines_of(text)] == text.split("\n")


def test_links_in_code_and_comments_are_none() -> None:
    text = "[a](b) `[c](d)`\n\n    [e](f)\n\n!!! x\n    [g](h)\n\n<!--\n[i](j)\n-->\n1. k\n\n    ![l](m)\n"
    found = [(link.target, link.line, link.column) for link in page_parts(text, 10).links]
    assert found == [("b", 10, 1), ("h", 15, 5), ("m", 22, 5)]


def test_only_what_is_outside_of_code_changes() -> None:
    assert outside_code("a `b` ``c ` d`` e `f", str.upper) == "A `b` ``c ` d`` E `F"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("plain", [("plain", False)]),
        ("Run `ls -l` now", [("Run ", False), ("ls -l", True), (" now", False)]),
        ("`all`", [("all", True)]),
        ("``a ` b`` and `c`", [("a ` b", True), (" and ", False), ("c", True)]),
        ("an open ` stays", [("an open ` stays", False)]),
        ("`` and ```` too", [("`` and ```` too", False)]),
        ("", []),
    ],
)
def test_code_in_a_line_is_found(line: str, parts: list[tuple[str, bool]]) -> None:
    assert list(code_parts(line)) == parts
    assert plain_code(line) == "".join(text for text, _ in parts)


HOSTILE = [
    "- ",
    "> ",
    "> - ",
    "1. ",
    "[",
    "![",
    "](",
    "`",
    "```\n",
    "- ```\n",
    "<!-- ",
    "<!--\n",
    "!!! a\n",
    "# ",
]
HOSTILE += ["#", "[a]: b 'c\n", "| a\n", "a\n---\n", "{", "{#a", "<a ", "\t", " "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_of_marks_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    for shape in (text, f"{text}x", f"## {text}x"):
        page_parts(shape)
        update_blocks_of(shape)
        text_sections(shape)
