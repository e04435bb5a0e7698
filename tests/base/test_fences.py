"""Whoever reads Markdown leaves alone what stands in fenced code, in each form that CommonMark knows."""

from __future__ import annotations

import pytest

from waypost.authoring.rules.incident_texts import as_article
from waypost.base.markdown.links import map_links
from waypost.formats.article import Article, ArticleFrontMatter
from waypost.help.rules.article_data import questions, questions_of
from waypost.importing.rules.collection import SourceLine
from waypost.importing.rules.headings import anchors_of
from waypost.importing.rules.timelines import safe_words
from waypost.reading.rules.troubleshooter import parse_troubleshooter
from waypost.search.rules.documents import search_documents

INNER = "## Inside?\n[a](b.md) <b>"
FENCES = {
    "backticks": f"```\n{INNER}\n```",
    "tildes": f"~~~\n{INNER}\n~~~",
    "a longer fence": f"````\n```\n{INNER}\n```\n````",
    "words behind marks": f"```\n```sh\n{INNER}\n```",
    "other marks": f"~~~ a`b\n```\n{INNER}\n~~~",
    "four columns": f"```\n    ```\n{INNER}\n```",
    "more marks at the end": f"```\n{INNER}\n``````",
    "an entry": "- x\n\n  ```\n  ## Inside?\n  [a](b.md) <b>\n  ```",
    "the start of an entry": "- ```\n  ## Inside?\n  [a](b.md) <b>\n  ```",
    "a quote": "> ```\n> ## Inside?\n> [a](b.md) <b>\n> ```",
}
every_fence = pytest.mark.parametrize("code", FENCES.values(), ids=FENCES)


def body(code: str) -> str:
    return f"## First?\n\nYes.\n\n{code}\n\n## Last?\n\nNo.\n"


@every_fence
def test_a_heading_in_code_is_no_question(code: str) -> None:
    text = body(code)
    assert questions_of(text) == ["First?", "Last?"]
    assert [question for question, *_ in questions(text)] == ["First?", "Last?"]
    front = ArticleFrontMatter(title="T", kind="faq")
    found = search_documents([Article("a/b.md", "faq", "a", front, text, 1)])
    assert [document.title for document in found[-2:]] == ["First?", "Last?"]


@every_fence
def test_a_heading_in_code_is_no_step(code: str) -> None:
    tree, _ = parse_troubleshooter(body(code))
    assert [step.id for step in tree.steps] == ["first", "last"]


@every_fence
def test_an_import_leaves_code_as_it_is(code: str) -> None:
    text = body(code)
    assert map_links(text, str.upper) == text
    lines = [SourceLine(line, number) for number, line in enumerate(text.split("\n"), 1)]
    assert list(anchors_of(lines)) == ["first", "last"]
    assert safe_words(text) == text.replace("## First", "### First").replace("## Last", "### Last").strip()


@every_fence
def test_tags_in_code_stay_tags(code: str) -> None:
    assert as_article(f"{code}\n\n<b>") == f"{code}\n\n&lt;b>"
