"""The pages of a troubleshooter, in Markdown: its start, a page for each other step, and all steps on one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from waypost.base.i18n import Words
from waypost.base.markdown.anchors import heading_anchor
from waypost.base.markdown.blocks import lines_of
from waypost.base.markdown.links import outside_code
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.article import Article, page_url
from waypost.formats.troubleshooter import Answer, Step, Troubleshooter
from waypost.reading.rules.troubleshooter import read_troubleshooter
from waypost.reading.rules.troubleshooter_graph import ALL, article_path, question_numbers, steps_after

SUMMARY = 155
"""Characters of a summary that search engines show."""

_INLINE = re.compile(
    r"(?P<before>\]\([ \t]*<?|(?:href|src)=[\"'])(?P<target>[^\s<>()\"']+)(?P<after>>?[ \t)\"'])"
)
_DEFINITION = re.compile(
    r"^(?P<before> {0,3}\[[^\]^][^\]]{0,200}\]:[ \t]*<?)(?P<target>[^\s<>]+)(?P<after>.*)"
)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|/|\?", re.IGNORECASE)


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
    """The page to write to us from, with the answers so far; empty where the site has none."""

    @property
    def has_restart(self) -> bool:
        """Whether the beginning is elsewhere than one step back."""
        return bool(self.before) and self.before != (quote(self.tree_url),)

    @property
    def is_start(self) -> bool:
        """Whether this is the first page of its troubleshooter."""
        return self.number == 1


def _step_views(article: Article, tree: Troubleshooter, ticket_page: str) -> Mapping[str, StepView]:
    """Return the view of each step that can be reached, by its id.

    `ticket_page` is the address of the ticket form, or of another page to write to us from.
    """
    numbers = question_numbers(tree)
    ways = steps_after(tree)
    ticket_url = _with_origin(ticket_page, article.url)

    def view(step: Step) -> StepView:
        before = [earlier for earlier in tree.steps if step in ways[earlier.id] and earlier.id in numbers]
        addresses = tuple(_step_url(article, tree, earlier.id) for earlier in before)
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


def _all_steps_view(article: Article, ticket_page: str) -> StepView:
    """Return the view of the page with all steps."""
    ticket_url = _with_origin(ticket_page, article.url)
    return StepView(article.title, article.url, article.title, back=article.url, ticket_url=ticket_url)


def _with_origin(page: str, url: str) -> str:
    """Return the address of the ticket form with the page that a reader comes from; empty without a form."""
    return f"{page}?from={quote(url, safe='/')}" if page else ""


def _step_url(article: Article, tree: Troubleshooter, name: str) -> str:
    """Return the address of a step; the first step has the address of the troubleshooter."""
    return article.url if name == tree.start.id else f"{article.url}{name}/"


def _link(article: Article, tree: Troubleshooter, answer: Answer) -> AnswerLink:
    if answer.step:
        return AnswerLink(answer.text, _step_url(article, tree, answer.step), leaves=False)
    path = article_path(answer.target, article.path)
    _, mark, anchor = answer.target.partition("#")
    return AnswerLink(answer.text, quote(page_url(path)) + mark + anchor, leaves=True)


@dataclass(frozen=True)
class TreePage:
    """One page of a troubleshooter."""

    path: str
    """Where its file is or would be, from content/."""
    title: str
    summary: str
    body: str
    """Its text in Markdown."""
    components: tuple[str, ...]
    """Ids of the components of the step, then those of the whole troubleshooter."""
    view: StepView


def tree_pages(
    article: Article, components: Sequence[str], ticket_page: str, words: Words
) -> tuple[TreePage, ...]:
    """Return all pages of a troubleshooter, its own first.

    `components` are the ids that the whole of it depends on; `ticket_page` is the address of the ticket form.
    """
    writer = _Writer(article, read_troubleshooter(article), tuple(components), ticket_page, words)
    return tuple(writer.pages())


@dataclass(frozen=True)
class _Writer:
    """Writes the pages of one troubleshooter."""

    article: Article
    tree: Troubleshooter
    components: tuple[str, ...]
    ticket_page: str
    words: Words

    def pages(self) -> Iterator[TreePage]:
        views = _step_views(self.article, self.tree, self.ticket_page)
        yield self._start(views[self.tree.start.id])
        for step in self.tree.steps[1:]:
            if step.id in views:
                yield self._step(step, views[step.id])
        yield self._all()

    def _start(self, view: StepView) -> TreePage:
        links = self._links(in_folder=False)
        start = self.tree.start
        parts = [links.rewritten(part) for part in (self.tree.introduction, _heading(start), start.body)]
        front = self.article.front
        return TreePage(
            self.article.path, front.title, front.summary, self._text(parts, links), self._of(start), view
        )

    def _step(self, step: Step, view: StepView) -> TreePage:
        links = self._links(in_folder=True)
        summary = _shortened(plain_text(step.body)) or self.article.front.summary
        text = self._text([links.rewritten(step.body)], links)
        return TreePage(self._path(step.id), step.title, summary, text, self._of(step), view)

    def _all(self) -> TreePage:
        links = self._links(in_folder=True, on_one_page=True)
        parts = [links.rewritten(self.tree.introduction)]
        for step in self.tree.steps:
            parts += [_heading(step), links.rewritten(step.body), "\n".join(self._answers(step, links))]
        title = self.words.say("troubleshooter.all_title", title=self.article.title)
        view = _all_steps_view(self.article, self.ticket_page)
        summary = self.article.front.summary
        return TreePage(
            self._path(ALL), title, summary, self._text(parts, links), self._of(*self.tree.steps), view
        )

    def _answers(self, step: Step, links: _StepLinks) -> Iterator[str]:
        """Return the answers of a step, each with the number of the next step, for readers on paper."""
        numbers = {each.id: number for number, each in enumerate(self.tree.steps, start=1)}
        for answer in step.answers:
            number = numbers.get(answer.step)
            where = f" ({self.words.say('troubleshooter.see_step', number=number)})" if number else ""
            yield links.rewritten(f"- [{answer.label}]({answer.target})") + where

    def _text(self, parts: Sequence[str], links: _StepLinks) -> str:
        # A link may be written `[text][name]`, with the line that says where it leads in another step.
        return "\n\n".join(filter(None, [*parts, links.rewritten(_definitions(self.article.body))]))

    def _of(self, *steps: Step) -> tuple[str, ...]:
        own = (name for step in steps for name in step.components)
        return tuple(dict.fromkeys([*own, *self.components]))

    def _links(self, *, in_folder: bool, on_one_page: bool = False) -> _StepLinks:
        return _StepLinks(self.article.path.removesuffix(".md"), self.tree, in_folder, on_one_page)

    def _path(self, name: str) -> str:
        return f"{self.article.path.removesuffix('.md')}/{name}.md"


def _heading(step: Step) -> str:
    # The id is written only where it is needed: it takes an extension of Markdown, attr_list.
    explicit = "" if step.id == heading_anchor(step.heading) else f" {{#{step.id}}}"
    return f"## {step.heading}{explicit}"


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY else text[:SUMMARY].rsplit(" ", 1)[0] + " …"


def _definitions(body: str) -> str:
    """Return the lines of a file that say where its links `[text][name]` lead."""
    texts = (line.text for line in lines_of(body) if not line.is_code)
    return "\n".join(text for text in texts if _DEFINITION.fullmatch(text))


@dataclass(frozen=True)
class _StepLinks:
    """Where the links of a troubleshooter's file lead from one of its pages."""

    folder: str
    """The path of the file from content/, without its ending."""
    tree: Troubleshooter
    in_folder: bool
    """Whether the page is below the troubleshooter's own address, and so one folder deeper than its file."""
    on_one_page: bool = False
    """Whether the page holds all steps."""

    def rewritten(self, text: str) -> str:
        """Return Markdown with its relative links as they must be on the page; code is left as it is."""
        return "\n".join(
            line.text if line.is_code else outside_code(line.text, self._line) for line in lines_of(text)
        )

    def _line(self, text: str) -> str:
        return _DEFINITION.sub(self._mend, _INLINE.sub(self._mend, text))

    def _mend(self, found: re.Match[str]) -> str:
        before, target = found["before"], found["target"]
        # Markdown's own links are turned into addresses by the host; those in HTML are not.
        is_html = before.endswith(("'", '"'))
        return (
            before + (target if is_html and target.startswith("#") else self._target(target)) + found["after"]
        )

    def _target(self, target: str) -> str:
        if target.startswith("#"):
            return self._step(target)
        if _ABSOLUTE.match(target) or not self.in_folder:
            return target
        return f"../{target}"

    def _step(self, target: str) -> str:
        name, own = target[1:], self.folder.rpartition("/")[2]
        if self.on_one_page or self.tree.step(name) is None:
            return target
        if name == self.tree.start.id:
            return f"../{own}.md" if self.in_folder else target
        return f"{name}.md" if self.in_folder else f"{own}/{name}.md"
