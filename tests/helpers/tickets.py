"""Ticket forms and requests as the golden cases write them, for Python and for the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from pydantic import TypeAdapter

from helpers.ticket_links import Request, Step, Told
from waypost.formats.ticket import TicketForm, TicketProvider
from waypost.support.rules.ticket_form import recipe

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "providers"
"""A form of each provider, as the documentation shows it."""

REQUEST = Request(
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


def request_of(data: dict[str, Any]) -> Request:
    """Build a request as a case writes it."""
    spelt = {name: text_of(value) for name, value in data.items()}
    return Request(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in spelt.items()}
    )


def request_data(request: Request) -> dict[str, Any]:
    """Return a request as scripts take it."""
    return {**vars(request), "context": list(request.context), "components": list(request.components)}


def told_of(data: dict[str, Any]) -> Told:
    """Build what a request tells, as a case writes it."""
    lists = {name: tuple(map(tuple, data.get(name, []))) for name in ("answers", "articles", "status")}
    steps = tuple(Step(*step) for step in data.get("steps", []))
    return Told(**{**data, **lists, "steps": steps})


def told_data(told: Told) -> dict[str, Any]:
    """Return the same as scripts take it."""
    return {
        **vars(told),
        "answers": [{"label": label, "answer": answer} for label, answer in told.answers],
        "steps": [vars(step) for step in told.steps],
        "articles": [{"title": title, "url": url} for title, url in told.articles],
        "status": [{"name": name, "state": state} for name, state in told.status],
    }


def decoded(url: str) -> dict[str, str]:
    """Return the fields that an address carries, in its query or its fragment."""
    parts = urlsplit(url)
    return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True, strict_parsing=True))


def field_for(form: TicketForm, placeholder: str) -> str:
    """Return the name of the first field that a placeholder fills alone."""
    return next(name for name, template in recipe(form)["params"] if template == f"{{{placeholder}}}")
