"""What the page of one step of a troubleshooter shows beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from waypost.formats.article import Article
from waypost.formats.troubleshooter import Answer, Step, Troubleshooter
from waypost.reading.rules.troubleshooter_graph import ALL, article_path, question_numbers, steps_after


@dataclass(frozen=True)
class AnswerLink:
    """An answer as people choose it."""

    text: str
    url: str
    """Where it leads, from the root of the help center."""
    leaves: bool
    """Whether it leads out of the troubleshooter, to an article."""


@dataclass(frozen=True)
class StepView:
    """One step, or all of them; addresses count from the root of the help center."""

    tree: str
    """The title of the troubleshooter."""
    tree_url: str
    question: str
    number: int = 0
    """How many questions it takes at least to get here, this one included; 0 for all steps on one page."""
    answers: tuple[AnswerLink, ...] = ()
    outcome: str = ""
    """fixed, ticket, or empty for a question."""
    back: str = ""
    """The step before; the start where there are several, and empty on the start itself."""
    before: tuple[str, ...] = ()
    """All steps that lead here, quoted, so that none of these addresses holds a space."""
    all_url: str = ""
    """All steps on one page; empty on that page."""
    ticket_url: str = ""
    """Where to write to us with what was answered; empty where the site has no such page."""

    @property
    def has_restart(self) -> bool:
        """Whether the beginning is elsewhere than one step back."""
        return bool(self.before) and self.before != (quote(self.tree_url),)

    @property
    def is_start(self) -> bool:
        """Whether this is the first page of its troubleshooter."""
        return self.number == 1


def step_views(article: Article, tree: Troubleshooter, ticket_page: str) -> Mapping[str, StepView]:
    """Return the view of each step that can be reached, by its id.

    `ticket_page` is the address of the ticket form, or of another page to write to us from.
    """
    numbers = question_numbers(tree)
    ways = steps_after(tree)
    ticket_url = with_origin(ticket_page, article.url)

    def view(step: Step) -> StepView:
        before = [earlier for earlier in tree.steps if step in ways[earlier.id] and earlier.id in numbers]
        addresses = tuple(step_url(article, tree, earlier.id) for earlier in before)
        is_start = step.id == tree.start.id
        return StepView(
            tree=article.title,
            tree_url=article.url,
            question=step.title,
            number=numbers[step.id],
            answers=tuple(_link(article, tree, answer) for answer in step.answers),
            outcome=step.outcome or "",
            back="" if is_start else addresses[0] if len(addresses) == 1 else article.url,
            before=() if is_start else tuple(map(quote, addresses)),
            all_url=f"{article.url}{ALL}/",
            ticket_url=ticket_url,
        )

    return {step.id: view(step) for step in tree.steps if step.id in numbers}


def all_steps_view(article: Article, ticket_page: str) -> StepView:
    """Return the view of the page with all steps."""
    ticket_url = with_origin(ticket_page, article.url)
    return StepView(article.title, article.url, article.title, back=article.url, ticket_url=ticket_url)


def with_origin(page: str, url: str) -> str:
    """Say on the way to the ticket form which page somebody comes from; nothing where there is no form."""
    return f"{page}?from={quote(url, safe='/')}" if page else ""


def step_url(article: Article, tree: Troubleshooter, name: str) -> str:
    """Return the address of a step: the first one's is that of the troubleshooter."""
    return article.url if name == tree.start.id else f"{article.url}{name}/"


def _link(article: Article, tree: Troubleshooter, answer: Answer) -> AnswerLink:
    if answer.step:
        return AnswerLink(answer.text, step_url(article, tree, answer.step), leaves=False)
    path = article_path(answer.target, article.path)
    _, mark, anchor = answer.target.partition("#")
    return AnswerLink(answer.text, _page_url(path) + mark + anchor, leaves=True)


def _page_url(path: str) -> str:
    stem = path.removesuffix(".md")
    folder = stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else f"{stem}/"
    return quote(folder)
