"""The registry of ticket providers, PROVIDERS, and how the form of each is filled in.

The parameters are those of the providers' own documentation; docs/tickets.md names them again with an example
each, and a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

from waypost.formats.article import Priority
from waypost.formats.ticket import TicketForm, TicketProvider, placeholders
from waypost.problems import did_you_mean

WORDS = {level: level.value for level in Priority}


class FieldPlacement(StrEnum):
    """Where the fields are written."""

    QUERY = "query"
    FRAGMENT = "fragment"
    JSON = "json"


@dataclass(frozen=True)
class Provider:
    """The recipe of one provider."""

    label: str
    """Its name."""
    takes: str
    """The fields that it takes, in words, for a site that names another one."""
    accepts: str
    """The same as a pattern that a whole name matches."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The fields that are filled in unless the site says otherwise, with their templates."""
    place: FieldPlacement = FieldPlacement.QUERY
    newline: str = "\n"
    """The end of a line in the description."""
    is_markup: bool = False
    """The description is read as HTML, so the text of people must be escaped."""
    priorities: Mapping[Priority, str] = field(default_factory=lambda: WORDS)
    """Its words for our priorities."""
    required: Mapping[str, str] = field(default_factory=dict)
    """Fields that the site must give, with a pattern of their values."""


PROVIDERS: Mapping[TicketProvider, Provider] = {
    TicketProvider.ZENDESK: Provider(
        label="Zendesk",
        takes="ticket_form_id, tf_subject, tf_description, tf_anonymous_requester_email, tf_priority, tf_type, "
        "tf_due_at, and tf_ with the number of a field of your own",
        accepts=r"ticket_form_id|tf_(subject|description|anonymous_requester_email|priority|type|due_at|\d+)",
        params={
            "tf_subject": "{subject}",
            "tf_description": "{description}",
            "tf_anonymous_requester_email": "{email}",
            "tf_priority": "{priority}",
        },
        newline="<br>",
        is_markup=True,
        priorities={
            Priority.LOW: "low",
            Priority.MEDIUM: "normal",
            Priority.HIGH: "high",
            Priority.CRITICAL: "urgent",
        },
    ),
    TicketProvider.FRESHDESK: Provider(
        label="Freshdesk",
        takes="helpdesk_ticket[subject], [description], [requester], [priority], [ticket_type], [product_id], "
        "helpdesk_ticket[custom_field][cf_…], and the widget's widgetType, formTitle, submitTitle, submitThanks, "
        "screenshot, attachFile and searchArea",
        accepts=r"helpdesk_ticket\[(subject|description|requester|priority|ticket_type|product_id)\]"
        r"|helpdesk_ticket\[custom_field\]\[cf_\w+\]"
        r"|widgetType|formTitle|submitTitle|submitThanks|screenshot|attachFile|searchArea",
        params={
            "widgetType": "embedded",
            "helpdesk_ticket[subject]": "{subject}",
            "helpdesk_ticket[description]": "{description}",
            "helpdesk_ticket[requester]": "{email}",
        },
        priorities={Priority.LOW: "1", Priority.MEDIUM: "2", Priority.HIGH: "3", Priority.CRITICAL: "4"},
    ),
    TicketProvider.GITHUB: Provider(
        label="GitHub issues",
        takes="title, body, labels, assignees, milestone, projects, type, template, and with a template ending in "
        ".yml the ids of its form's fields",
        accepts=r"title|body|labels|assignees|milestone|projects|type|template",
        params={"title": "{subject}", "body": "{description}"},
    ),
    TicketProvider.GITLAB: Provider(
        label="GitLab issues",
        takes="issue[title], issue[description], issue[confidential], issue[issue_type], issue[milestone_id] and "
        "issuable_template",
        accepts=r"issue\[(title|description|confidential|issue_type|milestone_id)\]|issuable_template",
        params={"issue[title]": "{subject}", "issue[description]": "{description}"},
    ),
    TicketProvider.JIRA: Provider(
        label="Jira",
        takes="pid, issuetype, summary, description, priority, labels, components, environment, assignee, reporter, "
        "duedate, and customfield_ with its number",
        accepts=r"pid|issuetype|summary|description|priority|labels|components|environment|assignee|reporter|duedate"
        r"|customfield_\d+",
        params={"summary": "{subject}", "description": "{description}", "priority": "{priority}"},
        # The numbers of a new Jira, which its administrators may change.
        priorities={Priority.LOW: "4", Priority.MEDIUM: "3", Priority.HIGH: "2", Priority.CRITICAL: "1"},
        required={"pid": r"\d+", "issuetype": r"\d+"},
    ),
    TicketProvider.GOOGLE_FORMS: Provider(
        label="Google Forms",
        takes="entry. with the number of a question, emailAddress, and usp",
        accepts=r"entry\.\d+(\.other_option_response)?|emailAddress|usp",
        params={"usp": "pp_url"},
    ),
    TicketProvider.TYPEFORM: Provider(
        label="Typeform",
        takes="the names of its hidden fields: letters, digits and underscores",
        accepts=r"[A-Za-z_]\w*",
        place=FieldPlacement.FRAGMENT,
    ),
    TicketProvider.LINEAR: Provider(
        label="Linear",
        takes="title, description, team, priority, labels, status, assignee, project, cycle, estimate and template",
        accepts=r"title|description|team|priority|labels|status|assignee|project|cycle|estimate|template",
        params={"title": "{subject}", "description": "{description}", "priority": "{priority}"},
        priorities={**WORDS, Priority.CRITICAL: "urgent"},
    ),
    TicketProvider.MAILTO: Provider(
        label="Mail",
        takes="subject, body and cc",
        accepts=r"subject|body|cc",
        params={"subject": "{subject}", "body": "{description}"},
        # RFC 6068, section 5: a line break in a body is %0D%0A.
        newline="\r\n",
    ),
    TicketProvider.API: Provider(
        label="A ticket API",
        takes="names of JSON values: letters, digits and underscores, all but attachments",
        accepts=r"(?!attachments$)[A-Za-z_]\w*",
        params={
            "subject": "{subject}",
            "description": "{description}",
            "category": "{category}",
            "priority": "{priority}",
        },
        place=FieldPlacement.JSON,
    ),
}
"""Every provider, by the name that support.yml uses."""

BUDGET = 2000
"""Characters of a whole address that every browser, proxy and server takes."""

FIXED = re.compile(r"[^{}]+(?![^{}]*\})")
"""The text of a template beside its placeholders."""

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
