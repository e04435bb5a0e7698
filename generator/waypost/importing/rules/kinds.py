"""The kind of a foreign article, recognised by its title, headings and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from waypost.help.kinds import ARTICLE_KINDS, DEFAULT_KIND
from waypost.help.kinds.kind import Signs
from waypost.importing.rules.headings import headings
from waypost.importing.rules.lines import Lines, marked, text_of
from waypost.reading.rules.structure import weakness

_STEP = re.compile(r"\d+\. +\S")


def kind_of(title: str, lines: Lines) -> str:
    """Return the kind that fits an article; one that would lack what its kind promises stays a page."""
    sections = [words for level, words in headings(lines) if level == 2]
    steps = sum(1 for line, is_code in marked(lines) if not is_code and _STEP.match(line.text))
    fitting = (
        name
        for name, record in ARTICLE_KINDS.items()
        if record.signs and _has(record.signs, title, sections, steps)
    )
    kind = next(fitting, DEFAULT_KIND)
    return DEFAULT_KIND if weakness(kind, text_of(lines)) else kind


def _has(signs: Signs, title: str, sections: Sequence[str], steps: int) -> bool:
    """Tell whether an article has all signs of a kind."""
    questions = sum(words.rstrip(" *_").endswith(("?", "？")) for words in sections)
    begins = re.compile(signs.headings, re.IGNORECASE)
    named = {words.split()[0].lower().rstrip("s") for words in sections if begins.match(words)}
    return (
        bool(re.match(signs.title, title, re.IGNORECASE))
        and (not signs.headings or len(named) > 1)
        and (not signs.questions or (questions > 1 and questions * 3 >= len(sections) * 2))
        and steps >= signs.steps
    )
