"""The kind of a foreign article, told by its headings and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from waypost.formats.article import Article, ArticleFrontMatter, Kind
from waypost.importing.rules.headings import headings
from waypost.importing.rules.lines import Lines, marked, text_of
from waypost.reading.rules.structure import weakness

_TROUBLE = re.compile(
    r"(?:symptoms?|causes?|problem|resolution|solutions?|workaround|how to fix(?: it)?)\b", re.IGNORECASE
)
_HOW_TO = re.compile(r"how to\b", re.IGNORECASE)
_STEP = re.compile(r"\d+\. +\S")


def kind_of(title: str, lines: Lines) -> Kind:
    """Return the kind that fits an article; one that would lack what its kind promises stays a page."""
    kind = _guess(title, [words for level, words in headings(lines) if level == 2], lines)
    front = ArticleFrontMatter(title="x", kind=kind)
    return Kind.PAGE if weakness(Article("x.md", kind, "", front, text_of(lines), 1)) else kind


def _guess(title: str, sections: Sequence[str], lines: Lines) -> Kind:
    questions = sum(words.rstrip(" *_").endswith(("?", "？")) for words in sections)
    if questions > 1 and questions * 3 >= len(sections) * 2:
        return Kind.FAQ
    if len({words.split()[0].lower().rstrip("s") for words in sections if _TROUBLE.match(words)}) > 1:
        return Kind.TROUBLESHOOTING
    steps = sum(1 for line, is_code in marked(lines) if not is_code and _STEP.match(line.text))
    return Kind.TUTORIAL if _HOW_TO.match(title) and steps > 2 else Kind.PAGE
