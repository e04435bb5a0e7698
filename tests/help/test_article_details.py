from __future__ import annotations

from typing import Any

from waypost.base.files.languages import load_words
from waypost.formats.article import Article, front_matter_of
from waypost.formats.project import HelpCenter
from waypost.help.rules.catalog import build_catalog
from waypost.help.rules.page_view import ArticleDetails, article_details


def page(path: str, kind: str, **front: Any) -> Article:
    return Article(path, kind, "a", front_matter_of(kind)(title=f"T {path}", kind=kind, **front), "Words.", 5)


def view(*pages: Article, language: str = "en", **sizes: int) -> ArticleDetails:
    help_center = HelpCenter(
        {item.path: item for item in pages},
        None,
        {name.replace("_", "."): size for name, size in sizes.items()},
    )
    words = load_words(language)
    return article_details(pages[0], build_catalog(help_center, words), help_center, words)


TUTORIAL = page(
    "a/how.md",
    "tutorial",
    time="90m",
    prerequisites=(
        {"text": "A phone"},
        {"text": "A key", "article": "a/key.md"},
        {"text": "B", "article": "gone.md"},
    ),
    next="a/key.md",
)


def test_a_tutorial_says_how_long_what_is_needed_and_what_is_next() -> None:
    found = view(TUTORIAL, page("a/key.md", "faq"))
    assert found.time == "1 hour and 30 minutes"
    assert [(need.text, need.url) for need in found.prerequisites] == [
        ("A phone", ""),
        ("A key", "a/key/"),
        ("B", ""),
    ]
    assert found.next
    assert (found.next.title, found.next.url, found.next.kind_word) == ("T a/key.md", "a/key/", "Questions")
    assert found.scripts == ("steps.js",)


def test_it_says_so_in_the_language_of_the_site() -> None:
    assert view(TUTORIAL, language="de").time == "1 Stunde und 30 Minuten"


def test_what_is_next_is_an_article_and_another_one() -> None:
    assert view(TUTORIAL).next is None
    assert view(page("a.md", "tutorial", next="c.md"), page("c.md", "contact")).next is None
    assert view(page("a.md", "tutorial", next="a.md")).next is None


def test_files_say_their_type_and_size() -> None:
    files = (
        {"label": "A list", "file": "a/my list.tar.gz"},
        {"label": "Plain", "file": "README"},
        {"label": "P", "file": "b.pdf"},
    )
    found = view(page("a.md", "page", downloads=files), b_pdf=26_394, README=3).downloads
    assert [(item.label, item.url, item.name, item.facts) for item in found] == [
        ("A list", "a/my%20list.tar.gz", "my list.tar.gz", "GZ, 0 bytes"),
        ("Plain", "README", "README", "3 bytes"),
        ("P", "b.pdf", "b.pdf", "PDF, 26 kB"),
    ]


def test_pages_that_are_no_articles_show_nothing_more() -> None:
    assert view(page("a/index.md", "category")) == ArticleDetails()
