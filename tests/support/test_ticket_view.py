from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from helpers.tickets import example_data
from waypost.base.files.languages import load_words
from waypost.formats.support import SupportConfig
from waypost.formats.ticket import TicketProvider
from waypost.support.rules.ticket_form import TicketView, ticket_view

OFFICE = {"name": "Lumen", "city": "Berlin", "time_zone": "Europe/Berlin", "hours": {"monday": "09:00-18:00"}}
MAIL = {"id": "email", "kind": "email", "name": "Write to us", "address": "help@lumen.example"}


def view_of(ticket: dict[str, Any], **changes: Any) -> TicketView:
    data = {"office": OFFICE, "channels": [MAIL], "ticket": ticket, **changes}
    support = TypeAdapter(SupportConfig).validate_python(data)
    return ticket_view(support, {"downloads": "Downloads"}, load_words("en"))


@pytest.mark.parametrize("provider", TicketProvider)
def test_what_scripts_need_is_plain_data(provider: TicketProvider) -> None:
    view = view_of(example_data(provider))
    assert json.loads(json.dumps(view.data)) == view.data
    assert view.data["recipe"]["provider"] == provider
    assert (view.form == "") == view.is_api == (provider is TicketProvider.API)
    assert view.is_mail == (provider is TicketProvider.MAILTO)


def test_without_scripts_the_form_opens_with_what_the_site_always_sends() -> None:
    view = view_of(example_data(TicketProvider.ZENDESK))
    assert view.form == "https://lumen.zendesk.com/hc/en-us/requests/new?ticket_form_id=360000"


def test_what_is_sent_in_fields_of_its_own_is_named_in_the_order_of_the_page() -> None:
    assert view_of(example_data(TicketProvider.ZENDESK)).sent == ("subject", "category", "priority", "email")
    assert view_of(example_data(TicketProvider.FRESHDESK)).sent == (
        "subject",
        "priority",
        "components",
        "email",
    )
    assert view_of(example_data(TicketProvider.MAILTO)).sent == ("subject",)


def test_the_mail_address_is_one_that_everybody_may_write_to() -> None:
    tiers = [{"id": "vip", "name": "VIP", "first_answer": {}}]
    own = {**MAIL, "id": "vip", "address": "vip@lumen.example", "tiers": ["vip"]}
    urgent = {**MAIL, "id": "urgent", "address": "now@lumen.example", "only_for": ["critical"]}
    phone = {"id": "phone", "kind": "phone", "name": "Call", "address": "+49 30 5550 1840"}
    api = example_data(TicketProvider.API)
    assert view_of(api, channels=[own, urgent, phone, MAIL], tiers=tiers).mail == "help@lumen.example"
    assert view_of(api, channels=[own, phone], tiers=tiers).mail == ""
    form = {"provider": "mailto", "url": "mailto:tickets@lumen.example"}
    assert view_of(form).mail == "tickets@lumen.example"


def test_categories_bring_what_is_asked_along() -> None:
    ask = [{"id": "link", "label": "Link", "required": True}]
    category = {
        "id": "downloads",
        "name": "Downloads",
        "components": ["downloads"],
        "priority": "low",
        "ask": ask,
    }
    view = view_of(
        {**example_data(TicketProvider.API), "categories": [category, {"id": "other", "name": "Other"}]}
    )
    assert view.data["categories"] == [
        {
            "id": "downloads",
            "name": "Downloads",
            "components": ["downloads"],
            "priority": "low",
            "ask": [{"id": "link", "label": "Link", "required": True}],
        },
        {"id": "other", "name": "Other", "components": [], "priority": None, "ask": []},
    ]
    assert view.data["components"] == {"downloads": "Downloads"}


def test_priorities_are_the_questions_of_the_site_or_their_plain_names() -> None:
    api = example_data(TicketProvider.API)
    asked = view_of(api, priorities=[{"id": "low", "question": "Is it a wish?"}])
    assert asked.data["priorities"] == [{"id": "low", "question": "Is it a wish?"}]
    plain = [priority["id"] for priority in view_of(api).data["priorities"]]
    assert plain == ["critical", "high", "medium", "low"]
