"""What a rule is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.markdown.parts import MarkdownParts
from waypost.formats.article import Article
from waypost.formats.lint import LintConfig
from waypost.formats.project import Project
from waypost.problems import Level
from waypost.search.rules.evaluation import Answerer
from waypost.search.rules.ranking import Ranking

DataPath = tuple[Hashable, ...]


@dataclass(frozen=True)
class Place:
    """Where in a file: at a line, at a key of its front matter, or at one of its updates."""

    line: int = 0
    """From 1; 0 where a key or an update says it."""
    column: int = 1
    key: DataPath = ()
    """Path of a value in the front matter, such as ("also_asked_as", 1)."""
    update: int = -1
    """Index of an update of an incident or a maintenance; the last counts as -1 only where `is_update` is set."""
    is_update: bool = False
    is_hidden: bool = False
    """Whether the line itself must not be shown, because it holds what nobody should repeat."""


def at_line(line: int, column: int = 1) -> Place:
    """Return a place by its line and column, from 1."""
    return Place(line, column)


def at_key(*key: Hashable) -> Place:
    """Return the place of a value in the front matter."""
    return Place(key=key)


def at_update(index: int) -> Place:
    """Return the place of the heading of an update."""
    return Place(update=index, is_update=True)


@dataclass(frozen=True)
class Finding:
    """Something that a rule found; its code and level come from the rule and from lint.yml."""

    path: str
    """The file, from the root of the site."""
    place: Place
    message: str
    """What is wrong, and what to do about it."""


@dataclass(frozen=True)
class LintSite:
    """Everything that rules look at."""

    project: Project
    config: LintConfig
    parts: Mapping[str, MarkdownParts]
    """The text of each page, by its path from content/."""
    files: frozenset[str]
    """All files in content/, by their path from there."""
    now: datetime
    status_texts: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """The first line and the text of each incident and maintenance as written, by its path from the root."""
    has_own_anchors: bool = False
    """Whether mkdocs.yml changes how headings get their anchors, so that nobody here knows them."""
    alike: Callable[[str], Sequence[tuple[str, float]]] = field(default=lambda path: ())
    """Gives the articles whose words are most like those of one, from 1 (the same) down to 0."""
    answer: Answerer = field(default=lambda question: Ranking((), ()))
    """Answers a question as the search of the site does; asking the first one costs the index."""

    @property
    def pages(self) -> Mapping[str, Article]:
        """The pages of the help center by their path from content/."""
        return self.project.help_center.pages


Check = Callable[[LintSite], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """One rule for writers."""

    code: str
    check: Check
    level: Level = Level.WARNING
    """How much it matters where lint.yml does not say."""
