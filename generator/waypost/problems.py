"""Problems: what is wrong with something a person wrote, where it is, and what to do about it.

A problem is a value. Readers of files collect all of them and go on; only the command line prints them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

CODES: dict[str, str] = {
    "active-html": "An article holds a script, a form or other HTML that does more than show something.",
    "bad-date": "A date or time cannot be read, or a time lacks its offset from UTC.",
    "bad-value": "A value is of the right type but not one that can be used here.",
    "broken-anchor": "A link leads to a section that its page does not have.",
    "broken-link": "A link or a picture leads to a file that is not there.",
    "expired": "Links lead to an article that is no longer published.",
    "broken-markup": "The host that renders Markdown reported something, for example a broken link.",
    "comment": "A text in front matter is cut off by a #, which begins a comment.",
    "control-character": "A file holds a NUL byte or another character that no page or feed may carry.",
    "csv-syntax": "A line of a CSV file has more or fewer cells than the first one, or a quote is not closed.",
    "dead-end": "A troubleshooter leaves people with no way on, or with no way to a ticket.",
    "duplicate-alias": "Two articles claim to answer the same question.",
    "duplicate-id": "Two things claim the same id.",
    "duplicate-key": "A key stands twice in one mapping, so one of the values would be lost.",
    "duplicate-question": "The same question stands in two faq articles.",
    "duplicate-title": "Two articles have the same title.",
    "environment": "An environment variable that a file names is not set.",
    "file-too-large": "A file is larger than Waypost reads.",
    "front-matter": "A Markdown file has no front matter, or it is not closed.",
    "git-history": "Git does not tell the dates of articles, or not of all.",
    "leftover": "A mark of Markdown or of another program shows as text, or an element shows nothing.",
    "moved": "A page was moved or deleted, and nothing leads on from its former address.",
    "unedited": "An article still holds sentences of its skeleton.",
    "split-list": "Steps are shown as lists of their own, each counted from 1.",
    "heading-order": "A heading skips a level, or a page has two titles.",
    "import": "What was imported holds something that has no counterpart here, so a person has to look at it.",
    "incident-cadence": "An open incident was silent for longer than its impact allows.",
    "incident-first-update": "The first update of an incident does not say what customers see.",
    "incident-next-update": "An update does not say when the next one comes, or a promised one did not come.",
    "incident-order": "The updates of an incident or a maintenance are in an order that cannot have happened.",
    "incident-postmortem": "A postmortem is due, or leaves out what readers ask for.",
    "incident-resolution": "A resolution does not say how long it lasted, why it happened or what to do now.",
    "incident-steps": "An incident goes back without a word, or a critical one is closed unwatched.",
    "incident-title": "The title of an incident does not say what fails.",
    "incident-workaround": "An incident tells a way round and names no article that shows it.",
    "leak": "An incident or a maintenance publishes a secret, or something of the inside.",
    "maintenance-notice": "Customers are told too late of planned work.",
    "maintenance-over": "An update says that work goes on after its window.",
    "maintenance-overlap": "Two maintenances work on one component at the same time.",
    "missing-alt": "A picture says nothing to people who cannot see it.",
    "missing-file": "A file or folder that must be there is not.",
    "missing-key": "A required key is not there.",
    "missing-summary": "An article has no summary for lists and searches.",
    "near-duplicate": "Two articles say nearly the same.",
    "not-utf8": "A file is not text in UTF-8.",
    "review-due": "Nobody has checked an article for longer than the policy allows.",
    "scenario": "A scenario of a troubleshooter does not end where it says.",
    "search-success": "The search answers too few of the questions in content/queries.yml.",
    "step-cycle": "The answers of a troubleshooter lead round in a circle.",
    "symlink": "A symbolic link leads out of the site or in a circle.",
    "template-syntax": "A text holds template code, which is never run and would show on the page.",
    "too-complex": "A file nests or repeats so much that it cannot be meant, or a troubleshooter asks too much.",
    "unknown-article": "An article is named that is not in content/.",
    "unknown-component": "A component is named that status/status.yml does not define.",
    "unknown-key": "A key is not part of the format; usually it is misspelt.",
    "unknown-step": "An answer leads to a step that its troubleshooter does not have.",
    "unreachable-step": "No answer leads to a step of a troubleshooter.",
    "unreadable": "The system refused to read a file.",
    "update-heading": "A heading in an incident or maintenance file is not `## status · time`.",
    "weak-structure": "An article lacks what its kind promises, such as the steps of a tutorial.",
    "wrong-type": "A value is of another type than the format asks for.",
    "yaml-syntax": "The file is not valid YAML.",
}
"""Every code a problem can have, with what it means; docs/reference/problems.md is made from it."""


class Level(StrEnum):
    """How much a problem matters: an error stops the command, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; line and column count from 1, and 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Give the form that editors and terminals turn into a link."""
        return f"{self.path}:{self.line or 1}:{self.column or 1}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, at its place, in words that say what to do."""

    location: Location
    code: str
    message: str
    level: Level = Level.ERROR
    source_line: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not a registered problem code")

    def format(self) -> str:
        """Return `file:line:column: level code: message`, then the offending line with a mark under it."""
        head = f"{self.location}: {self.level} {self.code}: {self.message}"
        if not self.source_line.strip():
            return head
        shown = "".join(ch if ch.isprintable() or ch == "\t" else "�" for ch in self.source_line)[:160]
        column = max(self.location.column, 1)
        pad = "".join("\t" if ch == "\t" else " " for ch in shown[: column - 1])
        return f"{head}\n    {shown}\n    {pad}^"


class ProblemsFound(Exception):  # it is a verdict on input, not a fault of the program
    """Raised by a use case that cannot go on; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(problem.format() for problem in self.problems))


class Refused(Exception):  # it is a verdict on what was asked for, not a fault of the program
    """What was asked for cannot be done; the message says why and what to do, in a sentence."""


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that must stop a command."""
    return [problem for problem in problems if problem.level is Level.ERROR]


def summary(problems: Sequence[Problem]) -> str:
    """Count problems in words: '2 errors, 1 warning'."""
    counts = [(level, sum(problem.level is level for problem in problems)) for level in Level]
    return ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts if count)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known word, or an empty string where none is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
