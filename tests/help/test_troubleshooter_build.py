"""Troubleshooters from the command line to the finished pages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

from helpers.published_search import published_results
from helpers.sites import called, minimal_site, replace
from waypost.authoring.io.planned_files import AlreadyThere
from waypost.authoring.new import new_article
from waypost.build import build_site
from waypost.problems import ProblemsFound
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOT = "https://help.example.org/"
TREE = """\
---
title: Find out why it fails
kind: troubleshooter
summary: A few questions lead to the cause.
components: [web]
---
Answer what you see. See also [the first page](first.md).

## Does the page open?

![A wide screen](screen.png)

- [Yes, it does](#does-mail-arrive)
- [No](#write-to-us)

## Does mail arrive?

Component: mail

Look for a zebra. Read [this](first.md), or [go back](#does-the-page-open).

- [Yes](#it-works)
- [No](#write-to-us)
- [I have no account](first.md)

## It works

Outcome: fixed

## Write to us

Outcome: ticket
"""
SCENARIOS = """\
scenarios:
  - {name: All is well, answers: ["Yes, it does", "Yes"], ends_at: it-works, outcome: fixed}
  - {name: A stranger, answers: ["Yes, it does", I have no account], ends_at: start/first.md}
"""


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attributes if value and name in ("href", "src") and tag in "a img"
        ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = minimal_site(tmp_path_factory.mktemp("tree") / "site")
    folder = site.root / "content/start"
    (folder / "tree.md").write_text(TREE, encoding="utf-8")
    (folder / "tree.scenarios.yml").write_text(SCENARIOS, encoding="utf-8")
    (folder / "screen.png").write_bytes(b"not really a picture")
    report = build_site(site, NOW)
    assert [problem.format() for problem in report.warnings if "tree" in problem.location.path] == []
    return site


def page(site: Site, path: str) -> str:
    return (site.output / path / "index.html").read_text(encoding="utf-8")


def text_of(site: Site, path: str) -> str:
    main = page(site, path).partition('<div class="wp-main')[2].partition("<footer")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


PAGES = ("", "does-mail-arrive/", "it-works/", "write-to-us/", "all/")


def test_each_step_has_an_address_of_its_own(built: Site) -> None:
    folder = built.output / "start/tree"
    assert {path.parent.relative_to(folder).as_posix() for path in folder.rglob("index.html")} == {
        ".",
        "does-mail-arrive",
        "it-works",
        "write-to-us",
        "all",
    }
    assert not list(built.output.rglob("*.scenarios.yml"))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_to_a_page_that_is_there(built: Site, path: str) -> None:
    here = f"{ROOT}start/tree/{path}"
    html = page(built, f"start/tree/{path}").partition('<div class="wp-main')[2].partition("<footer")[0]
    links = [urljoin(here, link) for link in _Links(html).found]
    own = [
        link.removeprefix(ROOT).partition("#")[0].partition("?")[0] for link in links if link.startswith(ROOT)
    ]
    assert len(own) > 3
    for name in own:
        target = built.output / name
        assert target.is_file() or (target / "index.html").is_file(), name


def test_the_first_page_shows_the_first_question_and_no_other_step(built: Site) -> None:
    text = text_of(built, "start/tree")
    for words in ("Find out why it fails", "Answer what you see.", "Does the page open?", "Yes, it does"):
        assert words in text
    assert "zebra" not in page(built, "start/tree")
    assert "Outcome" not in text


def test_a_step_shows_its_question_as_the_heading(built: Site) -> None:
    html = page(built, "start/tree/does-mail-arrive")
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Does mail arrive?"]
    assert "<title>Does mail arrive? - " in html
    text = text_of(built, "start/tree/does-mail-arrive")
    assert "Question 2" in text
    assert "Component:" not in text
    assert '<link rel="canonical" href="' not in html or "tree/does-mail-arrive/" in html


def test_the_ends_lead_on(built: Site) -> None:
    ticket = _Links(page(built, "start/tree/write-to-us")).found
    assert "../../../ticket/?from=start/tree/" in ticket
    fixed = text_of(built, "start/tree/it-works")
    assert "Solved" in fixed
    assert "To the help center" in fixed


def test_all_steps_are_on_one_page_and_lead_to_each_other_there(built: Site) -> None:
    html = page(built, "start/tree/all")
    anchors = {link for link in _Links(html).found if link.startswith("#") and link != "#main"}
    ids = set(re.findall(r'<h2 id="([^"]+)"', html))
    assert ids >= {"does-the-page-open", "does-mail-arrive", "it-works", "write-to-us"}
    assert {"#does-mail-arrive", "#it-works", "#write-to-us", "#does-the-page-open"} <= anchors
    assert "(step 2)" in text_of(built, "start/tree/all")


@pytest.mark.parametrize(
    ("path", "components"),
    [("", "web"), ("does-mail-arrive/", "mail web"), ("it-works/", "web"), ("all/", "mail web")],
)
def test_a_page_looks_out_for_the_components_of_its_step(built: Site, path: str, components: str) -> None:
    html = page(built, f"start/tree/{path}")
    assert f'data-wp-aware="{components}"' in html
    facts = json.loads(re.findall(r'id="wp-page">(.*?)</script>', html)[0])
    assert facts["path"] == f"start/tree/{path}"
    assert facts["kind"] == "troubleshooter"
    assert " ".join(facts["components"]) == components


def test_search_knows_one_document_with_the_words_of_all_steps(built: Site) -> None:
    [found] = [
        result for result in published_results(built.output) if result["url"].startswith("start/tree/")
    ]
    assert found["url"] == "start/tree/"
    words = " ".join(text for _, heading, sentences in found["sections"] for text in (heading, *sentences))
    for expected in ("zebra", "Does mail arrive?", "I have no account", "Write to us"):
        assert expected in words


def test_a_category_lists_a_troubleshooter_once(built: Site) -> None:
    html = page(built, "start")
    content = html.partition('<div class="wp-main')[2]
    assert content.count("Find out why it fails") == 1
    assert "Guided help" in content
    assert "does-mail-arrive" not in content


def test_pages_of_steps_are_in_the_language_of_the_site(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    (site.root / "content/start/tree.md").write_text(TREE.replace("![A wide screen](screen.png)\n", ""))
    replace(site.root / "mkdocs.yml", "name: material,", "name: material, language: de,")
    build_site(site, NOW)
    text = text_of(site, "start/tree/does-mail-arrive")
    assert "Frage 2" in text
    assert "Zurück" in text
    assert "(Schritt 2)" in text_of(site, "start/tree/all")


def test_lint_and_build_try_the_scenarios(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    folder = site.root / "content/start"
    (folder / "tree.md").write_text(TREE, encoding="utf-8")
    (folder / "screen.png").write_bytes(b"not really a picture")
    (folder / "tree.scenarios.yml").write_text(SCENARIOS, encoding="utf-8")
    assert called("lint", site=site).returncode == 0
    replace(folder / "tree.md", "[Yes](#it-works)", "[Yes](#write-to-us)")
    replace(folder / "tree.md", "- [I have no account](first.md)", "- [I have no account](#it-works)")
    result = called("lint", site=site)
    assert result.returncode == 1
    for place, words in (
        ("2:68", "Scenario 'All is well': The answers end at 'write-to-us', not at 'it-works'."),
        ("3:79", "Scenario 'A stranger': The answers end at 'it-works', not at 'start/first.md'."),
    ):
        assert f"content/start/tree.scenarios.yml:{place}: error scenario: {words}" in result.stderr
    with pytest.raises(ProblemsFound, match="All is well"):
        build_site(site, NOW)
    assert not site.output.exists()


def test_a_new_troubleshooter_comes_with_scenarios_that_hold(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    made = new_article(site, "troubleshooter", 'Why: it "fails"', "start", NOW)
    scenarios = made.with_name("why-it-fails.scenarios.yml")
    assert made.name == "why-it-fails.md"
    load_project(site)
    replace(scenarios, "ends_at: it-works-again", "ends_at: write-to-us")
    with pytest.raises(ProblemsFound, match="Old data of the browser"):
        load_project(site)
    with pytest.raises(AlreadyThere):
        new_article(site, "troubleshooter", "Why it fails", "start", NOW, "why-it-fails")
    assert "ends_at: write-to-us" in scenarios.read_text(encoding="utf-8")


def test_scenarios_that_are_there_are_kept(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    scenarios = site.root / "content/start/why-it-fails.scenarios.yml"
    scenarios.write_text("scenarios: []\n", encoding="utf-8")
    new_article(site, "troubleshooter", "Why it fails", "start", NOW)
    assert scenarios.read_text(encoding="utf-8") == "scenarios: []\n"


def test_a_link_to_a_step_leads_to_its_page_wherever_it_stands(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    (site.root / "content/start/tree.md").write_text(TREE.replace("![A wide screen](screen.png)", ""))
    links = "[mail](tree.md#does-mail-arrive) [begin](tree.md#does-the-page-open) [none](tree.md#nowhere)"
    replace(site.root / "content/start/first.md", "Open the link in our mail", links)
    contact = site.root / "content/contact.md"
    contact.write_text(contact.read_text() + "\n[mail](start/tree.md#does-mail-arrive)\n")
    build_site(site, NOW)
    first = (site.output / "start/first/index.html").read_text()
    assert '<a href="../tree/does-mail-arrive/">mail</a>' in first
    assert '<a href="../tree/">begin</a>' in first
    assert '<a href="../tree/#nowhere">none</a>' in first
    assert (
        '<a href="../start/tree/does-mail-arrive/">mail</a>'
        in (site.output / "contact/index.html").read_text()
    )


def test_a_new_step_is_found_by_the_links_that_waited_for_it(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    tree = site.root / "content/start/tree.md"
    tree.write_text(TREE.replace("![A wide screen](screen.png)", ""))
    replace(site.root / "content/start/first.md", "Open the link in our mail", "[soon](tree.md#is-it-on)")
    build_site(site, NOW)
    step = "- [No](#is-it-on)\n\n## Is it on?\n\n- [No](#write-to-us)\n\n## Does mail"
    replace(tree, "- [No](#write-to-us)\n\n## Does mail", step)
    build_site(site, NOW)
    assert '<a href="../tree/is-it-on/">soon</a>' in (site.output / "start/first/index.html").read_text()
