"""The anchors of headings: what links to a section of a page end with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from markdown_it.token import Token

from waypost.base.markdown.grammar import article_reader

HEADINGS = {f"h{level}": level for level in range(1, 7)}
"""The levels of headings by their elements."""

_MARKED = re.compile(r"[`*_~\[\]<>&\\]|://|www\.")


def heading_words(heading: str) -> str:
    """Return the words of a heading as its page shows them, without marks and elements."""
    shown = (
        words_of(article_reader().parseInline(heading)[0].children or ())
        if _MARKED.search(heading)
        else heading
    )
    return " ".join(shown.split())


def words_of(tokens: Sequence[Token], *, with_html: bool = False) -> str:
    """Return the words of inline tokens; pictures have none."""
    return "".join(
        "\n"
        if token.type.endswith("break")
        else words_of(token.children)
        if token.children
        else token.content
        for token in tokens
        if token.type != "image" and (with_html or token.type != "html_inline")
    )


def heading_anchor(heading: str) -> str:
    """Return the anchor of a heading, from its Markdown: its letters and digits, in whatever script.

    As `slugify_unicode` of Python-Markdown's toc extension makes it, with the marks of letters kept.
    """
    return anchor_of(heading_words(heading))


def anchor_of(words: str) -> str:
    """Return the anchor of a heading, from its words."""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", words)
        # Marks belong to the letters before them, such as the vowels of Hindi and Thai.
        if letter.isalnum() or letter in "-_" or letter.isspace() or unicodedata.category(letter)[0] == "M"
    )
    return re.sub(r"[-\s]+", "-", letters.strip().lower())


def unique_anchor(name: str, taken: dict[str, str]) -> str:
    """Number an anchor as Python-Markdown's `toc` does: the second of a name gets _1.

    For each anchor, `taken` keeps the last that was made of it, so that a thousand of one name are soon numbered.
    """
    anchor = taken.get(name, name)
    while not anchor or anchor in taken:
        counted = re.fullmatch(r"(.*)_([0-9]+)", anchor)
        anchor = f"{counted[1]}_{int(counted[2]) + 1}" if counted else f"{anchor}_1"
    taken[name] = anchor
    return anchor
