from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import CASES, golden
from helpers.ticket_links import TicketRequest, cut, describe, ticket_link
from helpers.tickets import (
    REQUEST,
    content_of,
    decoded,
    example_form,
    field_for,
    request_of,
    text_of,
    ticket_form,
)
from waypost.base.files.languages import load_words
from waypost.formats.ticket import TicketProvider
from waypost.support.rules.ticket_providers import BUDGET, PROVIDERS, recipe

LINKED = [provider for provider in TicketProvider if provider is not TicketProvider.API]


@golden("tickets/links.yml")
def test_a_form_is_filled_in_as_its_provider_reads_it(case: dict[str, Any]) -> None:
    link = ticket_link(recipe(ticket_form(case["form"])), request_of(case["request"]))
    assert link.url == case["expect"]["url"]
    assert link.body == case["expect"].get("body")
    assert not link.shortened


def test_the_cases_know_every_provider() -> None:
    cases = yaml.safe_load((CASES / "tickets" / "links.yml").read_text(encoding="utf-8"))
    assert {case["form"]["provider"] for case in cases} == set(TicketProvider)


@golden("tickets/too_long.yml")
def test_what_does_not_fit_is_left_out_in_order(case: dict[str, Any]) -> None:
    form = example_form(case["provider"]) if case["provider"] != "github" else PLAIN_GITHUB
    link = ticket_link(recipe(form), request_of(case["request"]))
    expect = case["expect"]
    found: dict[str, Any] = dict(link.body or decoded(link.url))
    assert link.shortened == expect["shortened"]
    assert found[field_for(form, "description")] == text_of(expect["description"])
    if "subject" in expect:
        assert found[field_for(form, "subject")] == text_of(expect["subject"])
    if "length" in expect:
        assert len(link.url) == expect["length"]
    assert link.body or len(link.url) <= BUDGET


PLAIN_GITHUB = ticket_form({"provider": "github", "url": "https://github.com/lumen/help/issues/new"})


@pytest.mark.parametrize("provider", LINKED)
@given(
    subject=st.text(max_size=160),
    text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: text * 100),
    context=st.lists(st.text(max_size=300), max_size=6),
)
def test_no_address_is_longer_than_the_budget(
    provider: TicketProvider, subject: str, text: str, context: list[str]
) -> None:
    request = replace(REQUEST, subject=subject, text=text, context=tuple(context))
    link = ticket_link(recipe(example_form(provider)), request)
    assert len(link.url) <= BUDGET
    assert link.url.isascii()
    assert not set(link.url) & set(" \"'<>\n")


def test_a_text_is_cut_as_late_as_possible() -> None:
    form = recipe(PLAIN_GITHUB)
    for part in ("x", "ä", "€", "🚀"):
        text = part * 2000
        link = ticket_link(form, TicketRequest(subject="s", text=text))
        kept = decoded(link.url)["body"].removesuffix("…")
        assert text.startswith(kept)
        longer = TicketRequest(subject="s", text=kept + part)
        assert len(ticket_link({**form, "budget": 9999}, longer).url) + len("%E2%80%A6") > BUDGET


def test_halves_of_characters_and_control_characters_never_reach_an_address() -> None:
    link = ticket_link(recipe(PLAIN_GITHUB), TicketRequest(subject="a\ud83d\x00b\x1b", text="\udc00x\x85\ty"))
    assert decoded(link.url) == {"title": "a\ufffdb", "body": "\ufffdx\ty"}


def test_empty_fields_are_left_out_and_fixed_ones_stay() -> None:
    form = example_form(TicketProvider.ZENDESK)
    assert decoded(ticket_link(recipe(form), TicketRequest()).url) == {"ticket_form_id": "360000"}
    assert ticket_link(recipe(PLAIN_GITHUB), TicketRequest()).url == PLAIN_GITHUB.url


def test_what_stands_in_the_address_is_added_to_and_not_said_twice() -> None:
    form = ticket_form(
        {"provider": "jira", "url": "https://jira.example.org/c.jspa?pid=1&issuetype=2&priority=5"}
    )
    assert decoded(ticket_link(recipe(form), REQUEST).url) == {
        "pid": "1",
        "issuetype": "2",
        "priority": "5",
        "summary": "Zip stops",
        "description": "It stops at 99 %.",
    }


def test_priorities_are_said_in_the_words_of_the_provider_unless_the_site_has_its_own() -> None:
    form = ticket_form(
        {"provider": "zendesk", "url": "https://z.example.org/new", "priorities": {"critical": "sev1"}}
    )
    words = [
        decoded(ticket_link(recipe(form), TicketRequest(priority=name)).url)
        for name in ("medium", "critical")
    ]
    assert words == [{"tf_priority": "normal"}, {"tf_priority": "sev1"}]
    assert ticket_link(recipe(form), TicketRequest(priority="<b>")).url == form.url


def test_a_form_of_github_gets_its_fields_and_no_body() -> None:
    fields = {"template": "bug.yml", "what": "{subject}", "report": "{description} ({components})"}
    form = ticket_form({"provider": "github", "url": "https://github.com/l/h/issues/new", "fields": fields})
    assert decoded(ticket_link(recipe(form), REQUEST).url) == {
        "title": "Zip stops",
        "template": "bug.yml",
        "what": "Zip stops",
        "report": "It stops at 99 %. (downloads,galleries)",
    }


def test_every_placeholder_is_filled_in() -> None:
    template = "{subject}|{description}|{category}|{priority}|{component}|{components}|{page}|{email}"
    form = ticket_form(
        {
            "provider": "typeform",
            "url": "https://t.example.org/to/x",
            "fields": {"all": template, "s": "{subject}"},
        }
    )
    found = decoded(ticket_link(recipe(form), REQUEST).url)["all"]
    assert found.split("|") == [
        "Zip stops",
        "It stops at 99 %.",
        "downloads",
        "high",
        "downloads",
        "downloads,galleries",
        "https://help.lumen.example/downloads/zip/",
        "ann@example.org",
    ]


@golden("tickets/texts.yml")
def test_what_is_sent_is_written_down(case: dict[str, Any]) -> None:
    text, context = describe(content_of(case["told"]), load_words(case.get("language", "en")))
    assert text == case["text"]
    assert list(context) == case["context"]


def test_a_text_is_cut_with_a_mark() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abc", 2) == "ab…"
    assert cut("a  c", 2) == "a…"
    assert cut("abc", 0) == "…"


@pytest.mark.parametrize("provider", TicketProvider)
def test_every_provider_is_in_the_registry_with_what_a_script_needs(provider: TicketProvider) -> None:
    data = recipe(example_form(provider))
    assert data["provider"] == provider
    assert provider in PROVIDERS
    assert set(data) == {"provider", "url", "place", "newline", "markup", "budget", "params", "priorities"}
    assert set(data["priorities"]) == {"low", "medium", "high", "critical"}
