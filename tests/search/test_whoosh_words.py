from __future__ import annotations

from pathlib import Path

import pytest

from waypost.formats.article import Article, ArticleFrontMatter
from waypost.search.io.whoosh_words import COMMON_AT_LEAST, Likeness, stemmer, stop_words

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "downloads", "downloading"),
        ("en", "gallery", "galleries"),
        ("de", "rechnung", "rechnungen"),
        ("fr", "photographie", "photographies"),
    ],
)
def test_inflections_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    stem = stemmer(language)
    assert stem(one) == stem(other) != one[:3]


def test_words_of_a_language_that_nobody_knows_stay_as_they_are() -> None:
    assert stemmer("xx")("galleries") == "galleries"
    assert stop_words("xx") == frozenset()


def test_words_that_are_in_every_sentence_are_known() -> None:
    assert {"the", "and"} <= stop_words("en")
    assert {"und", "fur"} <= stop_words("de"), "without diacritics, as the search sees them"


def article(path: str, title: str, body: str, kind: str = "page") -> Article:
    return Article(path, kind, "", ArticleFrontMatter(title=title, kind=kind), body, 4)


def articles(*texts: str) -> list[Article]:
    return [article(f"{number}.md", f"Title {number}", text) for number, text in enumerate(texts)]


def test_articles_that_share_rare_words_are_alike() -> None:
    likeness = Likeness(
        articles("zebra stripes photo", "zebra stripes gallery", "invoice photo", "weather forecast")
    )
    alike = likeness.more_like("0.md")
    assert [path for path, _ in alike][:2] == ["1.md", "2.md"]
    assert alike[0][1] > alike[1][1] > 0
    assert all(path != "0.md" for path, _ in alike), "never itself"


def test_the_same_text_is_as_alike_as_can_be() -> None:
    twice = article("x.md", "Zebra", "stripes")
    again = article("y.md", "Zebra", "stripes")
    assert Likeness([twice, again, *articles("other words")]).more_like("x.md")[0] == ("y.md", 1.0)


def test_all_documents_of_an_article_count_together() -> None:
    faq = article("f.md", "Questions", "## How do zebras sleep\n\nstanding\n", "faq")
    likeness = Likeness([faq, *articles("a zebra sleeps standing", "something else")])
    assert likeness.more_like("0.md")[0][0] == "f.md"
    assert likeness.more_like("f.md")[0][0] == "0.md"


def test_a_word_of_everybody_makes_nobody_alike() -> None:
    several = articles(*(f"common word{number}x" for number in range(4 * COMMON_AT_LEAST)))
    several.append(article("a.md", "Alone", "common"))
    assert Likeness(several).more_like("a.md") == []


def test_the_list_is_as_long_as_asked_for_and_always_the_same() -> None:
    texts = [f"zebra stripes {'photo ' * (number % 3)}" for number in range(30)]
    first = Likeness(articles(*texts)).more_like("0.md", limit=7)
    assert len(first) == 7
    assert first == Likeness(articles(*texts)).more_like("0.md", limit=7)
    assert [score for _, score in first] == sorted((score for _, score in first), reverse=True)


def test_an_unknown_article_is_like_nothing() -> None:
    assert Likeness([]).more_like("a.md") == []
    assert Likeness(articles("a zebra")).more_like("gone.md") == []
    assert Likeness(articles("")).more_like("0.md") == []
