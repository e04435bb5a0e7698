from __future__ import annotations

from typing import Any

import pytest

from waypost.base.files.languages import load_words
from waypost.base.tokens import fold
from waypost.help.rules.article_lists import (
    BESIDE,
    GLIMPSE,
    PART,
    SHORT,
    articles_beside,
    category_lists,
    sections_beside,
)
from waypost.help.rules.catalog import ArticleLink, CategoryLink

SAY = load_words("en").say


def link(title: str, **more: Any) -> ArticleLink:
    return ArticleLink(title, f"{title}/", "", "", (), 1, **more)


def category(
    *titles: str, sections: tuple[CategoryLink, ...] = (), first: tuple[ArticleLink, ...] = ()
) -> CategoryLink:
    links = (*first, *(link(title) for title in sorted(titles, key=fold)))
    return CategoryLink("c", "Category", "c/", articles=links, sections=sections)


def alphabet(each: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> list[str]:
    return [f"{letter} {number:03}" for letter in letters for number in range(each)]


@pytest.mark.parametrize("count", [0, 1, 8, SHORT])
def test_a_short_list_is_whole(count: int) -> None:
    found = category_lists(category(*alphabet(1)[:count]), SAY)
    assert len(found.own.first) == count
    assert found.own.parts == ()
    assert not found.has_filter


@pytest.mark.parametrize("count", [SHORT + 1, 40, 222, 1000])
def test_a_long_list_is_in_parts_and_nothing_is_lost(count: int) -> None:
    whole = category(*alphabet(50)[:count])
    found = category_lists(whole, SAY)
    assert found.has_filter
    assert tuple(it for part in found.own.parts for it in part.links) == whole.articles
    assert all(PART / 2 <= len(part.links) <= PART * 1.5 for part in found.own.parts)
    assert len({part.label for part in found.own.parts}) == len(found.own.parts)


def test_parts_end_between_letters() -> None:
    found = category_lists(category(*alphabet(8, "abcdeé")), SAY)
    parts = [(part.label, len(part.links)) for part in found.own.parts]
    assert parts == [("A – B", 16), ("C – D", 16), ("E", 16)]


def test_where_many_titles_begin_alike_words_tell_the_parts_apart() -> None:
    things = ("album", "bill", "card", "date", "email", "frame", "gift", "host", "image", "join")
    titles = [f"How do I {verb} the {thing}" for verb in ("add", "cut", "see", "use") for thing in things]
    found = category_lists(category(*titles), SAY)
    assert [part.label for part in found.own.parts] == [
        "How do I add – How do I cut",
        "How do I see – How do I use",
    ]


@pytest.mark.parametrize(
    "letters",
    ["абвгдежзийклмн", "あいうえおかきくけこさしすせ", "如何退款支付照片下载上传账户", "ابتثجحخدذرزسشص"],
)
def test_lists_of_any_script_have_parts(letters: str) -> None:
    whole = category(*alphabet(10, letters))
    found = category_lists(whole, SAY)
    assert tuple(it for part in found.own.parts for it in part.links) == whole.articles
    assert all(part.label.strip() for part in found.own.parts)


def test_what_a_writer_put_first_is_not_folded() -> None:
    first = (link("z", is_pinned=True), link("y", position=3))
    last = (link("Last of all", position=5000),)
    whole = CategoryLink("c", "C", "c/", articles=(*first, *category(*alphabet(2)).articles, *last))
    found = category_lists(whole, SAY)
    assert found.own.first == first
    assert [part.label for part in found.own.parts] == ["A – J", "K – T", "U – Z", "55"]
    assert found.own.parts[-1].links == last


def test_a_long_order_of_the_writer_s_own_is_numbered() -> None:
    first = tuple(link(f"Step {number}", position=number) for number in range(45))
    found = category_lists(category(first=first), SAY)
    assert found.own.first == ()
    assert [part.label for part in found.own.parts] == ["1–20", "21–40", "41–45"]


def test_a_section_shows_its_first_articles_and_folds_the_rest() -> None:
    small, large = category(*alphabet(1)[: GLIMPSE + 1]), category(*alphabet(1))
    found = category_lists(category(sections=(small, large)), SAY)
    assert [len(section.first) for section in found.sections] == [GLIMPSE + 1, GLIMPSE]
    assert [part.label for part in found.sections[1].parts] == ["20 more articles"]
    assert found.has_filter


def test_beside_an_article_stand_those_around_it() -> None:
    whole = category(*alphabet(10))
    for at in (0, 3, 130, 259):
        menu = articles_beside(whole, whole.articles[at].url)
        assert len(menu.links) == BESIDE
        assert menu.count == 260
        assert whole.articles[at].url in [url for _, url in menu.links]
    assert articles_beside(whole, whole.articles[130].url).links[BESIDE // 2][1] == whole.articles[130].url


def test_beside_an_article_of_a_category_stand_its_sections() -> None:
    section = CategoryLink("c/s", "Section", "c/s/")
    menu = articles_beside(category("a", "b", sections=(section,)), "a/")
    assert (menu.links, menu.count) == ((("a", "a/"), ("b", "b/"), ("Section", "c/s/")), 0)
    beside = sections_beside(category(sections=(section,)))
    assert beside is not None
    assert beside.links == (("Section", "c/s/"),)
    assert sections_beside(category("a")) is None
