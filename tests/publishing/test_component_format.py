from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from helpers.hostile_status import TEXTS
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.files.languages import load_words
from waypost.base.markdown.html import render_markdown
from waypost.formats.status_config import PageConfig, Policy
from waypost.publishing.pages.filters import badge_html, badge_markdown, banner_html, budget_sentences
from waypost.status.rules.snapshot import ComponentSnapshot

PAGE = PageConfig(name="Lumen status", url="https://help.lumen.example/status/")
ALL = ["10-20 00:00-11-21 00:00 http-1"]

BUDGETS: Mapping[str, tuple[list[str], list[str], list[str]]] = {
    # Changes, what was watched, and what is said of the last thirty days.
    "nothing_spent": (
        ["10-20 00:00 http-1 operational"],
        ALL,
        ["That leaves room for this much downtime: 42 minutes.", "None of it was used."],
    ),
    "a_part_of_it": (
        ["10-20 00:00 http-1 operational", "10:00 http-1 major_outage", "10:12 http-1 operational"],
        ALL,
        ["42 minutes.", "Used: 12 minutes. Left: 30 minutes."],
    ),
    "a_partial_outage_weighs_less": (
        ["10-20 00:00 http-1 operational", "10:00 http-1 partial_outage", "10:40 http-1 operational"],
        ALL,
        ["42 minutes.", "Used: 12 minutes. Left: 30 minutes."],
    ),
    "some_seconds": (
        ["10-20 00:00 http-1 operational", "10:00 http-1 major_outage", "10:00:20 http-1 operational"],
        ALL,
        ["42 minutes.", "Used: less than a minute. Left: 42 minutes."],
    ),
    "more_than_there_was": (
        ["10-20 00:00 http-1 operational", "08:00 http-1 major_outage", "10:00 http-1 operational"],
        ALL,
        ["42 minutes.", "Used: 2 hours. That is more than the goal allows, by 1 hour 17 minutes."],
    ),
    "nothing_measured": (
        [],
        [],
        ["The goal is 99.9 % in 30 days.", "Too little of that time was measured to say more."],
    ),
}


def component(changes: list[str], coverage: list[str]) -> ComponentSnapshot:
    place = site(policy=Policy(slo=99.9, weights={"partial_outage": 0.3}))
    (page,) = take_snapshot(place, history(changes, coverage), moment("12:00")).components
    return page


@pytest.mark.parametrize("name", BUDGETS)
def test_the_goal_in_plain_words(name: str) -> None:
    changes, coverage, expected = BUDGETS[name]
    page = component(changes, coverage)
    policy = Policy(slo=99.9, weights={"partial_outage": 0.3})
    sentences = budget_sentences(page.uptimes, policy, load_words("en"))
    assert [part for part in expected if part not in " ".join(sentences)] == []
    german = " ".join(budget_sentences(page.uptimes, policy, load_words("de")))
    assert "Das Ziel ist 99,9 % in 30 Tagen." in german


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def named(name: str) -> ComponentSnapshot:
    return ComponentSnapshot(**{**vars(component([], [])), "name": name})


@pytest.mark.parametrize("name", TEXTS)
def test_lines_to_copy_hold_any_name(name: str) -> None:
    page = named(TEXTS[name])
    link, image = Tags(badge_html(page, PAGE)).found
    assert link == ("a", {"href": f"{PAGE.url}components/downloads/"})
    assert image[0] == "img"
    assert image[1].keys() == {"src", "alt"}
    assert image[1]["src"] == f"{PAGE.url}badge/downloads.svg"
    assert "\n" not in badge_markdown(page, PAGE)
    if name in ("plain", "markup"):
        assert f'href="{PAGE.url}components/downloads/"' in str(
            render_markdown(badge_markdown(page, PAGE), "../")
        )


def test_brackets_in_a_name_do_not_end_the_picture() -> None:
    assert badge_markdown(named("Web [old] \\"), PAGE).startswith("[![Web \\[old\\] \\\\](https://")


def test_the_page_as_a_whole_has_lines_too() -> None:
    assert badge_html(None, PAGE) == (
        '<a href="https://help.lumen.example/status/">'
        '<img src="https://help.lumen.example/status/badge/overall.svg" alt="Lumen status"></a>'
    )
    assert (
        banner_html(None, PAGE) == '<script src="https://help.lumen.example/status/banner.js" defer></script>'
    )
    assert 'data-components="downloads"' in banner_html(named("Web"), PAGE)
