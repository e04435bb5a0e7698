from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.cases import golden
from waypost.adapters.whoosh_words import COMMON_AT_LEAST, MAX_WORDS, Likeness, SearchIndex
from waypost.app.site import Site, load_project
from waypost.core.search.documents import SearchDocument, search_documents
from waypost.model.article import Article, ArticleFrontMatter, Kind

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample() -> SearchIndex:
    return SearchIndex(search_documents(load_project(Site(ROOT)).help_center.articles))


@golden("search/sample.yml")
def test_the_sample_answers_as_people_ask(sample: SearchIndex, case: dict[str, Any]) -> None:
    hits = sample.search(case["question"])
    assert (hits[0].document.url if hits else None) == case["first"]


def test_answers_come_best_first_and_no_more_than_asked_for(sample: SearchIndex) -> None:
    hits = sample.search("gallery password link", limit=4)
    assert len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_very_long_question_is_looked_up_by_its_start() -> None:
    documents = [
        SearchDocument("a/", "a.md", "Alpha", (), "", "alpha", Kind.PAGE),
        SearchDocument("b/", "b.md", "Omega", (), "", "omega", Kind.PAGE),
    ]
    question = "alpha " + "filler " * (MAX_WORDS * 300) + "omega"
    assert [hit.document.url for hit in SearchIndex(documents).search(question)] == ["a/"]


def test_an_empty_help_center_answers_nothing() -> None:
    assert SearchIndex([]).search("anything") == []


def article(path: str, title: str, body: str, kind: Kind = Kind.PAGE) -> Article:
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
    faq = article("f.md", "Questions", "## How do zebras sleep\n\nstanding\n", Kind.FAQ)
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
