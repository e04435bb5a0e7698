"""The page of the ticket form, and the data for its scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waypost.base.i18n import Words
from waypost.formats.support import ChannelKind, PriorityQuestion, SupportConfig
from waypost.formats.ticket import PLACEHOLDERS, TicketCategory, TicketProvider, placeholders
from waypost.support.rules.contact_page import contact_view
from waypost.support.rules.ticket_providers import PROVIDERS, empty_form, recipe

TICKET_URL = "ticket/"
"""Address of the ticket page from the help center's root; it is there where content/support.yml is."""

SUGGESTIONS_PATH = "assets/waypost/suggestions.json"
"""Where the articles are that the form suggests, from the root of the output."""


@dataclass(frozen=True)
class TicketView:
    """Everything that the page of the form shows."""

    provider: str
    """Whose form opens, for people."""
    form: str
    """The address of the form with nothing but the site's fixed fields; empty for an API."""
    is_api: bool
    is_mail: bool
    mail: str
    """A mail address that everybody may write to; empty where there is none."""
    categories: tuple[TicketCategory, ...]
    priorities: tuple[PriorityQuestion, ...]
    """The most urgent first."""
    sent: tuple[str, ...]
    """Placeholders that are sent in fields of their own, beside the description."""
    data: Mapping[str, Any] = field(compare=False)
    """The data for scripts, as values for JSON."""


def ticket_view(support: SupportConfig, components: Mapping[str, str], words: Words) -> TicketView:
    """Put the page together; `components` are the names of all components by their ids."""
    form = support.ticket
    contact = contact_view(support, words)
    filled_in = recipe(form)
    is_api = form.provider is TicketProvider.API
    mail = _mail(support)
    sent = {name for _, template in filled_in["params"] for name in placeholders(template)} - {"description"}
    return TicketView(
        provider=PROVIDERS[form.provider].label,
        form="" if is_api else empty_form(filled_in),
        is_api=is_api,
        is_mail=form.provider is TicketProvider.MAILTO,
        mail=mail,
        categories=form.categories,
        priorities=contact.priorities,
        sent=tuple(name for name in PLACEHOLDERS if name in sent),
        data={
            "recipe": filled_in,
            "categories": [_category(category) for category in form.categories],
            "priorities": [{"id": item.id, "question": item.question} for item in contact.priorities],
            "components": dict(components),
            "mail": mail,
            "suggestions": SUGGESTIONS_PATH,
            "support": contact.data,
        },
    )


def _category(category: TicketCategory) -> dict[str, Any]:
    return {
        "id": category.id,
        "name": category.name,
        "components": list(category.components),
        "priority": category.priority.value if category.priority else None,
        "ask": [
            {"id": question.id, "label": question.label, "required": question.required}
            for question in category.ask
        ],
    }


def _mail(support: SupportConfig) -> str:
    """Return the first mail address that is for everybody."""
    if support.ticket.provider is TicketProvider.MAILTO:
        return support.ticket.url.removeprefix("mailto:")
    addresses = (
        channel.address
        for channel in support.channels
        if channel.kind is ChannelKind.EMAIL and not channel.tiers and not channel.only_for
    )
    return next(addresses, "")
