"""The ranking in the browser gives the lists that the ranking in Python gives, from the shards that are published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from helpers.cases import CASES, read_yaml
from helpers.search_lists import index_of
from helpers.static_site import shown, write_index, write_scripts
from waypost.base.files.resources import theme_folder
from waypost.base.tokens import words_of
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.rules.index import Index
from waypost.search.rules.quotes import quote
from waypost.search.rules.ranking import rank
from waypost.search.site_search import site_index, site_language

pytestmark = pytest.mark.browser

LISTS = read_yaml(CASES / "search/lists.yml")
WORDS = read_yaml(CASES / "search/words.yml")
QUOTES = read_yaml(CASES / "search/quotes.yml")
HOSTILE = (
    "<img src=x onerror=alert(1)> zip",
    "zip" * 700,
    "zip " * 10_000,
    "\x00\x1b[31m zip\x7f",
    "\u202etfihs\u202c zip",
    "(.*)+$ [a-z]{9999} zip",
    "'; DROP TABLE x; -- zip",
    "🎉 zip 🎉🎉",
    "Ａ" * 300,
    "a" * 100_000,
    "\ud800 zip",
    "__proto__ constructor toString zip",
)
"""Questions that try to break a search; each is asked in both."""

RANK = """
async ([root, asked]) => {
  const { Shards } = await import("/js/search_shards.js");
  const { rank } = await import("/js/search_ranking.js");
  const shards = await Shards.load(root);
  const found = [];
  for (const [question, typing] of asked) {
    const { order, state, corrected } = await rank(shards, question, { typing });
    found.push([order.slice(0, 10), order.length ? corrected : "", state]);
  }
  return found;
}
"""

WORDS_OF = """
async (texts) => {
  const { wordsOf } = await import("/js/search_words.js");
  return texts.map(wordsOf);
}
"""


QUOTE = """
async ([root, asked]) => {
  const { Shards } = await import("/js/search_shards.js");
  const { rank } = await import("/js/search_ranking.js");
  const { quote } = await import("/js/search_quote.js");
  const shards = await Shards.load(root);
  const found = [];
  for (const question of asked) {
    const quoted = await quote(shards, await rank(shards, question));
    found.push(quoted && [quoted.text, quoted.document, quoted.anchor]);
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("twin")
    write_scripts(root)
    return root


@pytest.fixture(scope="module")
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    with shown(folder) as url:
        page = browser.new_page()
        page.goto(f"{url}index.html")
        yield page
        page.close()


def publish(folder: Path, name: str, index: Index, language: str) -> str:
    write_index(folder / name, index, language)
    return f"/{name}/search/"


def in_python(index: Index, asked: list[tuple[str, bool]]) -> list[list[Any]]:
    numbers = {id(document): number for number, document in enumerate(index.documents)}
    rankings = [rank(index, question, 10, typing=typing) for question, typing in asked]
    return [
        [
            [numbers[id(hit.document)] for hit in found.hits],
            found.corrected if found.hits else "",
            found.state.value,
        ]
        for found in rankings
    ]


@pytest.mark.parametrize("case", LISTS, ids=[case["name"] for case in LISTS])
def test_the_golden_lists_come_out_of_the_shards(page: Page, folder: Path, case: dict[str, Any]) -> None:
    index = index_of(case)
    root = publish(folder, case["name"].replace(" ", "-"), index, case["language"])
    asked = [(question["ask"], question.get("typing", False)) for question in case["questions"]]
    found = page.evaluate(RANK, [root, asked])
    for question, (order, corrected, state) in zip(case["questions"], found, strict=True):
        urls = [index.documents[number].url for number in order][:5]
        assert urls == question["finds"], question["why"]
        assert corrected == question.get("corrected", ""), question["why"]
        assert state == question.get("state", "answer" if question["finds"] else "nothing"), question["why"]


def test_the_sample_answers_the_same_in_both(page: Page, folder: Path) -> None:
    project = load_project(Site(theme_folder().parent))
    index = site_index(project.help_center, site_language(project))
    root = publish(folder, "sample", index, "en")
    titles = [document.title for document in index.documents]
    asked = [(question, typing) for question in (*titles, *HOSTILE) for typing in (False, True)]
    # Cut in the middle of a word, and with two letters swapped: unfinished and misspelt.
    asked += [(title[: len(title) * 2 // 3], True) for title in titles]
    asked += [(title[:6] + title[7:8] + title[6:7] + title[8:], False) for title in titles]
    found = page.evaluate(RANK, [root, asked])
    differing = [
        (question[:80], ours, theirs)
        for (question, _), ours, theirs in zip(asked, in_python(index, asked), found, strict=True)
        if ours != theirs
    ]
    assert differing == []
    assert sum(1 for order, *_ in found if order) > len(titles) * 3, "most questions find something"


LETTERS = ("abcdeor", "äéßñ", "хаїй", "𐌰𐌱𐌲", "𐐀𐐨𐐁", "𠀀𠀁", "写真を", "ที่อ", "हिन्", "사진", "🎉'’-", " .2 ")


def made_up(rng: random.Random) -> str:
    """Return a text of a few alphabets, of which some are beyond the basic plane."""
    alphabet = "".join(rng.sample(LETTERS, 2)) * 4 + " "
    return "".join(rng.choices(alphabet, k=rng.randint(1, 30)))


def test_texts_of_any_letters_are_read_and_answered_the_same_in_both(page: Page, folder: Path) -> None:
    rng = random.Random(17)  # noqa: S311  # no secret
    texts = [made_up(rng) for _ in range(60)]
    entries = [
        {"url": f"{number}/", "title": f"{title} ", "text": text}
        for number, (title, text) in enumerate(zip(texts[::2], texts[1::2], strict=True))
    ]
    index = index_of({"language": "de", "documents": entries})
    root = publish(folder, "letters", index, "de")
    questions = [made_up(rng) for _ in range(100)]
    # Some lack a letter, or have two in each other's place.
    for text in texts:
        at = rng.randrange(len(text))
        questions += [text[:at] + text[at + 1 :], text[:at] + text[at : at + 2][::-1] + text[at + 2 :]]
    asked = [(question, typing) for question in questions for typing in (False, True)]
    ours, theirs = in_python(index, asked), page.evaluate(RANK, [root, asked])
    assert [row for row in zip(asked, ours, theirs, strict=True) if row[1] != row[2]] == []
    words = page.evaluate(WORDS_OF, [*texts, *questions])
    assert words == [words_of(text) for text in (*texts, *questions)]
    assert sum(bool(order) for order, *_ in ours) > len(asked) / 3, "many find something"


def test_the_same_sentence_is_quoted_in_both(page: Page, folder: Path) -> None:
    project = load_project(Site(theme_folder().parent))
    index = site_index(project.help_center, site_language(project))
    root = publish(folder, "quotes", index, "en")
    asked = [case["ask"] for case in QUOTES]
    for document in index.documents:
        asked += [document.title, *(section.heading for section in document.sections if section.heading)]
        asked += document.aliases[:1]
    quotes = [quote(index, rank(index, question)) for question in asked]
    numbers = {id(document): number for number, document in enumerate(index.documents)}
    ours = [found and [found.text, numbers[id(found.document)], found.anchor] for found in quotes]
    theirs = page.evaluate(QUOTE, [root, asked])
    assert [row for row in zip(asked, ours, theirs, strict=True) if row[1] != row[2]] == []
    assert sum(found is not None for found in ours) > len(index.documents), "titles have an answer"


def test_words_are_the_same_in_both(page: Page) -> None:
    found = page.evaluate(WORDS_OF, [case["text"] for case in WORDS])
    for case, words in zip(WORDS, found, strict=True):
        assert words == case["words"], case["name"]


def test_words_are_taken_as_they_were_typed_in_both(page: Page, folder: Path) -> None:
    project = load_project(Site(theme_folder().parent))
    index = site_index(project.help_center, site_language(project))
    root = publish(folder, "typed", index, "en")
    titles = [document.title for document in index.documents]
    asked = [*titles, *(title[:6] + title[7:8] + title[6:7] + title[8:] for title in titles), "pasword"]
    found = page.evaluate(
        """async ([root, asked]) => {
          const { Shards } = await import("/js/search_shards.js");
          const { rank } = await import("/js/search_ranking.js");
          const shards = await Shards.load(root);
          return Promise.all(asked.map(async (question) => {
            const { order, state, corrected } = await rank(shards, question, { asTyped: true });
            return [order.slice(0, 10), state, corrected];
          }));
        }""",
        [root, asked],
    )
    numbers = {document.url: number for number, document in enumerate(index.documents)}
    for question, theirs in zip(asked, found, strict=True):
        ours = rank(index, question, 10, as_typed=True)
        assert [[numbers[hit.document.url] for hit in ours.hits], ours.state.value, ""] == theirs, question
