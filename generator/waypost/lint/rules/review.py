"""Which articles somebody should look at again, and why: age, incidents since, and readers who said No."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from waypost.formats.article import Article, ArticleFrontMatter, components_of
from waypost.formats.project import Project
from waypost.formats.status import Incident
from waypost.formats.support import VoteReason
from waypost.help.kinds.kind import Structure
from waypost.reading.rules.redirects import former_addresses
from waypost.reading.rules.troubleshooter_graph import step_addresses

INCIDENT_POINTS = 10
"""An incident since the last review weighs as much as ten days of delay, or ten readers who said No."""


@dataclass(frozen=True)
class Vote:
    """One answer to "Was this helpful?"."""

    page: str
    """Address of the article from the root of the help center: `downloads/zip-stops/`."""
    is_helpful: bool
    reason: VoteReason | None = None
    at: datetime | None = None
    """When it arrived; None where the endpoint did not note it."""


@dataclass(frozen=True)
class VoteCounts:
    """What readers answered about an article since its last review."""

    total: int = 0
    no: int = 0
    reasons: Mapping[VoteReason, int] = field(default_factory=dict)
    """Why not, with the most frequent first; many say no reason."""

    @property
    def share(self) -> float:
        """How many of all say No, from 0 to 1."""
        return self.no / self.total if self.total else 0.0


@dataclass(frozen=True)
class DueArticle:
    """An article that is due for a review, with the reasons."""

    path: str
    """From content/."""
    title: str
    owner: str
    """The team that keeps it true; empty where none is named."""
    reviewed: date | None
    due: date | None
    """The day until which its review holds; None where it was never reviewed, or needs no review."""
    needs_review: bool
    """Whether its age alone makes it due: never reviewed, too long ago, or soon."""
    days_late: int
    """Days since `due`; below 0 while that is still to come, and 0 where there is no such day."""
    incidents: tuple[Incident, ...]
    """Those of its components since the review, newest first."""
    votes: VoteCounts

    @property
    def is_new(self) -> bool:
        """Whether nobody ever reviewed it, though somebody should."""
        return self.needs_review and self.reviewed is None

    @property
    def points(self) -> int:
        """How urgent it is: a point for each day late and for each No, and INCIDENT_POINTS for an incident."""
        return max(0, self.days_late) + self.votes.no + INCIDENT_POINTS * len(self.incidents)


@dataclass(frozen=True)
class ReviewPolicy:
    """When an article is due."""

    reviewed_within: timedelta
    """How long a review holds."""
    within: timedelta = timedelta(0)
    """How far ahead to look."""
    is_excepted: Callable[[str], bool] = field(default=lambda path: False)
    """Whether lint.yml says that a file, by its path from the root of the site, needs no review."""


@dataclass(frozen=True)
class OwnerGroup:
    """What one team should look at, the most urgent first."""

    owner: str
    """Empty for the articles that nobody owns."""
    articles: tuple[DueArticle, ...]


def plan_review(
    project: Project, votes: Iterable[Vote], policy: ReviewPolicy, now: datetime
) -> tuple[OwnerGroup, ...]:
    """Return every article that is due, by owner; articles without an owner come last.

    In a group, those never reviewed come first, then the most points; days are those of the status page's zone.
    """
    zone = ZoneInfo(project.status.config.page.time_zone)
    begun = [item for item in project.status.incidents if item.started <= now]
    incidents = sorted(begun, key=lambda item: item.started, reverse=True)
    counts = _votes(project.help_center.articles, votes, zone)
    found = [
        _examine(article, incidents, counts.get(article.path, VoteCounts()), policy, now.astimezone(zone))
        for article in project.help_center.articles
    ]
    due = sorted((it for it in found if it.needs_review or it.incidents or it.votes.no), key=_urgency)
    return tuple(
        OwnerGroup(owner, tuple(items)) for owner, items in groupby(due, key=lambda item: item.owner)
    )


def _urgency(item: DueArticle) -> tuple[bool, str, bool, int, date, str]:
    return not item.owner, item.owner, not item.is_new, -item.points, item.due or date.max, item.path


def _examine(
    article: Article, incidents: Sequence[Incident], votes: VoteCounts, policy: ReviewPolicy, now: datetime
) -> DueArticle:
    """Gather the reasons for a review of an article; `now` is in the zone of the status page."""
    front = article.front
    reviewed = _reviewed(article)
    is_excepted = policy.is_excepted(f"content/{article.path}")
    due = None if is_excepted or reviewed is None else reviewed + policy.reviewed_within
    names = components_of(front)
    return DueArticle(
        path=article.path,
        title=article.title,
        owner=(front.owner or "") if isinstance(front, ArticleFrontMatter) else "",
        reviewed=reviewed,
        due=due,
        needs_review=not is_excepted and (due is None or due <= now.date() + policy.within),
        days_late=(now.date() - due).days if due else 0,
        incidents=tuple(
            item
            for item in incidents
            if not item.components.keys().isdisjoint(names)
            and (reviewed is None or item.started.astimezone(now.tzinfo).date() > reviewed)
        ),
        votes=votes,
    )


def _reviewed(article: Article) -> date | None:
    return article.front.reviewed if isinstance(article.front, ArticleFrontMatter) else None


def _votes(articles: Sequence[Article], votes: Iterable[Vote], zone: ZoneInfo) -> dict[str, VoteCounts]:
    """Count the votes since each article's review, by its path; one without a time counts as since then."""
    by_address = {address: article for article in articles for address in _addresses(article)}
    total: Counter[str] = Counter()
    refused: dict[str, Counter[VoteReason | None]] = {}
    for vote in votes:
        article = by_address.get(vote.page)
        if article is None:
            continue
        reviewed = _reviewed(article)
        if reviewed and vote.at and vote.at.astimezone(zone).date() <= reviewed:
            continue
        total[article.path] += 1
        if not vote.is_helpful:
            refused.setdefault(article.path, Counter())[vote.reason] += 1
    return {path: _counted(number, refused.get(path, Counter())) for path, number in total.items()}


def _counted(total: int, refused: Counter[VoteReason | None]) -> VoteCounts:
    order = sorted(VoteReason, key=lambda reason: -refused[reason])
    return VoteCounts(
        total, refused.total(), {reason: refused[reason] for reason in order if refused[reason]}
    )


def _addresses(article: Article) -> tuple[str, ...]:
    """Return where an article is and was, and the steps of a troubleshooter, which ask for themselves."""
    steps = step_addresses(article) if article.structure is Structure.TREE else ()
    return (*former_addresses(article), *steps, article.url)
