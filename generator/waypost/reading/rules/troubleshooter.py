"""Read a troubleshooter from Markdown: second-level headings are steps, their last list of links the answers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from waypost.base.ids import slugify
from waypost.base.markdown.anchors import heading_anchor, heading_words
from waypost.base.markdown.blocks import BlockKind, MarkdownLine, blocks_of, lines_of
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.article import Article
from waypost.formats.troubleshooter import Answer, Mention, Outcome, Step, Troubleshooter
from waypost.problems import Level

RESERVED = frozenset({"all", "index", "readme"})
"""Ids that no step may have: their addresses belong to other pages of the troubleshooter."""

_EXPLICIT_ID = re.compile(r"\{:?[ \t]*#(?P<id>[^\s{}]+)[ \t]*\}$")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SETTING = re.compile(r"(?P<key>[A-Za-z]{3,20}):[ \t]*(?P<value>.*)")
_ITEM = re.compile(r"(?P<bullet> {0,3}(?:[-*+]|\d{1,3}\.)[ \t]+)(?P<text>\S.*)")
# Bounded on purpose: without limits a line of brackets would take minutes.
_LINK = re.compile(
    r"\[(?P<label>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,100}\]){1,500})\]"
    r"\([ \t]*<?(?P<target>[^\s<>()]{1,500})>?(?:[ \t]+(?:\"[^\"]{0,200}\"|'[^']{0,200}'))?[ \t]*\)"
)


@dataclass(frozen=True, order=True)
class StepFinding:
    """Something wrong in the text of a troubleshooter, at its line and column (from 1) of the file."""

    line: int
    column: int
    code: str
    message: str
    level: Level = Level.ERROR


def read_troubleshooter(article: Article) -> Troubleshooter:
    """Return the troubleshooter that an article of that kind holds; its file was checked before."""
    return parse_troubleshooter(article.body, article.body_line)[0]


def parse_troubleshooter(body: str, first_line: int = 1) -> tuple[Troubleshooter, list[StepFinding]]:
    """Read the Markdown below the front matter, which starts on `first_line` of its file.

    Steps are kept even where something is wrong with them, so that all findings come at once.
    """
    introduction, drafts, findings = _cut(body, first_line)
    steps: list[Step] = []
    for draft in drafts:
        findings += _check_heading(draft, steps)
        step, found = _read_step(draft)
        steps.append(step)
        findings += found
    return Troubleshooter("\n".join(introduction).strip(), tuple(steps)), findings


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that is most like another, whatever its capitals; empty where none is near."""
    spelt = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(spelt), n=1, cutoff=cutoff)
    return spelt[near[0]] if near else ""


@dataclass
class _StepDraft:
    """A heading with the lines below it."""

    line: MarkdownLine
    heading: str
    title: str
    id: str
    lines: list[MarkdownLine] = field(default_factory=list)


def _cut(body: str, first_line: int) -> tuple[list[str], list[_StepDraft], list[StepFinding]]:
    introduction: list[str] = []
    drafts: list[_StepDraft] = []
    findings: list[StepFinding] = []
    headings = {block.start: block for block in blocks_of(body) if block.level == 2 and not block.depth}
    for index, line in enumerate(lines_of(body, first_line)):
        heading = headings.get(index)
        if heading and heading.kind is BlockKind.HEADING:
            drafts.append(_draft(line, heading.text))
            continue
        if heading:
            message = "A step begins with ##. Write the line above as `## …`, or leave an empty line between."
            findings.append(StepFinding(first_line + heading.end - 1, 1, "bad-value", message))
        if drafts:
            drafts[-1].lines.append(line)
        else:
            introduction.append(line.text)
    if not drafts:
        message = "There is no step. Begin each with its question as a heading: `## Does the page open?`."
        findings.append(StepFinding(first_line, 1, "dead-end", message))
    return introduction, drafts, findings


def _draft(line: MarkdownLine, heading: str) -> _StepDraft:
    explicit = _EXPLICIT_ID.search(heading)
    heading = heading[: explicit.start()].rstrip() if explicit else heading
    # Each step is a page, and addresses of pages are written in ASCII.
    anchor = heading_anchor(heading)
    name = explicit["id"] if explicit else anchor if anchor.isascii() else slugify(heading_words(heading))
    return _StepDraft(line, heading, plain_text(heading), name)


def _check_heading(draft: _StepDraft, before: Sequence[Step]) -> Iterator[StepFinding]:
    """Complain of a heading that cannot become a page of its own."""
    code, message = "bad-value", ""
    earlier = next((step for step in before if step.id == draft.id), None)
    if not draft.title:
        message = "The heading of this step says nothing. Write its question."
    elif draft.id in RESERVED:
        message = f"The id '{draft.id}' is taken by another page of the troubleshooter. Add one: {{#other}}."
    elif not _SLUG.fullmatch(draft.id) or len(draft.id) > 100:
        example = "Add one of lower-case letters, digits and hyphens at its end: {#other-browser}."
        message = f"The id '{draft.id}' of this step cannot become an address. {example}"
    elif earlier:
        code = "duplicate-id"
        message = f"The id '{draft.id}' is taken by the step in line {earlier.line}. Add another: {{#other}}."
    if message:
        yield StepFinding(draft.line.number, 1, code, message)


def _read_step(draft: _StepDraft) -> tuple[Step, list[StepFinding]]:
    step = Step(draft.id, draft.title, draft.heading, "", (), None, (), draft.line.number)
    step, rest, findings = _read_settings(step, draft.lines)
    answers, kept, found = _read_answers(step, rest)
    body = "\n".join(line.text for line in kept).strip("\n")
    return replace(step, body=body, answers=answers), findings + found


