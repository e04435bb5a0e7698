from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from waypost.base.files.languages import load_words
from waypost.formats.article import Article, front_matter_of
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.rules.article_data import modified_at, questions, structured_data
from waypost.publishing.rules.help_site import HelpSite

CHANGED = datetime(2026, 11, 10, 12, 0, 0, 5, tzinfo=UTC)
SITE = HelpSite("Lumen Help", load_words("en"), "https://x.example/h/")
PLACE: tuple[Any, ...] = (SITE, (("Zips & more", "zips/"),), CHANGED)
FAQ = "Short.\n\n## Why [so](a.md) *many*?\n\nBecause **4 GB**.\n\n## And then?\n\nNothing.\n"


def page(kind: str, body: str = FAQ, path: str = "zips/größe (1).md", **front: Any) -> Article:
    front = {"title": 'Why "so" <b>', "summary": "A summary.", **front}
    if kind in ("category", "home", "contact"):
        front["kind"] = kind
    return Article(path, kind, "zips", front_matter_of(kind)(**front), body, 5)


def parts(item: Article, place: tuple[Any, ...] = PLACE) -> dict[str, dict[str, Any]]:
    found = structured_data(item, *place)
    assert found is not None
    assert found.keys() == {"@context", "@graph"}
    assert found["@context"] == "https://schema.org"
    return {part["@type"]: part for part in found["@graph"]}


ADDRESS = "https://x.example/h/zips/gr%C3%B6%C3%9Fe%20%281%29/"


@pytest.mark.parametrize("kind", [kind for kind in ARTICLE_KINDS if kind != "faq"])
def test_an_article_is_told_of_as_an_article(kind: str) -> None:
    found = parts(page(kind))
    assert found["Article"] == {
        "@type": "Article",
        "headline": 'Why "so" <b>',
        "description": "A summary.",
        "url": ADDRESS,
        "inLanguage": "en",
        "dateModified": "2026-11-10T12:00:00+00:00",
        "publisher": {"@type": "Organization", "name": "Lumen Help", "url": "https://x.example/h/"},
    }
    assert set(found) == {"BreadcrumbList", "Article"}


def test_a_faq_is_a_page_of_questions() -> None:
    found = parts(page("faq"))
    assert set(found) == {"BreadcrumbList", "FAQPage"}
    assert found["FAQPage"]["headline"] == 'Why "so" <b>'
    assert found["FAQPage"]["mainEntity"] == [
        {
            "@type": "Question",
            "name": "Why so many?",
            "url": f"{ADDRESS}#why-so-many",
            "acceptedAnswer": {"@type": "Answer", "text": "Because 4 GB."},
        },
        {
            "@type": "Question",
            "name": "And then?",
            "url": f"{ADDRESS}#and-then",
            "acceptedAnswer": {"@type": "Answer", "text": "Nothing."},
        },
    ]


def test_a_faq_without_questions_is_an_article() -> None:
    assert set(parts(page("faq", "Just text.\n"))) == {"BreadcrumbList", "Article"}


def crumbs(item: Article, place: tuple[Any, ...] = PLACE) -> list[tuple[int, str, str]]:
    items = parts(item, place)["BreadcrumbList"]["itemListElement"]
    assert {each["@type"] for each in items} == {"ListItem"}
    return [(each["position"], each["name"], each["item"]) for each in items]


def test_breadcrumbs_lead_from_the_help_center_by_the_category_to_the_page() -> None:
    root = (1, "Lumen Help", "https://x.example/h/")
    zips = "https://x.example/h/zips/"
    assert crumbs(page("page")) == [root, (2, "Zips & more", zips), (3, 'Why "so" <b>', ADDRESS)]
    category = page("category", path="zips/index.md", title="Zips & more")
    assert crumbs(category, (SITE,)) == [root, (2, "Zips & more", zips)]
    assert crumbs(page("contact", path="c.md", title="C"), (SITE,)) == [
        root,
        (2, "C", "https://x.example/h/c/"),
    ]


def test_the_home_page_says_nothing() -> None:
    assert structured_data(page("home", path="index.md"), *PLACE) is None


def test_the_last_change_counts_then_the_last_review_and_nothing_is_invented() -> None:
    reviewed = page("page", reviewed=date(2026, 11, 2))
    assert modified_at(reviewed, CHANGED) == "2026-11-10T12:00:00+00:00"
    assert modified_at(reviewed, None) == "2026-11-02"
    assert modified_at(page("page"), None) == ""
    assert modified_at(page("category", path="zips/index.md"), None) == ""
    assert "dateModified" not in parts(page("page"), (SITE,))["Article"]
    bare = Article("a.md", "page", "", front_matter_of("page")(title="T"), "", 3)
    assert "description" not in parts(bare, (SITE,))["Article"]


ANSWERS = {
    # The text below a question, and what of it is the answer.
    "a list": ("- one\n- two\n\n1. three", "one two three"),
    "a table": ("| | A | B |\n|---|:-:|---|\n| x | 1 | 2 |", "A, B. x, 1, 2."),
    "a note": ('!!! note "Mind this"\n    It is so.', "Mind this It is so."),
    "a note without a title": ("!!! warning\n    It is so.", "It is so."),
    "a folded part": ('???+ tip "Open"\n    It is so.', "Open It is so."),
    "code": ("Type this:\n\n```sh\nls -l\n```", "Type this: ls -l"),
    "a heading in code": ("```\n## No question\n```", "## No question"),
    "a smaller heading": ("### Part\n\nText.", "Part Text."),
    "attributes": ("Text. {: .wide }", "Text."),
    "a link": ("See [the *other*](a.md).", "See the other."),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_plain_text(name: str) -> None:
    text, expected = ANSWERS[name]
    assert list(questions(f"## Q?\n\n{text}\n")) == [("Q?", "q", expected)]


def test_questions_are_headings_of_the_second_level_that_have_an_answer() -> None:
    body = (
        "# No\n\n## Small  space? \n\nA.\n\n## Closed? ##\n\nB.\n\n## Named? {#here}\n\nC.\n\n## Empty?\n\n"
    )
    body += "## Last?\n\nD."
    assert list(questions(body)) == [
        ("Small space?", "small-space", "A."),
        ("Closed?", "closed", "B."),
        ("Named?", "here", "C."),
        ("Last?", "last", "D."),
    ]
