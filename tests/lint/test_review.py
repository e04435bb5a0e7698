from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.helpers.status_world import with_states

from helpers.cases import Case, golden
from waypost.formats.article import Article, front_matter_of
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.formats.status_site import StatusSite
from waypost.formats.support import VoteReason
from waypost.lint.rules.review import DueArticle, ReviewPolicy, Vote, VoteCounts, plan_review

NOW = "2026-11-20T12:00:00+00:00"


def article(path: str, keys: dict[str, Any]) -> Article:
    keys = dict(keys)
    kind, body = keys.pop("kind", "page"), keys.pop("body", "")
    written = {"title": f"T {path}", "kind": kind, **keys}
    front = TypeAdapter(front_matter_of(kind)).validate_python(written)
    return Article(path, kind, path.partition("/")[0], front, body, 3)


def incident(name: str, keys: dict[str, Any]) -> Incident:
    started = datetime.fromisoformat(keys["started"])
    components = dict.fromkeys(keys["components"], ComponentStatus.PARTIAL_OUTAGE)
    update = Update("u", UpdateStatus.INVESTIGATING, started, "It fails.")
    return Incident(name, f"T {name}", Impact.MINOR, components, started, with_states([update], components))


def vote(text: str) -> Vote:
    page, answer, reason, at = [*text.split(), None, None][:4]
    return Vote(
        str(page),
        answer == "yes",
        VoteReason(reason) if reason not in (None, "-") else None,
        datetime.fromisoformat(at) if at else None,
    )


def project(case: Case) -> Project:
    pages = {path: article(path, keys) for path, keys in case["articles"].items()}
    incidents = tuple(incident(name, keys) for name, keys in case.get("incidents", {}).items())
    page = PageConfig(name="S", url="https://example.org/status/", time_zone="Europe/Berlin")
    config = StatusConfig(page=page, components=(Component(id="web", name="Web"),))
    return Project(HelpCenter(pages), StatusSite(config, incidents))


def policy(keys: dict[str, Any]) -> ReviewPolicy:
    patterns = keys.get("excepted", ())
    return ReviewPolicy(
        timedelta(days=keys.get("reviewed_within", 365)),
        timedelta(days=keys.get("within", 0)),
        lambda path: any(fnmatch(path, pattern) for pattern in patterns),
    )


def shown(owner: str, item: DueArticle) -> str:
    def parts() -> Iterator[str]:
        yield "new" if item.is_new else f"late {item.days_late}"
        if item.incidents:
            yield "incidents " + " ".join(each.id for each in item.incidents)
        if item.votes.no:
            reasons = [f"{reason} {number}" for reason, number in item.votes.reasons.items()]
            yield " ".join([f"no {item.votes.no}/{item.votes.total}", *reasons])
        yield f"points {item.points}"

    return f"{owner or '-'} {item.path} {', '.join(parts())}"


@golden("review/*.yml")
def test_what_is_due_is_listed_by_team_with_the_most_urgent_first(case: Case) -> None:
    groups = plan_review(
        project(case),
        map(vote, case.get("votes", ())),
        policy(case.get("policy", {})),
        datetime.fromisoformat(NOW),
    )
    found = [shown(group.owner, item) for group in groups for item in group.articles]
    assert found == case["expect"], case.get("why", "")


def test_the_share_of_no_is_told_without_votes_too() -> None:
    assert VoteCounts().share == 0
    assert VoteCounts(8, 2).share == 0.25


def test_today_is_that_of_the_status_page() -> None:
    # 23:30 UTC on 30 November is December in Berlin.
    site = project({"articles": {"a/zip.md": {"reviewed": date(2026, 11, 1)}}})
    late = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    [group] = plan_review(site, (), ReviewPolicy(timedelta(days=30)), late)
    assert (group.articles[0].due, group.articles[0].days_late) == (date(2026, 12, 1), 0)
    assert plan_review(site, (), ReviewPolicy(timedelta(days=30)), late - timedelta(hours=1)) == ()


days = st.dates(date(2026, 1, 1), date(2026, 11, 20)) | st.none()
owners = st.sampled_from(["support", "billing", None])


@given(
    st.lists(st.tuples(days, owners), max_size=8),
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=20),
)
def test_every_article_that_is_due_is_listed_once_and_groups_are_whole(
    wanted: list[tuple[date | None, str | None]], votes_of: list[tuple[int, bool]]
) -> None:
    fronts = {f"a/{number}.md": {"reviewed": day, "owner": team} for number, (day, team) in enumerate(wanted)}
    votes = [Vote(f"a/{number}/", is_helpful) for number, is_helpful in votes_of]
    within = ReviewPolicy(timedelta(days=30))
    groups = plan_review(project({"articles": fronts}), votes, within, datetime.fromisoformat(NOW))
    names = [group.owner for group in groups]
    assert names == sorted(set(names), key=lambda name: (not name, name))
    listed = [item.path for group in groups for item in group.articles]
    disliked = {f"a/{number}.md" for number, is_helpful in votes_of if not is_helpful}
    due = {
        path
        for path, front in fronts.items()
        if path in disliked or front["reviewed"] is None or front["reviewed"] <= date(2026, 10, 21)  # type: ignore[operator]
    }
    assert sorted(listed) == sorted(due)
    for group in groups:
        ranks = [(not item.is_new, -item.points) for item in group.articles]
        assert ranks == sorted(ranks)
        assert all(item.owner == group.owner for item in group.articles)
