"""Articles that nobody has finished: what `waypost new` wrote stands where the words of their writer belong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from waypost.formats.article import Article, ArticleFrontMatter
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.kinds.kind import Structure
from waypost.lint.rules.rule import Finding, FindingPlace, LintSite, at_key, at_line

_MARK = re.compile(r"(?:[-*]|\d+\.)\s+")
_IS_STRUCTURE = re.compile(r"#|\[[^]]*\]\(#|Outcome: |.*\$")
"""What a finished article may share with its skeleton: headings, answers, outcomes, and what was filled in."""


def placeholders_of(front: Any, body: str) -> Iterator[str]:
    """Return the sentences of a skeleton that its writer replaces."""
    if isinstance(front, Mapping):
        yield from (text for _, text in _front_texts(front.get) if "$" not in text)
    kind = ARTICLE_KINDS.get(front.get("kind", "")) if isinstance(front, Mapping) else None
    # Only in a faq are headings sentences of their own: its questions.
    asks = kind is not None and kind.structure is Structure.QUESTIONS
    for _, text in _sentences(body):
        if not _IS_STRUCTURE.match(text) or (asks and text.startswith("#")):
            yield text


def unedited(site: LintSite) -> Iterator[Finding]:
    """Find articles that still hold sentences of their skeleton; a draft may."""
    for page in site.project.help_center.articles:
        front = page.front
        if not isinstance(front, ArticleFrontMatter) or front.draft:
            continue
        found = [place for place, text in _texts(page, front) if text in site.placeholders]
        if found:
            more = f" {len(found) - 1} more stand below." if len(found) > 1 else ""
            message = (
                f"This is what `waypost new` wrote.{more} Write your own words or remove it; `draft: true` keeps the "
                "article to yourself until it is finished."
            )
            yield Finding(f"content/{page.path}", found[0], message)


def _texts(page: Article, front: ArticleFrontMatter) -> Iterator[tuple[FindingPlace, str]]:
    yield from _front_texts(lambda key: getattr(front, key))
    for line, text in _sentences(page.body):
        yield at_line(page.body_line + line), text


def _front_texts(get: Callable[[str], Any]) -> Iterator[tuple[FindingPlace, str]]:
    for key in ("summary", "owner"):
        if text := get(key):
            yield at_key(key), text
    for index, text in enumerate(get("also_asked_as") or ()):
        yield at_key("also_asked_as", index), text


def _sentences(body: str) -> Iterator[tuple[int, str]]:
    """Return the lines of a text without the marks of lists, each with its number from 0."""
    for number, line in enumerate(body.split("\n")):
        if text := _MARK.sub("", line.strip(), count=1):
            yield number, text
