"""The ticket form of content/support.yml: whose form it is, what it takes, and what people are asked first."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from waypost.formats.article import Priority
from waypost.formats.field_types import EMAIL, STRICT, Line, Slug, fault
from waypost.problems import did_you_mean

PLACEHOLDERS = (
    "subject",
    "description",
    "category",
    "priority",
    "component",
    "components",
    "page",
    "email",
)
"""What a field of a hosted form can be filled with, written in braces."""

_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


class TicketProvider(StrEnum):
    """Whose form requests are written in."""

    ZENDESK = "zendesk"
    FRESHDESK = "freshdesk"
    GITHUB = "github"
    GITLAB = "gitlab"
    JIRA = "jira"
    GOOGLE_FORMS = "google-forms"
    TYPEFORM = "typeform"
    LINEAR = "linear"
    MAILTO = "mailto"
    API = "api"


class QuestionKind(StrEnum):
    """How a question of a category is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"


def placeholders(template: str) -> tuple[str, ...]:
    """Return the names in braces of a field's template, in their order."""
    return tuple(match[1] for match in _BRACES.finditer(template) if match[1] is not None)


def _template(text: str) -> str:
    for match in _BRACES.finditer(text):
        name = match[1]
        if name is None:
            raise fault("bad-value", "A brace is alone here. Write a placeholder such as {subject}.")
        if name not in PLACEHOLDERS:
            hint = did_you_mean(name, PLACEHOLDERS) or f" Known: {', '.join(PLACEHOLDERS)}."
            raise fault("bad-value", f"There is no placeholder {{{name}}}.{hint}")
    return text


FieldTemplate = Annotated[Line, AfterValidator(_template)]
"""What goes into one field of a hosted form: a fixed text, placeholders in braces, or both."""

FieldName = Annotated[str, Field(min_length=1, max_length=80)]
"""The name of a field, as the provider calls it."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TicketQuestion:
    """Something that is asked in one category only."""

    id: Slug
    """Its name for machines."""
    label: Line
    """The question, or what is wanted, in the customer's words."""
    kind: QuestionKind = QuestionKind.TEXT
    """text (one line), long (several lines) or choice."""
    options: tuple[Line, ...] = ()
    """What can be chosen."""
    required: bool = False
    """The request cannot be sent without an answer."""
    hint: Line | None = None
    """A line below the question: where to look, or an example."""

    def __post_init__(self) -> None:
        if self.kind is QuestionKind.CHOICE and len(set(self.options)) < 2:
            raise fault("bad-value", "A choice needs `options`: at least two different ones.", "options")
        if self.kind is not QuestionKind.CHOICE and self.options:
            raise fault("bad-value", "`options` belong to `kind: choice`. Add it, or remove them.", "options")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TicketCategory:
    """What a request can be about."""

    id: Slug
    """Its name for machines; `ticket` in an article's front matter and ?category= use it."""
    name: Line
    """Its name for people."""
    hint: Line | None = None
    """A line below the name."""
    components: tuple[Slug, ...] = ()
    """Ids of the components it depends on: their incidents are shown before anybody writes."""
    ask: Annotated[tuple[TicketQuestion, ...], Field(max_length=12)] = ()
    """What is asked in this category only."""
    priority: Priority | None = None
    """How urgent it usually is; the form starts with it."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TicketForm:
    """The form that requests end in, and what people are asked before it opens."""

    provider: TicketProvider
    """Whose form it is: see docs/tickets.md."""
    url: Annotated[str, Field(max_length=1000)]
    """Its address: https, mailto for mail, or a path of the same host for api."""
    fields: dict[FieldName, FieldTemplate] = Field(default_factory=dict)
    """More fields of that form, by the provider's names; {subject} and its like are filled in."""
    priorities: dict[Priority, Line] = Field(default_factory=dict)
    """What the provider calls our priorities, where it is not the usual."""
    categories: Annotated[tuple[TicketCategory, ...], Field(max_length=24)] = ()
    """What a request can be about, the most frequent first."""

    def __post_init__(self) -> None:
        message = _address_fault(self.provider, self.url)
        if message:
            raise fault("bad-value", message, "url")


def _address_fault(provider: TicketProvider, url: str) -> str:
    """Say what is wrong with the address of a form, or nothing."""
    plain = all(ch.isprintable() and not ch.isspace() and ch not in '"<>\\^`{|}' for ch in url)
    if provider is TicketProvider.MAILTO:
        address = url.removeprefix("mailto:")
        is_mail = plain and address != url and EMAIL.fullmatch(address) and not set(address) & set("?#&%/")
        return "" if is_mail else "Expected mailto: and one mail address, such as mailto:help@example.org."
    if provider is TicketProvider.API and plain and url.startswith("/") and not url.startswith("//"):
        return ""
    if plain and _is_https(url):
        return ""
    if provider is TicketProvider.API:
        return "Expected an address that starts with https://, or a path of this host such as /api/tickets."
    return "Expected an address that starts with https://."


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port is what finds an impossible one.
        return (
            parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        return False
