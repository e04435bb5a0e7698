from __future__ import annotations

from pathlib import Path
from typing import Any

import material
import pytest

from waypost.base.files.languages import load_words
from waypost.formats.article import Article, front_matter_of
from waypost.formats.project import HelpCenter
from waypost.help.kinds import ARTICLE_KINDS
from waypost.help.rules.catalog import Catalog, build_catalog, reading_minutes


def page(path: str, kind: str, category: str = "", body: str = "Some words.", **front: Any) -> Article:
    front = {"title": f"T {path}", "kind": kind, **front}
    return Article(path, kind, category, front_matter_of(kind)(**front), body, 5)


def catalog(*pages: Article) -> Catalog:
    return build_catalog(HelpCenter({item.path: item for item in pages}), load_words("en"))


LUMEN = (
    page(
        "downloads/zip.md",
        "troubleshooting",
        "downloads",
        title="zip stops",
        summary="What to do",
        related=("uploads/how.md", "downloads/zip.md", "gone.md", "downloads/index.md", "downloads/Faq.md"),
    ),
    page("downloads/Faq.md", "faq", "downloads", title="Ask"),
    page("downloads/big.md", "page", "downloads", title="Big files"),
    page("uploads/how.md", "tutorial", "uploads", title="How to"),
    page("lost.md", "page", "", title="Lost"),
    page(
        "downloads/index.md",
        "category",
        "downloads",
        title="Downloads",
        summary="Get files",
        position=2,
        icon="material/tray-arrow-down",
    ),
    page("uploads/index.md", "category", "uploads", title="Uploads", position=1),
    page("empty/index.md", "category", "empty", title="Empty", position=2),
    page(
        "index.md",
        "home",
        popular=("uploads/how.md", "gone.md", "downloads/zip.md"),
        often_asked=(
            {"label": "Zip", "article": "downloads/zip.md"},
            {"label": "Gone", "article": "gone.md"},
        ),
    ),
    page("contact.md", "contact"),
)


def test_categories_are_in_the_order_writers_gave_then_by_title() -> None:
    assert [(item.id, item.title) for item in catalog(*LUMEN).categories] == [
        ("uploads", "Uploads"),
        ("downloads", "Downloads"),
        ("empty", "Empty"),
    ]


def test_a_category_lists_its_articles_by_title_whatever_the_case() -> None:
    found = catalog(*LUMEN).category("downloads")
    assert found is not None
    assert [item.title for item in found.articles] == ["Ask", "Big files", "zip stops"]
    assert (found.url, found.summary, found.icon) == ("downloads/", "Get files", "material/tray-arrow-down")
    assert catalog(*LUMEN).category("none") is None
    assert catalog(*LUMEN).category("empty").articles == ()  # type: ignore[union-attr]


SECTIONS = (
    *LUMEN,
    page("downloads/zip/index.md", "category", "downloads/zip", title="Zip files", position=2),
    page("downloads/old/index.md", "category", "downloads/old", title="Old devices", position=1),
    page("uploads/zip/index.md", "category", "uploads/zip", title="Zip files"),
    page("downloads/zip/b.md", "page", "downloads/zip", title="Beta"),
    page("downloads/zip/a.md", "page", "downloads/zip", title="Älpha"),
    page("downloads/zip/c.md", "page", "downloads/zip", title="Case", position=5),
    page("downloads/zip/p.md", "page", "downloads/zip", title="Pinned", pinned=True),
    page("uploads/x.md", "page", "uploads/zip", title="From elsewhere"),
)


def test_sections_stand_in_their_category_in_the_order_writers_gave() -> None:
    found = catalog(*SECTIONS)
    assert [(item.id, [section.id for section in item.sections]) for item in found.categories] == [
        ("uploads", ["uploads/zip"]),
        ("downloads", ["downloads/old", "downloads/zip"]),
        ("empty", []),
    ]
    downloads = found.category("downloads")
    assert downloads is not None
    assert len(downloads.articles) == 3
    assert len(downloads.everything) == 7


