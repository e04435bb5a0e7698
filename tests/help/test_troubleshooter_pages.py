"""The pages of a troubleshooter: their text, their links, their ways back and on."""

from __future__ import annotations

import pytest

from helpers.cases import Case, golden
from waypost.base.files.languages import load_words
from waypost.formats.article import Article, ArticleFrontMatter
from waypost.help.rules.troubleshooter_pages import TreePage, tree_pages
from waypost.reading.rules.troubleshooter import searched_text
from waypost.search.rules.documents import search_documents

ENGLISH = load_words("en")
TREE = """\
Hello, see [the docs][docs].

## Does it *work*?

Component: web

Look **closely**.

- [Yes](#fine)
- [No, `never`](#is-it-on)
- [I want to read](../other/some%20page.md#part)
- [A topic](../other/index.md)

## Is it on?

Component: mail, web

See [this](more.md) and [the docs][docs].

- [It is now](#fine)
- [Still not](#help)

## Fine

Outcome: fixed

All is well.

## Write to us {#help}

Outcome: ticket

[docs]: docs.md
"""


def article(body: str = TREE, path: str = "downloads/tree.md") -> Article:
    front = ArticleFrontMatter(title="Find <out>", kind="troubleshooter", summary="What it is.")
    return Article(path, "troubleshooter", "downloads", front, body, 6)


def pages(body: str = TREE, ticket_page: str = "ticket/") -> dict[str, TreePage]:
    found = tree_pages(article(body), ("downloads", "web"), ticket_page, ENGLISH)
    return {page.path: page for page in found}


def test_each_step_has_a_page_and_the_first_is_the_article_itself() -> None:
    assert list(pages()) == [
        "downloads/tree.md",
        "downloads/tree/is-it-on.md",
        "downloads/tree/fine.md",
        "downloads/tree/help.md",
        "downloads/tree/all.md",
    ]
    assert [page.title for page in pages().values()] == [
        "Find <out>",
        "Is it on?",
        "Fine",
        "Write to us",
        "Find <out>: all steps",
    ]


def test_the_first_page_shows_the_introduction_and_the_first_question() -> None:
    shown = pages()["downloads/tree.md"].body.partition("[docs]:")[0]
    assert shown.split() == [
        "Hello,",
        "see",
        "[the",
        "docs][docs].",
        "##",
        "Does",
        "it",
        "*work*?",
        "Look",
        "**closely**.",
    ]


def test_the_view_of_the_first_page() -> None:
    view = pages()["downloads/tree.md"].view
    assert (view.tree, view.question, view.number) == ("Find <out>", "Does it work?", 1)
    assert [(answer.text, answer.url, answer.leaves) for answer in view.answers] == [
        ("Yes", "downloads/tree/fine/", False),
        ("No, never", "downloads/tree/is-it-on/", False),
        ("I want to read", "other/some%20page/#part", True),
        ("A topic", "other/", True),
    ]
    assert (view.back, view.before, view.is_start, view.has_restart) == ("", (), True, False)
    assert view.all_url == "downloads/tree/all/"


def test_back_leads_to_the_only_step_before_or_to_the_start() -> None:
    on = pages()["downloads/tree/is-it-on.md"].view
    assert (on.number, on.back, on.before) == (2, "downloads/tree/", ("downloads/tree/",))
    assert not on.has_restart, "it would be the same link twice"
    fine = pages()["downloads/tree/fine.md"].view
    assert (fine.back, fine.outcome, fine.has_restart) == ("downloads/tree/", "fixed", True)
    assert fine.before == ("downloads/tree/", "downloads/tree/is-it-on/")
    end = pages()["downloads/tree/help.md"].view
    assert (end.back, end.number, end.has_restart) == ("downloads/tree/is-it-on/", 3, True)


def test_back_leads_to_the_start_where_several_steps_lead_here() -> None:
    body = "## A\n- [x](#b)\n- [y](#c)\n## B\n- [x](#d)\n## C\n- [x](#d)\n## D\nOutcome: ticket\n"
    view = pages(body)["downloads/tree/d.md"].view
    assert view.back == "downloads/tree/"
    assert view.before == ("downloads/tree/b/", "downloads/tree/c/")
    assert view.has_restart


