from __future__ import annotations

from pathlib import Path

from waypost.formats.article import Article, ArticleFrontMatter
from waypost.search.io.likeness import COMMON_AT_LEAST, Likeness

ROOT = Path(__file__).parents[2]


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
