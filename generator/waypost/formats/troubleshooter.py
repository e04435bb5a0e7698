"""A troubleshooter: questions with answers that lead to other questions, to articles, and to an end.

Writers make one of a Markdown file; docs/troubleshooters.md describes the format.
"""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, Line


class Outcome(StrEnum):
    """How a step ends a troubleshooter."""

    FIXED = "fixed"
    TICKET = "ticket"


@dataclasses.dataclass(frozen=True)
class Answer:
    """One way on from a step."""

    text: str
    """What it says, without marks."""
    label: str
    """The same as it was written, in Markdown."""
    target: str
    """Where it leads, as it was written: `#step`, or a path relative to the file."""
    line: int
    """The line of the file, from 1."""
    column: int

    @property
    def step(self) -> str:
        """The id of the step it leads to; empty where it leaves to an article."""
        return self.target[1:] if self.target.startswith("#") else ""


@dataclasses.dataclass(frozen=True)
class Mention:
    """The id of a component, with its place in the file."""

    name: str
    line: int
    column: int


@dataclasses.dataclass(frozen=True)
class Step:
    """One question, or one end."""

    id: str
    """Its address below that of the troubleshooter, and its anchor in the file."""
    title: str
    """Its heading without marks: the question."""
    heading: str
    """The same as it was written, in Markdown, without its id."""
    body: str
    """Its text in Markdown, without its answers and the lines that describe it."""
    answers: tuple[Answer, ...]
    outcome: Outcome | None
    mentions: tuple[Mention, ...]
    """The components that this step depends on."""
    line: int
    """The line of the file on which its heading stands, from 1."""

    @property
    def components(self) -> tuple[str, ...]:
        """Ids of the components that this step depends on."""
        return tuple(mention.name for mention in self.mentions)

    @property
    def is_question(self) -> bool:
        """Whether it goes on from here."""
        return self.outcome is None


@dataclasses.dataclass(frozen=True)
class Troubleshooter:
    """The steps of one file, in the order they were written; the first is the start."""

    introduction: str
    """The Markdown above the first step."""
    steps: tuple[Step, ...]

    @property
    def start(self) -> Step:
        """The first question; raises IndexError where there is none, which is a problem of the file."""
        return self.steps[0]

    def step(self, name: str) -> Step | None:
        """Return a step by its id."""
        return next((step for step in self.steps if step.id == name), None)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Scenario:
    """Answers that somebody gives one after the other, and where these must lead."""

    name: Line
    """Who this is about, or what happened to them."""
    answers: Annotated[tuple[Line, ...], Field(min_length=1)]
    """The answers as the troubleshooter words them, from the first question on."""
    ends_at: Annotated[str, Field(min_length=1, max_length=200)]
    """The id of the step that must be reached, or the path of an article from content/."""
    outcome: Outcome | None = None
    """fixed or ticket; leave it out where the answers end at a question or at an article."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ScenarioFile:
    """What `waypost lint` and `waypost build` try out with the troubleshooter beside this file."""

    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]
    """The scenarios; each is tried by itself."""