def test_addresses_are_quoted() -> None:
    start, step, *_ = tree_pages(article(path="a b/größe & co.md"), (), "ticket/", ENGLISH)
    assert step.view.before == ("a%20b/gr%C3%B6%C3%9Fe%20%26%20co/",), "a script takes them apart at spaces"
    assert not step.view.has_restart
    assert start.view.ticket_url == "ticket/?from=a%20b/gr%C3%B6%C3%9Fe%20%26%20co/"


def test_the_ticket_form_learns_where_somebody_comes_from() -> None:
    assert pages()["downloads/tree/help.md"].view.ticket_url == "ticket/?from=downloads/tree/"
    assert pages(ticket_page="")["downloads/tree/help.md"].view.ticket_url == ""


def test_each_page_names_its_components_and_those_of_the_whole() -> None:
    assert {path: page.components for path, page in pages().items()} == {
        "downloads/tree.md": ("web", "downloads"),
        "downloads/tree/is-it-on.md": ("mail", "web", "downloads"),
        "downloads/tree/fine.md": ("downloads", "web"),
        "downloads/tree/help.md": ("downloads", "web"),
        "downloads/tree/all.md": ("web", "mail", "downloads"),
    }


def test_links_by_name_work_on_every_page() -> None:
    for path, page in pages().items():
        line = "[docs]: docs.md" if path == "downloads/tree.md" else "[docs]: ../docs.md"
        assert line in page.body.splitlines(), path


def test_a_summary_is_the_text_of_the_step_and_not_longer_than_anybody_shows() -> None:
    assert pages()["downloads/tree/fine.md"].summary == "All is well."
    assert pages()["downloads/tree.md"].summary == "What it is."
    long = pages(TREE.replace("All is well.", "word " * 100))["downloads/tree/fine.md"].summary
    assert len(long) <= 160
    assert long.endswith("word …")


def test_a_step_nobody_reaches_has_no_page() -> None:
    assert "downloads/tree/lost.md" not in pages(TREE + "\n## Lost\n\nOutcome: fixed\n")


def test_all_steps_on_one_page_say_where_to_read_on() -> None:
    page = pages()["downloads/tree/all.md"]
    lines = [line for line in page.body.splitlines() if line]
    assert lines[:8] == [
        "Hello, see [the docs][docs].",
        "## Does it *work*?",
        "Look **closely**.",
        "- [Yes](#fine) (step 3)",
        "- [No, `never`](#is-it-on) (step 2)",
        "- [I want to read](../../other/some%20page.md#part)",
        "- [A topic](../../other/index.md)",
        "## Is it on?",
    ]
    assert "## Write to us {#help}" in lines
    assert (page.view.number, page.view.back, page.view.all_url) == (0, "downloads/tree/", "")


@golden("troubleshooter/links.yml")
def test_links_lead_to_the_same_place_from_every_page(case: Case) -> None:
    ends = "\n\n## Fine\n\nOutcome: fixed\n"
    question = f"## {{0}}\n\n{case['text']}\n\n- [Yes](#fine)\n- [On](#next)\n\n"
    body = question.format("Start") + question.format("Next").replace("- [On](#next)\n", "") + ends
    found = pages(body)
    start = found["downloads/tree.md"].body.partition("## Start\n\n")[2].strip()
    assert start == case.get("start", case["text"]), case["why"]
    assert found["downloads/tree/next.md"].body == case["step"], case["why"]
    assert f"## Next\n\n{case['all']}\n\n- [Yes](#fine)" in found["downloads/tree/all.md"].body, case["why"]


@pytest.mark.parametrize("line", ["`" * 100_000, "` `` " * 20_000, "](" * 50_000, "[" * 100_000 + "]: "])
def test_hostile_text_is_rewritten(line: str) -> None:
    assert line.strip() in pages(TREE.replace("All is well.", line))["downloads/tree/fine.md"].body


def test_search_finds_one_document_with_the_questions_as_headings() -> None:
    (document,) = search_documents([article()])
    assert document.url == "downloads/tree/"
    assert document.headings == "Does it work? Is it on? Fine Write to us"
    for words in ("Look closely.", "It is now", "All is well."):
        assert words in document.text
    assert "Outcome" not in document.text


def test_what_is_searched_is_the_text_without_its_signs() -> None:
    text = searched_text(article())
    assert text.startswith("Hello, see [the docs][docs].\n\n## Does it *work*?")
    assert "Component:" not in text
