from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from helpers.tickets import ticket_form
from waypost.formats.ticket import PLACEHOLDERS, TicketQuestion, placeholders


def fault_of(data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        ticket_form(data)
    (error,) = caught.value.errors()
    return str(error["msg"])


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("zendesk", "https://lumen.zendesk.com/hc/en-us/requests/new"),
        ("zendesk", "https://help.lumen.example:8443/x?ticket_form_id=1&a[b]=c"),
        ("linear", "https://linear.new"),
        ("mailto", "mailto:help+web@lumen.example"),
        ("api", "https://tickets.lumen.example/api"),
        ("api", "/api/v1/support/tickets"),
        ("api", "/"),
    ],
)
def test_an_address_that_can_be_used(provider: str, url: str) -> None:
    assert ticket_form({"provider": provider, "url": url}).url == url


@pytest.mark.parametrize(
    ("provider", "url", "expected"),
    [
        ("zendesk", "http://lumen.zendesk.com/", "Expected an address that starts with https://."),
        ("zendesk", "HTTPS:lumen", "Expected an address that starts with https://."),
        ("zendesk", "https://", "Expected an address that starts with https://."),
        ("zendesk", "https://a b.example/", "Expected an address that starts with https://."),
        ("zendesk", "https://a.example/\u200b", "Expected an address that starts with https://."),
        ("zendesk", 'https://a.example/"onclick=x', "Expected an address that starts with https://."),
        ("zendesk", "https://user:secret@a.example/", "Expected an address that starts with https://."),
        ("zendesk", "https://a.example:99999/", "Expected an address that starts with https://."),
        ("zendesk", "https://[::1/", "Expected an address that starts with https://."),
        ("zendesk", "javascript:alert(1)", "Expected an address that starts with https://."),
        ("zendesk", "mailto:a@b.example", "Expected an address that starts with https://."),
        ("zendesk", "/api", "Expected an address that starts with https://."),
        ("mailto", "https://a.example/", "Expected mailto: and one mail address"),
        ("mailto", "help@lumen.example", "Expected mailto: and one mail address"),
        ("mailto", "mailto:help", "Expected mailto: and one mail address"),
        ("mailto", "mailto:a@b.example?cc=c@d.example", "Expected mailto: and one mail address"),
        ("mailto", "mailto:a@b.example,c@d.example", "Expected mailto: and one mail address"),
        ("mailto", "mailto:a%0Ab@c.example", "Expected mailto: and one mail address"),
        (
            "api",
            "//evil.example/api",
            "Expected an address that starts with https://, or a path of this host",
        ),
        ("api", "/\\evil.example", "Expected an address that starts with https://, or a path of this host"),
        ("api", "http://a.example/", "Expected an address that starts with https://, or a path of this host"),
        ("api", "api/tickets", "Expected an address that starts with https://, or a path of this host"),
    ],
)
def test_an_address_that_cannot(provider: str, url: str, expected: str) -> None:
    assert fault_of({"provider": provider, "url": url}).startswith(expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{subjekt}", "There is no placeholder {subjekt}. Did you mean 'subject'?"),
        ("{}", f"There is no placeholder {{}}. Known: {', '.join(PLACEHOLDERS)}."),
        ("{subject", "A brace is alone here."),
        ("a } b", "A brace is alone here."),
        ("{{subject}}", "Template code is not run here."),
    ],
)
def test_a_template_that_cannot_be_filled_in(template: str, expected: str) -> None:
    form = {"provider": "zendesk", "url": "https://a.example/", "fields": {"tf_1": template}}
    assert fault_of(form).startswith(expected)


def test_placeholders_are_found_in_their_order() -> None:
    assert placeholders("a {page} b {subject}{page}") == ("page", "subject", "page")
    assert placeholders("fixed") == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"kind": "choice"}, "A choice needs `options`"),
        ({"kind": "choice", "options": ["a"]}, "A choice needs `options`"),
        ({"kind": "choice", "options": ["a", "a"]}, "A choice needs `options`"),
        ({"kind": "text", "options": ["a", "b"]}, "`options` belong to `kind: choice`"),
        ({"options": ["a"]}, "`options` belong to `kind: choice`"),
    ],
)
def test_options_belong_to_a_choice(question: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        TypeAdapter(TicketQuestion).validate_python({"id": "a", "label": "A", **question})
