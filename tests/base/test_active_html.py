"""What is active in Markdown is found with its place, however it is disguised; what only shows something is not."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from helpers.cases import golden
from waypost.base.markdown.active_html import active_html, judge_tag
from waypost.base.markdown.article_tree import article_tree

PIECES = [
    "<script>",
    "</script>",
    "<b onclick=x>",
    "<!--",
    "-->",
    "`",
    "```\n",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "    ",
]
PIECES += ["[a](javascript:x)", "<", ">", '"', "'", "{onclick=x}", "|", "\\", "&lt;", "<div>", "a"]


@golden("active_html/*.yml")
def test_what_is_active_is_found_at_its_place(case: dict[str, Any]) -> None:
    found = [(item.line, item.column, item.what) for item in active_html(case["text"])]
    assert [list(place) for *place, _ in found] == [place for *place, _ in case["found"]], found
    for (_, _, words), (_, _, what) in zip(case["found"], found, strict=True):
        assert words in what


@golden("active_html/*.yml")
def test_places_count_from_the_first_line_of_the_text(case: dict[str, Any]) -> None:
    lines = [item.line for item in active_html(case["text"], 7)]
    assert lines == [line + 6 for line, *_ in case["found"]]


def shows_active(text: str) -> bool:
    """Tell whether the elements of a page, which are all that browsers get, hold something active."""
    return any(any(judge_tag(item.tag, tuple(item.attrib.items()))) for item in article_tree(text).iter())


@golden("active_html/*.yml")
def test_a_page_holds_nothing_active_that_is_not_found(case: dict[str, Any]) -> None:
    assert case["found"] or not shows_active(case["text"])


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("a  \n\\{onclick=x} **b**\\{onclick=x}")
def test_whatever_is_written_no_page_holds_more_than_is_found(text: str) -> None:
    assert active_html(text) or not shows_active(text)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_is_written_is_judged_and_every_place_is_there(text: str) -> None:
    lines = text.split("\n")
    for found in active_html(text):
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
