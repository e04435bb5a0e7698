"""A rule for writers, its input and its findings."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from waypost.base.markdown.page_parts import PageParts
from waypost.formats.article import Article, Schedule
from waypost.formats.lint import LintConfig
from waypost.formats.project import Project
from waypost.formats.status import Incident, Maintenance, Update
from waypost.problems import Level
from waypost.search.rules.evaluation import Answerer
from waypost.search.rules.ranking import Ranking

DataPath = tuple[Hashable, ...]

OLD = timedelta(days=30)
"""After this time nobody can put right any more that an update came too late, or not in order."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True)
class FindingPlace:
    """Where in a file: at a line, at a key of its front matter, or at one of its updates."""

    line: int = 0
    """From 1; 0 where a key or an update says it."""
    column: int = 1
    key: DataPath = ()
    """Path of a value in the front matter, such as ("also_asked_as", 1)."""
    update: int | None = None
    """Index of an update of an incident or a maintenance."""
    is_hidden: bool = False
    """Whether the line itself must not be shown, because it holds a secret or the like."""


def at_line(line: int, column: int = 1) -> FindingPlace:
    """Return a place by its line and column, from 1."""
    return FindingPlace(line, column)


def at_key(*key: Hashable) -> FindingPlace:
    """Return the place of a value in the front matter."""
    return FindingPlace(key=key)


def at_update(index: int) -> FindingPlace:
    """Return the place of the heading of an update."""
    return FindingPlace(update=index)


@dataclass(frozen=True)
class Finding:
    """Something that a rule found; its code and level come from the rule and from lint.yml."""

    path: str
    """The file, from the root of the site."""
    place: FindingPlace
    message: str
    """What is wrong, and what to do about it."""


@dataclass(frozen=True)
class LintSite:
    """The input of the rules."""

    project: Project
    config: LintConfig
    parts: Mapping[str, PageParts]
    """The text of each page, by its path from content/."""
    files: frozenset[str]
    """All files in content/, by their path from there."""
    now: datetime
    status_texts: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """The first line and the text of each incident and maintenance as written, by its path from the root."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """The present path of each page that was moved just now, by its former one; empty for one that was deleted."""
    placeholders: frozenset[str] = frozenset()
    """The sentences that skeletons of articles hold in place of their writer's own."""
    alike: Callable[[str], Sequence[tuple[str, float]]] = field(default=lambda path: ())
    """Gives the articles whose words are most like those of one, from 1 (the same) down to 0."""
    answer: Answerer = field(default=lambda question: Ranking((), ()))
    """Answers a question as the search of the site does; asking the first one costs the index."""

    @property
    def pages(self) -> Mapping[str, Article]:
        """The pages of the help center by their path from content/."""
        return self.project.help_center.pages

    @cached_property
    def hidden_addresses(self) -> Mapping[str, str]:
        """The articles that are not published, by their address and by their path."""
        drafts = self.project.help_center.drafts
        return {name: path for path, page in drafts.items() for name in (path, page.url)}

    def schedule(self, path: str) -> Schedule:
        """Return when an article comes and goes by itself."""
        return self.project.help_center.schedules.get(path, Schedule())

    def incidents(self) -> Iterator[tuple[str, Incident]]:
        """Give every incident that a person wrote, with its file."""
        for incident in self.project.status.incidents:
            if not incident.automatic:
                yield f"status/incidents/{incident.id}.md", incident

    def recent_incidents(self) -> Iterator[tuple[str, Incident]]:
        """Give the incidents that are open, or were resolved not long ago; none that was opened by mistake."""
        for path, incident in self.incidents():
            if incident.is_withdrawn:
                continue
            if incident.resolved_at is None or self.now - incident.resolved_at <= OLD:
                yield path, incident

    def published(self, incident: Incident) -> list[Update]:
        """Return the updates that customers can read; one with a time to come is not published yet."""
        return [update for update in incident.updates if update.at <= self.now]

    def maintenances(self) -> Iterator[tuple[str, Maintenance]]:
        """Give every maintenance, with its file; of work that repeats, every window."""
        for maintenance in self.project.status.maintenances:
            yield f"status/maintenance/{maintenance.file_name}.md", maintenance

    def recent_maintenances(self) -> Iterator[tuple[str, Maintenance]]:
        """Give the maintenance that is to come, or ended not long ago."""
        for path, maintenance in self.maintenances():
            if self.now - end_of(maintenance) <= OLD:
                yield path, maintenance


@dataclass(frozen=True)
class Rule:
    """One rule for writers."""

    code: str
    check: Callable[[LintSite], Iterator[Finding]]
    level: Level = Level.WARNING
    """The level where lint.yml sets none."""


def end_of(maintenance: Maintenance) -> datetime:
    """Return when the work ended, or ends at the latest."""
    return maintenance.ended_at or maintenance.scheduled_until


def in_words(span: timedelta) -> str:
    """Say how long something is, in its two largest units: '2 hours 10 minutes'."""
    rest, parts = int(abs(span).total_seconds()), []
    for seconds, unit in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "less than a minute"


def listed(names: list[str]) -> str:
    """Join names as a sentence does: 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
