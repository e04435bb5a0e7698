"""Lists and code as CommonMark writes them, shown by Python-Markdown as their writers meant."""

from __future__ import annotations

import re

import markdown
import pytest

from waypost.importing.rules.collection import Conversion, SourcePage, lines_of, text_of
from waypost.importing.rules.lists import convert_lists

EXTENSIONS = ["admonition", "attr_list", "tables", "fenced_code", "toc"]

CASES = {
    # What is written, and the tags that have to come of it, without paragraphs.
    "three columns below a number": ("1. a\n\n   b\n\n2. c", "ol li /li li /li /ol"),
    "two columns below a bullet": ("- a\n  - b\n- c", "ul li ul li /li /ul /li li /li /ul"),
    "a list right below a line": ("Do:\n- a\n- b", "ul li /li li /li /ul"),
    "a number that starts a line of prose": ("It was in\n1998. A year.", ""),
    "brackets behind numbers": ("1) a\n2) b", "ol li /li li /li /ol"),
    "fenced code in a step": (
        "1. a\n   ```sh\n   - x\n   ```\n2. b",
        "ol li pre code /code /pre /li li /li /ol",
    ),
    "fenced code moved in by a little": ("  ```\n  x\n  ```", "pre code /code /pre"),
    "a fence with more than a language": ('```js title="x" {1,2}\nx\n```', "pre code /code /pre"),
    "tildes around backticks": ("~~~\n```\n~~~\n\n- a", "pre code /code /pre ul li /li /ul"),
    "a fence that is never closed": ("- a\n  ```\n  x", "ul li pre code /code /pre /li /ul"),
    "code by four columns": ("Text.\n\n    - no list", "pre code /code /pre"),
    "a rule of stars": ("a\n\n* * *\n\nb", "hr"),
    "a line that goes on at the margin": ("- a\nb\n- c", "ul li /li li /li /ul"),
    "a heading ends a list": ("- a\n# b", "ul li /li /ul h1 /h1"),
    "a list in a box": ("!!! note\n    a\n    - b\n      - c", "div ul li ul li /li /ul /li /ul /div"),
    "four columns as Python-Markdown has them": (
        "1. a\n\n    b\n\n    - c\n2. d",
        "ol li ul li /li /ul /li li /li /ol",
    ),
    "tabs": ("-\ta\n\t- b", "ul li ul li /li /ul /li /ul"),
    "wide gaps behind bullets": ("-   a\n\n    b\n-   c", "ul li /li li /li /ul"),
}


def converted(text: str) -> str:
    page = SourcePage("a.md", "a.md", body=text)
    return text_of(convert_lists(lines_of(page), Conversion(page)))


@pytest.mark.parametrize("name", CASES)
def test_lists_and_code_keep_their_shape(name: str) -> None:
    text, tags = CASES[name]
    made = markdown.markdown(converted(text), extensions=EXTENSIONS)
    found = [tag for tag in re.findall(r"<(/?\w+)", made) if tag.strip("/") != "p"]
    assert " ".join(found).replace("hr /", "hr") == tags


@pytest.mark.parametrize("name", CASES)
def test_what_is_right_stays_as_it_is(name: str) -> None:
    once = converted(CASES[name][0])
    if "never closed" not in name:
        assert converted(once) == once


def test_code_in_a_list_keeps_its_own_columns() -> None:
    assert converted("- a\n  ```\n  if x:\n      y\n\n  z\n  ```") == (
        "- a\n\n        if x:\n            y\n\n        z\n"
    )


def test_long_texts_take_no_longer_than_their_length() -> None:
    text = "\n".join(f"{'  ' * (number % 9)}- entry {number}" for number in range(20_000))
    assert converted(text).count("\n") >= 19_999
