from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    CategoryFrontMatter,
    PageKind,
    Priority,
    TicketHint,
)
from waypost.formats.support import SupportConfig
from waypost.help.rules.catalog import ArticleLink
from waypost.help.rules.further_help import NextHelp, PersonLink, embeds_of, helpful_view, person_link

OTHER = ArticleLink("Open a zip", "downloads/open-a-zip/", "", "", (), 1)
SHOP, DOWNLOADS = ("Shop", "shop/"), ("Downloads", "downloads/")
TICKET = PersonLink("ticket/", takes_question=True)


def support(**parts: object) -> SupportConfig:
    return TypeAdapter(SupportConfig).validate_python(
        {
            "office": {
                "name": "Us",
                "city": "Berlin",
                "time_zone": "Europe/Berlin",
                "hours": {"monday": "09:00-18:00"},
            },
            "channels": [{"id": "mail", "kind": "email", "name": "Mail", "address": "help@lumen.example"}],
            "ticket": {"provider": "mailto", "url": "mailto:help@lumen.example"},
            **parts,
        }
    )


def article(ticket: TicketHint | None = None, kind: str = "tutorial") -> Article:
    front = ArticleFrontMatter(title="T", ticket=ticket)
    return Article("downloads/a & b.md", kind, "downloads", front, "", 1)


@pytest.mark.parametrize(
    ("has_support", "contact", "expected"),
    [
        (True, "contact/", TICKET),
        (True, "", TICKET),
        (False, "contact/", PersonLink("contact/", takes_question=False)),
        (False, "", None),
    ],
)
def test_the_ticket_page_is_the_best_way_to_a_person(
    has_support: bool, contact: str, expected: PersonLink | None
) -> None:
    assert person_link(support() if has_support else None, contact) == expected


def test_the_ticket_knows_the_article_and_its_category() -> None:
    hint = TicketHint(category="technical", priority=Priority.HIGH)
    view = helpful_view(article(hint), (), (DOWNLOADS,), TICKET, support())
    assert view is not None
    assert view.person == "ticket/?from=downloads%2Fa+%26+b%2F&category=technical"
    plain = helpful_view(article(), (), (DOWNLOADS,), TICKET, support())
    assert plain is not None
    assert plain.person == "ticket/?from=downloads%2Fa+%26+b%2F"


@pytest.mark.parametrize(
    ("person", "expected"), [(PersonLink("contact/", takes_question=False), "contact/"), (None, "")]
)
def test_a_page_that_reads_no_question_gets_none(person: PersonLink | None, expected: str) -> None:
    hint = TicketHint(category="technical", priority=Priority.HIGH)
    view = helpful_view(article(hint), (), None, person, None)
    assert view is not None
    assert view.person == expected


def test_what_follows_is_the_nearest_there_is() -> None:
    cases = [
        ((OTHER,), (DOWNLOADS,), NextHelp("Open a zip", "downloads/open-a-zip/")),
        ((), (SHOP, DOWNLOADS), NextHelp("Downloads", "downloads/")),
        ((), (), NextHelp("", "")),
    ]
    for related, crumbs, expected in cases:
        view = helpful_view(article(), related, crumbs, None, None)
        assert view is not None
        assert view.following == expected


def test_answers_go_where_the_site_says_and_else_nowhere() -> None:
    for parts, expected in (({}, ""), ({"feedback": {"url": "/feedback"}}, "/feedback")):
        view = helpful_view(article(), (), (), TICKET, support(**parts))
        assert view is not None
        assert view.endpoint == expected
        assert [str(reason) for reason in view.reasons] == ["not_solved", "unclear", "wrong", "not_found"]


def test_only_articles_are_asked_about() -> None:
    page = Article(
        "downloads/index.md",
        PageKind.CATEGORY,
        "downloads",
        CategoryFrontMatter(title="Downloads", kind=PageKind.CATEGORY),
        "",
        1,
    )
    assert helpful_view(page, (), None, TICKET, support()) is None


def test_a_site_without_embeds_shows_none() -> None:
    assert embeds_of(None) is None
    assert embeds_of(support()) is None
    assert embeds_of(support(embeds={})) is None


def test_the_chat_says_whose_program_it_is() -> None:
    chat = {"script": "https://chat.example.com:8443/x.js?key=1", "label": "Chat"}
    community = {"url": "https://community.example.com/", "label": "Ask"}
    call_back = {"url": "https://calls.example.com/", "label": "Book"}
    view = embeds_of(support(embeds={"call_back": call_back, "chat": chat, "community": community}))
    assert view is not None
    assert view.chat is not None
    assert (view.chat.host, view.chat.script, view.chat.note) == ("chat.example.com", chat["script"], None)
    assert [link.label for link in view.links] == ["Ask", "Book"]
    alone = embeds_of(support(embeds={"community": community}))
    assert alone is not None
    assert alone.chat is None