def test_pinned_articles_are_first_then_the_position_counts_then_the_title_without_accents() -> None:
    section = catalog(*SECTIONS).category("downloads/zip")
    assert section is not None
    assert [link.title for link in section.articles] == ["Pinned", "Case", "Älpha", "Beta"]
    assert [link.is_pinned for link in section.articles] == [True, False, False, False]


def test_numbers_in_titles_are_in_the_order_of_numbers() -> None:
    titles = ["Step 10", "Step 9", "step 1b", "Step 1a"]
    pages = [page(f"a/{number}.md", "page", "a", title=title) for number, title in enumerate(titles)]
    found = catalog(page("a/index.md", "category", "a"), *pages).category("a")
    assert found is not None
    assert [link.title for link in found.articles] == ["Step 1a", "step 1b", "Step 9", "Step 10"]


def test_two_sections_of_one_folder_name_are_two() -> None:
    found = catalog(*SECTIONS)
    assert found.links["uploads/x.md"].place == ("Uploads", "Zip files")
    assert found.links["downloads/zip/a.md"].place == ("Downloads", "Zip files")


def test_crumbs_lead_by_the_category_and_the_section() -> None:
    pages = {item.path: item for item in SECTIONS}
    found = catalog(*SECTIONS)
    downloads, section = ("Downloads", "downloads/"), ("Zip files", "downloads/zip/")
    assert found.crumbs(pages["downloads/zip/a.md"]) == (downloads, section)
    assert found.crumbs(pages["downloads/zip/index.md"]) == (downloads,)
    assert found.crumbs(pages["downloads/zip.md"]) == (downloads,)
    assert found.crumbs(pages["downloads/index.md"]) == ()
    assert found.crumbs(pages["contact.md"]) == ()


def test_an_article_in_a_list_says_what_it_is() -> None:
    link = catalog(*LUMEN).links["downloads/zip.md"]
    assert (link.title, link.url, link.summary, link.kind_word, link.place, link.minutes) == (
        "zip stops",
        "downloads/zip/",
        "What to do",
        "Troubleshooting",
        ("Downloads",),
        1,
    )
    assert catalog(*LUMEN).links["lost.md"].place == ()


def test_only_articles_proper_are_listed() -> None:
    assert set(catalog(*LUMEN).links) == {
        "downloads/zip.md",
        "downloads/Faq.md",
        "downloads/big.md",
        "uploads/how.md",
        "lost.md",
    }


def test_the_home_page_names_what_is_popular_in_its_own_order() -> None:
    found = catalog(*LUMEN)
    assert [item.title for item in found.popular] == ["How to", "zip stops"]
    assert found.often_asked == (("Zip", "downloads/zip/"),)


def test_without_a_home_page_nothing_is_popular() -> None:
    found = catalog(*LUMEN[:5])
    assert (found.categories, found.popular, found.often_asked) == ((), (), ())
    assert len(found.links) == 5


@pytest.mark.parametrize(
    ("kind", "front", "time"),
    [
        ("tutorial", {"time": "90m"}, "1 hour and 30 minutes"),
        ("tutorial", {}, "1 minute"),
        ("page", {}, ""),
        ("faq", {}, ""),
    ],
)
def test_only_a_tutorial_says_how_long_it_takes(kind: str, front: dict[str, Any], time: str) -> None:
    link = catalog(page("a.md", kind, **front)).links["a.md"]
    assert link.time == time


@pytest.mark.parametrize("kind", ARTICLE_KINDS)
def test_the_icon_and_the_word_of_every_kind_are_there(kind: str) -> None:
    icons = Path(material.__file__).parent / "templates" / ".icons"
    assert (icons / f"{ARTICLE_KINDS[kind].icon}.svg").is_file()
    assert len({record.icon for record in ARTICLE_KINDS.values()}) == len(ARTICLE_KINDS)
    assert load_words("de").say(f"article.kind.{kind}")


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (1, 1), (299, 1), (301, 2), (500, 2), (2000, 10)])
def test_reading_takes_a_minute_at_least(words: int, minutes: int) -> None:
    assert reading_minutes("word " * words) == minutes
