from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import minimal_site, replace
from waypost.build import build_site
from waypost.formats.article import PageKind
from waypost.lint.lint import lint
from waypost.lint.review import review
from waypost.reading.project import check_project, load_project
from waypost.reading.site import Site
from waypost.search.site_search import search

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DRAFT = """\
---
title: Zebra secrets
summary: About the zebra.
{front}
---
{body}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


def draft(site: Site, front: str = "draft: true", body: str = "The zebra is striped.") -> Path:
    path = site.root / "content/start/zebra.md"
    path.write_text(DRAFT.format(front=front, body=body), encoding="utf-8")
    return path


def naming_it(site: Site) -> None:
    """Name the draft wherever front matter can name an article."""
    root = site.root
    replace(root / "content/start/first.md", "related: [contact.md]", "related: [start/zebra.md, contact.md]")
    home = root / "content/index.md"
    text = home.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("popular", "often_asked"))]
    kept[1:1] = ["popular: [start/zebra.md]", "often_asked: [{label: Zebra label, article: start/zebra.md}]"]
    home.write_text("\n".join(kept) + "\n", encoding="utf-8")
    (root / "content/start/lesson.md").write_text(
        "---\ntitle: Lesson\nkind: tutorial\nsummary: S.\nnext: start/zebra.md\n"
        "prerequisites: [{text: A horse, article: start/zebra.md}]\n---\n1. Paint.\n",
        encoding="utf-8",
    )
    for path in root.glob("status/*/*.md"):
        if "articles:" in path.read_text(encoding="utf-8"):
            replace(path, "articles: [", "articles: [start/zebra.md, ")
        else:
            replace(path, "title:", "articles: [start/zebra.md]\ntitle:")


def published(site: Site) -> str:
    return "\n".join(
        f"{path.relative_to(site.output)}\n{path.read_bytes().decode('utf-8', 'replace')}"
        for path in site.output.rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize("is_named", [False, True])
def test_nothing_that_is_published_knows_of_a_draft(is_named: bool, site: Site) -> None:
    draft(site)
    if is_named:
        naming_it(site)
    assert lint(site, NOW) == []
    report = build_site(site, NOW)
    assert report.warnings == ()
    assert "zebra" not in published(site).lower().replace("zebra label", "")
    assert search(load_project(site), "zebra", 5).hits == ()


def test_a_draft_that_is_published_and_taken_back_comes_and_goes(site: Site) -> None:
    path = draft(site)
    naming_it(site)
    build_site(site, NOW)
    replace(path, "draft: true", "draft: false")
    assert build_site(site, NOW).warnings == ()
    assert (site.output / "start/zebra/index.html").is_file()
    text = published(site)
    assert text.count("start/zebra/") > 5
    replace(path, "draft: false", "draft: true")
    build_site(site, NOW)
    assert not (site.output / "start/zebra").exists()
    assert "zebra" not in published(site).lower()


def test_lint_checks_a_draft_like_any_article(site: Site) -> None:
    draft(site, "draft: true\nrelated: [start/gone.md]", "x")
    project, problems = check_project(site)
    assert project is None
    assert [problem.code for problem in problems] == ["unknown-article"]
    path = draft(site, body="[gone](gone.md) ![](x.png)")
    replace(path, "summary: About the zebra.\n", "")
    assert [(problem.location.path, problem.code) for problem in lint(site, NOW)] == [
        ("content/start/zebra.md", code)
        for code in ("missing-summary", "broken-link", "broken-link", "missing-alt")
    ]


def test_drafts_may_lead_to_each_other(site: Site) -> None:
    draft(site, body="[other](other.md)")
    (site.root / "content/start/other.md").write_text(
        DRAFT.format(front="draft: true\nrelated: [start/zebra.md]", body="[zebra](zebra.md)").replace(
            "Zebra s", "S"
        ),
        encoding="utf-8",
    )
    assert [problem.code for problem in lint(site, NOW) if problem.code != "near-duplicate"] == []


@pytest.mark.parametrize(
    "link",
    [
        "zebra.md",
        "zebra.md#top",
        "../start/zebra.md",
        "/start/zebra.md",
        "../zebra/",
        "/start/zebra/",
        "../zebra",
    ],
)
def test_a_link_to_a_draft_is_broken(link: str, site: Site) -> None:
    draft(site, body="## Top\n\nText.")
    page = site.root / "content/start/first.md"
    page.write_text(page.read_text(encoding="utf-8") + f"\n[see]({link})\n", encoding="utf-8")
    [problem] = [problem for problem in lint(site, NOW) if problem.code == "broken-link"]
    assert problem.location.path == "content/start/first.md"
    assert "which is a draft" in problem.message


def test_only_articles_can_be_drafts(site: Site) -> None:
    replace(site.root / "content/start/index.md", "kind: category", "kind: category\ndraft: true")
    [problem] = lint(site, NOW)
    assert problem.code == "unknown-key"


def test_an_answer_of_a_troubleshooter_leads_to_no_draft(site: Site) -> None:
    draft(site)
    tree = site.root / "content/start/tree.md"
    tree.write_text(
        "---\ntitle: Find out\nkind: troubleshooter\nsummary: S.\n---\n"
        "## Is it striped?\n\n- [Yes](zebra.md)\n- [No](#write)\n\n## Write\n\nOutcome: ticket\n",
        encoding="utf-8",
    )
    [problem] = lint(site, NOW)
    assert (problem.code, problem.location.line) == ("dead-end", 8)
    replace(tree, "kind:", "draft: true\nkind:")
    assert lint(site, NOW) == [], "among drafts it may"


def test_a_draft_is_not_due_for_review(site: Site) -> None:
    draft(site)
    found = review(site, NOW, timedelta(0))
    assert [item.path for group in found.groups for item in group.articles] == []
    draft(site, "draft: false")
    assert [item.path for group in review(site, NOW, timedelta(0)).groups for item in group.articles] == [
        "start/zebra.md"
    ]


def test_the_help_center_with_its_drafts_has_the_order_of_the_files(site: Site) -> None:
    draft(site)
    center = load_project(site).help_center
    assert list(center.with_drafts.pages) == sorted([*center.pages, "start/zebra.md"])
    assert center.with_drafts.only(PageKind.HOME) is center.only(PageKind.HOME)
    assert [article.path for article in center.articles] == ["start/first.md"]
