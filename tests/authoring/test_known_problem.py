from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.helpers.status_world import with_states

from helpers.cases import Case, golden
from waypost.authoring.rules.incident_texts import article_name, as_article, fitting_category, known_problem
from waypost.formats.article import Article, ArticleFrontMatter, CategoryFrontMatter, PageKind
from waypost.formats.project import HelpCenter
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


def incident(
    updates: list[tuple[str, str]], name: str = "2026-11-20-zip", components: tuple[str, ...] = ("zip",)
) -> Incident:
    said = tuple(
        Update(f"u{hour}", UpdateStatus(status), TEN + timedelta(hours=hour), text)
        for hour, (status, text) in enumerate(updates)
    )
    hit = dict.fromkeys(components, ComponentStatus.PARTIAL_OUTAGE)
    return Incident(
        name, "Zip downloads fail", Impact.MINOR, hit, TEN - timedelta(minutes=30), with_states(said, hit)
    )


@golden("known_problem/*.yml")
def test_an_article_is_made_of_what_the_updates_tell(case: Case) -> None:
    found = known_problem(incident(case["updates"]), "Europe/Berlin")
    for part in ("summary", "symptoms", "workaround", "cause", "since", "until"):
        if part in case:
            assert getattr(found, part) == case[part], part


def test_a_summary_never_breaks_the_line_it_stands_on() -> None:
    assert known_problem(incident([("investigating", "x" * 160)]), "UTC").summary == "x" * 160
    assert known_problem(incident([("investigating", "x" * 161)]), "UTC").summary == ""
    assert known_problem(incident([("investigating", "# One\ntwo.\n\nThree.")]), "UTC").summary == "One two."


def test_many_brackets_are_read_in_no_time() -> None:
    assert as_article("<" * 10_000 + "`" * 9_999).startswith("<<")
    assert as_article("<b" * 5_000).count("&lt;b") == 5_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-11-20-zip-fails", "known-zip-fails.md"),
        ("zip-fails", "known-zip-fails.md"),
        ("2026-11-20-2026-11-21-x", "known-2026-11-21-x.md"),
    ],
)
def test_the_day_is_no_part_of_the_article_s_name(name: str, expected: str) -> None:
    assert article_name(incident([("investigating", "x")], name)) == expected


def help_center(articles: dict[str, tuple[str, ...]], categories: dict[str, int]) -> HelpCenter:
    pages = {
        f"{name}/index.md": Article(
            f"{name}/index.md",
            PageKind.CATEGORY,
            name,
            CategoryFrontMatter(title=name, kind=PageKind.CATEGORY, position=position),
            "",
            1,
        )
        for name, position in categories.items()
    }
    for path, components in articles.items():
        front = ArticleFrontMatter(title=path, components=components)
        pages[path] = Article(path, "page", path.partition("/")[0], front, "", 1)
    return HelpCenter(pages)


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        ({}, "first"),
        ({"second/a.md": ("zip",)}, "second"),
        ({"second/a.md": ("zip",), "first/a.md": ("mail", "zip")}, "first"),
        ({"second/a.md": ("zip",), "second/b.md": ("zip",), "first/a.md": ("zip",)}, "second"),
        ({"second/a.md": ("web",), "gone/a.md": ("zip",), "gone/b.md": ("zip",)}, "first"),
    ],
)
def test_the_category_is_the_one_that_speaks_most_of_what_was_hit(
    articles: dict[str, tuple[str, ...]], expected: str
) -> None:
    center = help_center(articles, {"second": 2, "first": 1})
    assert fitting_category(incident([("investigating", "x")]), center) == expected


def test_without_categories_there_is_none() -> None:
    assert fitting_category(incident([("investigating", "x")]), HelpCenter()) == ""
