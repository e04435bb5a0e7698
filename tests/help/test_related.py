from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.cases import golden
from waypost.base.files.languages import load_words
from waypost.formats.article import Article, front_matter_of
from waypost.formats.project import HelpCenter
from waypost.help.rules.catalog import Catalog, build_catalog
from waypost.help.rules.further_help import LIMIT, Alike, related_links
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.likeness import Likeness

ROOT = Path(__file__).parents[2]


def page(path: str, kind: str = "page", category: str = "", **front: Any) -> Article:
    model = front_matter_of(kind)
    return Article(path, kind, category, model(title=path, kind=kind, **front), "Words.", 5)


def related(*pages: Article, alike: Alike = ()) -> list[str]:
    """Return what is shown below the first page."""
    by_path = {item.path: item for item in pages}
    catalog = build_catalog(HelpCenter(by_path), load_words("en"))
    return [link.title for link in related_links(pages[0], catalog, by_path, alike)]


OTHERS = [page(f"{name}.md") for name in "bcdefgh"]


def test_what_the_writer_named_comes_first_in_the_writers_order() -> None:
    first = page("a.md", related=("d.md", "b.md"))
    assert related(first, *OTHERS, alike=[("c.md", 0.9), ("b.md", 0.8)]) == ["d.md", "b.md", "c.md"]


def test_never_itself_nor_what_is_no_article_nor_what_is_gone_nor_twice() -> None:
    first = page("a.md", related=("a.md", "b.md", "contact.md", "gone.md", "b.md"))
    alike = [("a.md", 1.0), ("contact.md", 1.0), ("gone.md", 1.0), ("b.md", 0.5)]
    assert related(first, *OTHERS, page("contact.md", "contact"), alike=alike) == ["b.md"]


def test_at_most_five() -> None:
    alike = [(item.path, 0.9) for item in OTHERS]
    assert related(page("a.md"), *OTHERS, alike=alike) == [item.path for item in OTHERS[:LIMIT]]
    named = page("a.md", related=tuple(item.path for item in OTHERS))
    assert len(related(named, *OTHERS)) == LIMIT == 5


def test_little_likeness_is_none() -> None:
    assert related(page("a.md"), *OTHERS, alike=[("b.md", 0.21), ("c.md", 0.0)]) == []


def test_a_neighbour_that_speaks_of_something_else_is_left_out() -> None:
    first, other = (page(path, category="x", components=("web",)) for path in ("a.md", "b.md"))
    assert related(first, other, alike=[("b.md", 0.03)]) == []
    assert related(first, other, alike=[("b.md", 0.04)]) == ["b.md"]


@pytest.mark.parametrize(
    ("what", "other", "shown"),
    [
        ("the same category", page("z.md", category="x"), True),
        ("another category", page("z.md", category="y"), False),
        ("a shared component", page("z.md", category="y", components=("web", "mail")), False),
        ("both", page("z.md", category="x", components=("mail",)), True),
    ],
)
def test_category_and_components_count(what: str, other: Article, shown: bool) -> None:
    first = page("a.md", category="x", components=("mail",))
    assert related(first, other, alike=[("z.md", 0.11)]) == (["z.md"] if shown else []), what


def test_a_shared_component_decides_between_equals() -> None:
    first = page("a.md", components=("mail",))
    others = (page("b.md"), page("c.md", components=("mail",)))
    assert related(first, *others, alike=[("b.md", 0.5), ("c.md", 0.45)]) == ["c.md", "b.md"]


def test_two_articles_at_the_top_share_no_category() -> None:
    assert related(page("a.md"), page("b.md"), alike=[("b.md", 0.1)]) == []


def test_the_next_tutorial_is_not_repeated() -> None:
    first = page("a.md", "tutorial", related=("b.md", "c.md"), next="b.md")
    assert related(first, *OTHERS, alike=[("b.md", 1.0)]) == ["c.md"]


def test_only_articles_have_related_ones() -> None:
    first = page("x/index.md", "category", "x")
    assert related(first, *OTHERS, alike=[("b.md", 1.0)]) == []


@pytest.fixture(scope="module")
def sample() -> tuple[HelpCenter, Catalog, Likeness]:
    help_center = load_project(Site(ROOT)).help_center
    return (
        help_center,
        build_catalog(help_center, load_words("en")),
        Likeness(help_center.articles),
    )


def unwritten(article: Article) -> Article:
    """Return an article whose writer named nothing."""
    front = front_matter_of(article.kind)(
        title=article.title, kind=article.kind, components=article.front.components
    )  # type: ignore[attr-defined, call-arg]
    return Article(article.path, article.kind, article.category, front, article.body, article.body_line)


@golden("related/*.yml")
def test_the_sample_finds_its_own_neighbours(
    sample: tuple[HelpCenter, Catalog, Likeness], case: dict[str, Any]
) -> None:
    help_center, catalog, likeness = sample
    article = unwritten(help_center.pages[case["article"]])
    found = related_links(article, catalog, help_center.pages, likeness.more_like(article.path))
    paths = [path.removesuffix("/") + ".md" for path in (link.url for link in found)]
    for wanted in case.get("first", []):
        assert paths[: len(case["first"])].count(wanted) == 1, (case["why"], paths)
    for wanted in case.get("within", []):
        assert wanted in paths, (case["why"], paths)
    for unwanted in case.get("never", []):
        assert unwanted not in paths, (case["why"], paths)
    assert len(paths) <= case.get("at_most", LIMIT), (case["why"], paths)


def test_no_article_of_the_sample_shows_itself_or_one_twice(
    sample: tuple[HelpCenter, Catalog, Likeness],
) -> None:
    help_center, catalog, likeness = sample
    for article in help_center.articles:
        found = related_links(article, catalog, help_center.pages, likeness.more_like(article.path))
        urls = [link.url for link in found]
        assert article.url not in urls
        assert len(urls) == len(set(urls)) <= LIMIT
