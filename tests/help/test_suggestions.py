from __future__ import annotations

from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    CategoryFrontMatter,
    PageKind,
    Priority,
    TicketHint,
)
from waypost.formats.project import HelpCenter
from waypost.help.rules.article_data import questions_of, suggestions_document


def article(path: str, kind: str = "faq", body: str = "## Why?\nText.\n") -> Article:
    front = ArticleFrontMatter(
        title=f"About {path}",
        kind=kind,
        summary="In short.",
        components=("downloads",),
        also_asked_as=("zip broken",),
        ticket=TicketHint("downloads", Priority.HIGH),
    )
    return Article(path, kind, "downloads", front, body, 1)


def test_every_article_is_there_with_the_words_that_find_it() -> None:
    front = CategoryFrontMatter(title="Downloads", kind=PageKind.CATEGORY)
    category = Article("downloads/index.md", PageKind.CATEGORY, "downloads", front, "", 1)
    pages = {
        page.path: page for page in (article("downloads/b.md"), category, article("downloads/a.md", "page"))
    }
    found = suggestions_document(HelpCenter(pages))["articles"]
    assert [entry["path"] for entry in found] == ["downloads/a/", "downloads/b/"]
    assert found[1] == {
        "title": "About downloads/b.md",
        "path": "downloads/b/",
        "summary": "In short.",
        "aliases": ["zip broken"],
        "questions": ["Why?"],
        "components": ["downloads"],
        "ticket": {"category": "downloads", "priority": "high"},
    }
    assert found[0]["questions"] == [], "headings of other articles are no questions"


def test_questions_are_headings_without_their_marks() -> None:
    body = (
        "Intro\n\n## Where is **my** `zip`? ##\n\n### Not this?\n\n```\n## Nor this?\n```\n"
        "## See [the sizes](sizes.md)? {#sizes}\n#Nor this?\n"
    )
    assert questions_of(body) == ["Where is my zip?", "See the sizes?"]