def _read_settings(
    step: Step, lines: Sequence[MarkdownLine]
) -> tuple[Step, Sequence[MarkdownLine], list[StepFinding]]:
    """Read the lines `Key: value` directly below a heading; the first other line is text."""
    findings: list[StepFinding] = []
    keys: set[str] = set()
    for index, line in enumerate(lines):
        if not line.text.strip():
            continue
        setting = None if line.is_fenced else _SETTING.fullmatch(line.text)
        key = nearest(setting["key"], ("Outcome", "Component"), cutoff=0.8) if setting else ""
        if setting is None or not key:
            return step, lines[index:], findings
        if setting["key"].lower() != key.lower():
            message = f"Unknown line '{setting['key']}:'. Did you mean '{key}:'?"
            findings.append(StepFinding(line.number, 1, "unknown-key", message))
        elif key in keys:
            message = f"'{key}:' stands here twice. Keep one of them."
            findings.append(StepFinding(line.number, 1, "duplicate-key", message))
        keys.add(key)
        step, found = _set(step, key, setting["value"].rstrip(), (line.number, setting.start("value") + 1))
        findings += found
    return step, (), findings


def _set(step: Step, key: str, value: str, place: tuple[int, int]) -> tuple[Step, list[StepFinding]]:
    if key == "Component":
        names = re.finditer(r"[^\s,][^,]*", value)
        mentions = tuple(Mention(name[0].strip(), place[0], place[1] + name.start()) for name in names)
        message = "Name a component of status/status.yml here: `Component: downloads`."
        return replace(step, mentions=mentions), [] if mentions else [
            StepFinding(*place, "bad-value", message)
        ]
    if value in tuple(Outcome):
        return replace(step, outcome=Outcome(value)), []
    near = nearest(value, Outcome)
    hint = f" Did you mean '{near}'?" if near else ""
    message = f"Expected one of: {', '.join(Outcome)}.{hint}"
    # What follows from a wrong outcome would only repeat that it is wrong.
    return replace(step, outcome=Outcome(near or Outcome.TICKET)), [StepFinding(*place, "bad-value", message)]


@dataclass
class _Item:
    """One entry of a list, with the lines it is written on."""

    lines: list[MarkdownLine]
    column: int
    text: str


def _lists(lines: Sequence[MarkdownLine]) -> Iterator[list[_Item]]:
    """Return the lists at the top level of a step, each as its entries."""
    items: list[_Item] = []
    was_empty = False
    for line in lines:
        found = None if line.is_fenced else _ITEM.fullmatch(line.text)
        if found:
            items.append(_Item([line], found.end("bullet") + 1, found["text"].strip()))
        elif line.text.strip() and items:
            is_continued = line.text.startswith("  ") if was_empty else not line.is_fenced
            if is_continued:
                items[-1].lines.append(line)
                items[-1].text += f" {line.text.strip()}"
            else:
                yield items
                items = []
        was_empty = not line.text.strip()
    if items:
        yield items


def _read_answers(
    step: Step, lines: Sequence[MarkdownLine]
) -> tuple[tuple[Answer, ...], list[MarkdownLine], list[StepFinding]]:
    """Take the last list whose every entry is one link for the answers; return them and the other lines."""
    lists = list(_lists(lines))
    for items in reversed(lists):
        links = [_LINK.fullmatch(item.text) for item in items]
        answers = tuple(_answer(item, link) for item, link in zip(items, links, strict=True) if link)
        # Below an outcome, a list that only leads to articles is something to read on.
        if len(answers) == len(items) and (step.is_question or any(answer.step for answer in answers)):
            taken = {line.number for item in items for line in item.lines}
            kept = [line for line in lines if line.number not in taken]
            return answers, kept, list(_check_answers(step, answers))
    return _almost_answers(lines, lists)


def _answer(item: _Item, link: re.Match[str]) -> Answer:
    line = item.lines[0].number
    return Answer(plain_text(link["label"]), link["label"], link["target"], line, item.column)


def _check_answers(step: Step, answers: Sequence[Answer]) -> Iterator[StepFinding]:
    if step.outcome:
        message = f"This step ends here (`Outcome: {step.outcome}`), so it has no answers. Take one of the two away."
        yield StepFinding(answers[0].line, answers[0].column, "bad-value", message)
    for index, answer in enumerate(answers):
        if answer.text.casefold() in [earlier.text.casefold() for earlier in answers[:index]]:
            message = f"The answer '{answer.text}' stands here twice. Word one of them differently."
            yield StepFinding(answer.line, answer.column, "duplicate-key", message)


def _almost_answers(
    lines: Sequence[MarkdownLine], lists: Sequence[Sequence[_Item]]
) -> tuple[tuple[Answer, ...], list[MarkdownLine], list[StepFinding]]:
    """Find the list with links to steps that other words keep from being answers, and complain of these."""
    message = "An answer is exactly one link, such as `- [Yes](#next-step)`. Move the other words into it."
    for items in reversed(lists):
        links = [_LINK.search(item.text) for item in items]
        if any(link and link["target"].startswith("#") for link in links):
            answers = tuple(_answer(item, link) for item, link in zip(items, links, strict=True) if link)
            beside = [item for item in items if not _LINK.fullmatch(item.text)]
            found = [StepFinding(item.lines[0].number, item.column, "bad-value", message) for item in beside]
            # What is meant counts, so that the steps behind it are not complained of too.
            return answers if found else (), list(lines), found
    return (), list(lines), []


def searched_text(article: Article) -> str:
    """Return the Markdown of a troubleshooter as search reads it: its questions are the headings."""
    tree = read_troubleshooter(article)
    parts = [tree.introduction]
    for step in tree.steps:
        parts += [f"## {step.heading}", step.body, *(answer.label for answer in step.answers)]
    return "\n\n".join(parts)
