"""Ticket forms and requests as the golden cases write them, for Python and for the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from pydantic import TypeAdapter

from helpers.ticket_links import RequestContent, TicketRequest, TreeStep
from waypost.formats.ticket import TicketForm, TicketProvider
from waypost.support.rules.ticket_providers import recipe

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "providers"
"""A form of each provider, as the documentation shows it."""

REQUEST = TicketRequest(
    subject="Zip stops",
    text="It stops at 99 %.",
    category="downloads",
    priority="high",
    components=("downloads", "galleries"),
    page="https://help.lumen.example/downloads/zip/",
    email="ann@example.org",
)


def ticket_form(data: dict[str, Any]) -> TicketForm:
    """Validate a form."""
    form: TicketForm = TypeAdapter(TicketForm).validate_python(data)
    return form


def example_data(provider: TicketProvider) -> dict[str, Any]:
    """Return the documented example of a provider, as written."""
    document = yaml.safe_load((EXAMPLES / f"{provider}.yml").read_text(encoding="utf-8"))
    data: dict[str, Any] = document["ticket"]
    return data


def example_form(provider: TicketProvider) -> TicketForm:
    """Return the documented example of a provider."""
    return ticket_form(example_data(provider))


def text_of(value: Any) -> Any:
    """Spell out {times: [part, number], end: text}."""
    if isinstance(value, list):
        return [text_of(item) for item in value]
    if not isinstance(value, dict):
        return value
    part, number = value["times"]
    return part * number + value.get("end", "")


def request_of(data: dict[str, Any]) -> TicketRequest:
    """Build a request as a case writes it."""
    spelt = {name: text_of(value) for name, value in data.items()}
    return TicketRequest(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in spelt.items()}
    )


def request_data(request: TicketRequest) -> dict[str, Any]:
    """Return a request as scripts take it."""
    return {**vars(request), "context": list(request.context), "components": list(request.components)}


def content_of(data: dict[str, Any]) -> RequestContent:
    """Build what a request tells, as a case writes it."""
    lists = {name: tuple(map(tuple, data.get(name, []))) for name in ("answers", "articles", "status")}
    steps = tuple(TreeStep(*step) for step in data.get("steps", []))
    return RequestContent(**{**data, **lists, "steps": steps})


def content_data(content: RequestContent) -> dict[str, Any]:
    """Return the same as scripts take it."""
    return {
        **vars(content),
        "answers": [{"label": label, "answer": answer} for label, answer in content.answers],
        "steps": [vars(step) for step in content.steps],
        "articles": [{"title": title, "url": url} for title, url in content.articles],
        "status": [{"name": name, "state": state} for name, state in content.status],
    }


def decoded(url: str) -> dict[str, str]:
    """Return the fields that an address carries, in its query or its fragment."""
    parts = urlsplit(url)
    return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True, strict_parsing=True))


def field_for(form: TicketForm, placeholder: str) -> str:
    """Return the name of the first field that a placeholder fills alone."""
    return next(name for name, template in recipe(form)["params"] if template == f"{{{placeholder}}}")
