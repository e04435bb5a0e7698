"""The ticket form of a site: how a provider's form is filled in, its faults, and the page that leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

from waypost.base.words import Words
from waypost.formats.article import Priority
from waypost.formats.support import ChannelKind, PriorityQuestion, SupportConfig
from waypost.formats.ticket import PLACEHOLDERS, TicketCategory, TicketForm, TicketProvider, placeholders
from waypost.problems import did_you_mean
from waypost.support.rules.contact_page import contact_view
from waypost.support.rules.ticket_providers import PROVIDERS, FieldPlacement

BUDGET = 2000
"""Characters of a whole address that every browser, proxy and server takes."""

FIXED = re.compile(r"[^{}]+(?![^{}]*\})")
"""The text of a template beside its placeholders."""

SUGGESTIONS_PATH = "assets/waypost/suggestions.json"
"""Where the articles are that the form suggests, from the root of the output."""


Recipe = Mapping[str, Any]
"""The instructions to fill in a form, as plain data for scripts."""


def recipe(form: TicketForm) -> Recipe:
    """Return the recipe of a form; theme/support/ticket/ticket_link.js follows it."""
    provider = PROVIDERS[form.provider]
    return {
        "provider": form.provider.value,
        "url": form.url,
        "place": provider.place.value,
        "newline": provider.newline,
        "markup": provider.is_markup,
        "budget": None if provider.place is FieldPlacement.JSON else BUDGET,
        "params": [list(pair) for pair in form_params(form).items()],
        "priorities": {level.value: word for level, word in priority_words(form).items()},
    }


def empty_form(form: Recipe) -> str:
    """Return the address of a form with nothing but the fixed fields of the site filled in."""
    fixed = [(name, value) for name, value in form["params"] if not placeholders(value)]
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in fixed)
    if not pairs:
        return str(form["url"])
    glue = "#" if form["place"] == FieldPlacement.FRAGMENT else "&" if "?" in form["url"] else "?"
    return f"{form['url']}{glue}{pairs}"


def form_params(form: TicketForm) -> dict[str, str]:
    """Return the fields of a form with their templates: the provider's own, and what the site adds or changes."""
    params = {**PROVIDERS[form.provider].params, **form.fields}
    if _has_form_fields(form) and "body" not in form.fields:
        # GitHub shows the form of a template in YAML in place of the body.
        params.pop("body", None)
    given = _names_in(form.url)
    # A field in the address itself is not given twice.
    return {name: template for name, template in params.items() if name in form.fields or name not in given}


def priority_words(form: TicketForm) -> dict[Priority, str]:
    """Return the provider's word for each of our priorities."""
    return {**PROVIDERS[form.provider].priorities, **form.priorities}


@dataclass(frozen=True)
class FormFault:
    """A fault of a ticket form: the keys that lead to it, below `ticket`, and what to do."""

    path: tuple[str | int, ...]
    message: str
    at_key: bool = False


def form_faults(form: TicketForm) -> Iterator[FormFault]:
    """Yield the faults that the provider would refuse, or that would lose text."""
    yield from _field_faults(form)
    yield from _address_faults(form)
    yield from _mapping_faults(form)


def _field_faults(form: TicketForm) -> Iterator[FormFault]:
    provider = PROVIDERS[form.provider]
    accepts = provider.accepts
    if _has_form_fields(form):
        accepts += r"|[A-Za-z0-9_-]+"
    for name in form.fields:
        if not re.fullmatch(accepts, name, re.ASCII):
            hint = did_you_mean(name, provider.params)
            message = f"{provider.label} does not take the field '{name}'. It takes {provider.takes}.{hint}"
            yield FormFault(("fields", name), message, at_key=True)


def _address_faults(form: TicketForm) -> Iterator[FormFault]:
    provider = PROVIDERS[form.provider]
    parts = urlsplit(form.url)
    if parts.fragment or form.url.endswith("#"):
        yield FormFault(("url",), "Leave out # and what follows: the fields are written there or before it.")
    if parts.query and provider.place is FieldPlacement.JSON:
        yield FormFault(("url",), "Leave out ? and what follows: a request is sent to the address as it is.")
    for name in sorted(_names_in(form.url) & set(form.fields)):
        message = f"The address holds '{name}' already. Say it here, or there."
        yield FormFault(("fields", name), message, at_key=True)
    if provider.place is not FieldPlacement.JSON and len(form.url) + _fixed_length(form) > BUDGET // 2:
        message = f"The address and its fixed fields are longer than {BUDGET // 2} characters. Shorten them."
        yield FormFault(("url",), message)


def _mapping_faults(form: TicketForm) -> Iterator[FormFault]:
    provider = PROVIDERS[form.provider]
    params = form_params(form)
    given = {**dict(parse_qsl(urlsplit(form.url).query)), **form.fields}
    for name, pattern in provider.required.items():
        if not re.fullmatch(pattern, given.get(name, ""), re.ASCII):
            message = f"{provider.label} needs `{name}`: the number of your own, in quotes, in `fields`."
            yield FormFault(("fields", name) if name in form.fields else ("fields",), message)
    filled = {name for template in params.values() for name in placeholders(template)}
    for name in ("subject", "description"):
        if name not in filled:
            message = (
                f"No field takes {{{name}}}, so what people write would be lost. "
                f"{provider.label} takes {provider.takes}: give one of them the value '{{{name}}}'."
            )
            yield FormFault(("fields",), message)


def _has_form_fields(form: TicketForm) -> bool:
    """Tell whether GitHub's own form is filled in, whose fields have names of their own."""
    template = form.fields.get("template") or dict(parse_qsl(urlsplit(form.url).query)).get("template", "")
    return form.provider is TicketProvider.GITHUB and template.endswith((".yml", ".yaml"))


def _names_in(url: str) -> set[str]:
    return {unquote_plus(part.partition("=")[0]) for part in urlsplit(url).query.split("&") if part}


def _fixed_length(form: TicketForm) -> int:
    params = form_params(form).items()
    fixed = [(name, "".join(FIXED.findall(template))) for name, template in params]
    return sum(len(quote(name, safe="")) + len(quote(text, safe="")) + 2 for name, text in fixed)


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
