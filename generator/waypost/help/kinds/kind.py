"""What makes one kind of article different from the others, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Structure(StrEnum):
    """What the text of an article is made of; the parts are recognised by their form, in any language."""

    TEXT = "text"
    """Nothing in particular."""
    QUESTIONS = "questions"
    """Each heading of the second level is a question; it folds, is found by itself, and has an address."""
    REMEDY = "remedy"
    """Symptoms, one list of steps, and a last section for readers whom the steps did not help."""
    STEPS = "steps"
    """Every numbered list is a way to a goal."""
    TREE = "tree"
    """Each heading of the second level is a step with a page of its own, and with answers to choose from."""


@dataclass(frozen=True, kw_only=True)
class Signs:
    """How an importer recognises a kind in a foreign article: everything that is given here must be there.

    Patterns are regular expressions that match from the beginning, whatever the capitals.
    """

    title: str = ""
    headings: str = ""
    """At least two different headings of the second level begin like this."""
    questions: bool = False
    """Two thirds of the headings of the second level, and two at least, are questions."""
    steps: int = 0
    """At least so many lines of numbered lists."""


@dataclass(frozen=True, kw_only=True)
class ArticleKind:
    """One kind of article.

    Its template is theme/help/kinds/NAME.html. Its words are `article.kind.NAME` and
    `live.search.kind.NAME` in theme/i18n/.
    """

    name: str
    """As writers put it into `kind`."""
    purpose: str
    """What `waypost new NAME` does, in one sentence."""
    example: str
    """A title for the example of `waypost new NAME`."""
    icon: str
    """Its icon in lists, by its path among Material's icons; the word stands beside it."""
    structure: Structure = Structure.TEXT
    advice: str = ""
    """What to say to a writer whose text lacks the structure; empty where a text without it will do."""
    scripts: tuple[str, ...] = ()
    """Scripts that make its pages handier, from assets/waypost/; every page works without them."""
    template: str = "help/article"
    """The page around its own template, in theme/."""
    schema_type: str = "Article"
    """What its pages are for search engines, in the words of https://schema.org."""
    own_keys: tuple[str, ...] = ()
    """Keys of the front matter that other kinds refuse, because their pages do not show them."""
    scaffold: str = "page.md"
    """The file of theme/scaffold/ that `waypost new NAME` fills in."""
    signs: Signs | None = None
    """How an importer recognises it; None where no importer should guess it."""
