from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from waypost.base.files.languages import load_words
from waypost.formats.article import Article, ArticleFrontMatter, CategoryFrontMatter, PageKind
from waypost.formats.project import HelpCenter
from waypost.help.rules.catalog import Catalog, build_catalog
from waypost.help.rules.feed_items import LIMIT, ArticleDates, ArticleItem, article_items, changed_at

WORDS = load_words("en")
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def catalog(*names: str, title: str = "Title of {}") -> Catalog:
    pages = [
        Article(
            f"start/{name}.md",
            "page",
            "start",
            ArticleFrontMatter(title=title.format(name), summary=f"About {name}."),
            "",
            1,
        )
        for name in names
    ]
    top = CategoryFrontMatter(title="First steps", kind=PageKind.CATEGORY)
    pages.append(Article("start/index.md", PageKind.CATEGORY, "start", top, "", 1))
    return build_catalog(HelpCenter({page.path: page for page in pages}), WORDS)


def news(found: Catalog, **dates: tuple[datetime | None, datetime | None]) -> tuple[ArticleItem, ...]:
    return article_items(found, {f"start/{n}.md": ArticleDates(*d) for n, d in dates.items()}, WORDS)


def test_a_new_article_is_told_of_once_with_what_a_reader_needs() -> None:
    assert news(catalog("a"), a=(NOON, NOON)) == (
        ArticleItem("start/a/", "start/a/", "Title of a", "About a.", ("First steps",), NOON),
    )


def test_a_change_is_an_event_of_its_own_and_newest_comes_first() -> None:
    items = news(catalog("a", "b"), a=(NOON - 90 * HOUR, NOON), b=(NOON - HOUR, NOON - HOUR))
    assert [(item.key, item.title) for item in items] == [
        ("start/a/@2026-11-10", "Updated: Title of a"),
        ("start/b/", "Title of b"),
        ("start/a/", "Title of a"),
    ]


def test_mending_what_was_just_published_is_no_news() -> None:
    assert len(news(catalog("a"), a=(NOON, NOON + 23 * HOUR))) == 1
    assert len(news(catalog("a"), a=(NOON, NOON + 24 * HOUR))) == 2


def test_several_changes_of_a_day_are_one_event() -> None:
    first = NOON - 90 * HOUR
    keys = {news(catalog("a"), a=(first, NOON + hours * HOUR))[0].key for hours in (-12, 0, 11)}
    assert keys == {"start/a/@2026-11-10"}


def test_the_day_of_a_change_is_that_of_utc() -> None:
    late = datetime(2026, 11, 11, 1, tzinfo=timezone(timedelta(hours=2)))
    [item, _] = news(catalog("a"), a=(NOON - 90 * HOUR, late))
    assert (item.key, item.at.utcoffset()) == ("start/a/@2026-11-10", timedelta(0))


def test_a_new_title_changes_no_key() -> None:
    when = (NOON - 90 * HOUR, NOON)
    before, after = (news(catalog("a", title=title), a=when) for title in ("Old {}", "New {}"))
    assert [item.key for item in before] == [item.key for item in after]
    assert [item.title for item in before] != [item.title for item in after]


def test_nothing_is_told_of_what_nobody_knows() -> None:
    assert news(catalog("a", "b"), gone=(NOON, NOON)) == ()
    assert news(catalog("a"), a=(None, None)) == ()


def test_where_the_beginning_is_not_known_the_last_change_still_is() -> None:
    assert [item.key for item in news(catalog("a"), a=(None, NOON))] == ["start/a/@2026-11-10"]


def test_only_articles_are_news() -> None:
    assert [item.url for item in news(catalog("a"), a=(NOON, NOON), index=(NOON, NOON))] == ["start/a/"]


def test_no_two_events_have_the_same_time_and_none_lies_in_the_future() -> None:
    names = ["a", "b", "c", "d"]
    same = dict.fromkeys(names, (NOON, NOON + timedelta(microseconds=5)))
    items = news(catalog(*names), **same)
    assert [item.at for item in items] == [NOON - timedelta(seconds=n) for n in range(4)]
    assert [item.url for item in items] == ["start/d/", "start/c/", "start/b/", "start/a/"]


def test_what_comes_later_moves_nothing_that_was_told() -> None:
    names = ["a", "b", "c"]
    old = dict.fromkeys(names, (NOON, NOON))
    before = news(catalog(*names), **old)
    after = news(catalog(*names, "new"), **old, new=(NOON + HOUR, NOON + HOUR))
    assert after[1:] == before


def test_a_feed_holds_the_latest_only() -> None:
    names = [f"n{number}" for number in range(LIMIT + 7)]
    when = {name: (NOON + n * HOUR, NOON + n * HOUR) for n, name in enumerate(names)}
    items = news(catalog(*names), **when)
    assert [item.url for item in items] == [f"start/{name}/" for name in reversed(names[-LIMIT:])]


def test_the_last_change_of_a_file() -> None:
    dates = {"a.md": ArticleDates(NOON, NOON + HOUR), "b.md": ArticleDates()}
    assert [changed_at(dates, path) for path in ("a.md", "b.md", "c.md")] == [NOON + HOUR, None, None]
