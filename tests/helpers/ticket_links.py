"""What theme/support/ticket/ticket_link.js sends, written a second time, so that the two can be compared.

The golden cases of tests/cases/tickets/ hold both to the same address and the same text; beyond them, random
requests do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from waypost.base.i18n import Words
from waypost.support.rules.ticket_providers import FieldPlacement, Recipe

SUBJECT_KEPT = 80
"""Characters of a subject that are kept when an address is too long."""

MARK = "…"
"""Ends a text that was shortened."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONE = re.compile("[\ud800-\udfff]")
# Python and JavaScript differ in what is blank; these are blank in both.
_BLANK = "[ \t\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_BLANKS = re.compile(f"{_BLANK}+")
_LEADING = re.compile(f"\\A{_BLANK}+")
_TRAILING = re.compile(f"{_BLANK}+\\Z")


@dataclass(frozen=True)
class TicketRequest:
    """What a person sends, and has seen before."""

    subject: str = ""
    text: str = ""
    """What the person wrote and chose."""
    context: tuple[str, ...] = ()
    """What was gathered on the way, the most useful first; it goes first when an address is too long."""
    category: str = ""
    priority: str = ""
    """One of our priorities."""
    components: tuple[str, ...] = ()
    page: str = ""
    email: str = ""


@dataclass(frozen=True)
class TicketLink:
    """A form that is filled in: the address that opens it, or what is posted to it."""

    url: str
    shortened: bool = False
    """Something did not fit into the address."""
    body: Mapping[str, Any] | None = None
    """The JSON that an API gets; None for a form that a browser opens."""


@dataclass(frozen=True)
class TreeStep:
    """One answer on the way through a troubleshooter."""

    tree: str
    question: str
    answer: str


@dataclass(frozen=True)
class RequestContent:
    """Everything that a request can tell; what the person left out is empty."""

    details: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    """Label and answer of each question of the category."""
    category: str = ""
    """Its name for people."""
    urgency: str = ""
    email: str = ""
    question: str = ""
    """What was searched for."""
    searches: tuple[str, ...] = ()
    """What else was searched for without finding an answer."""
    steps: tuple[TreeStep, ...] = ()
    articles: tuple[tuple[str, str], ...] = ()
    """Title and address of each article that was read."""
    status: tuple[tuple[str, str], ...] = ()
    """Name and state of each component that is not working."""
    page: str = ""
    browser: str = ""


def describe(content: RequestContent, words: Words) -> tuple[str, tuple[str, ...]]:
    """Return what the person wrote and chose as text, and the sections of what was gathered on the way."""

    def line(name: str, text: str) -> str:
        return f"{words.say(f'live.ticket.told.{name}')}: {text}" if text else ""

    answers = [f"{label}: {answer}" for label, answer in content.answers if answer]
    chosen = [
        line("category", content.category),
        line("urgency", content.urgency),
        line("email", content.email),
    ]
    text = _join("\n\n", [content.details, _join("\n", answers), _join("\n", chosen)])
    context = [
        line("question", content.question),
        _listed(words, "searches", list(content.searches)),
        _listed(words, "steps", [f"{step.tree}: {step.question} → {step.answer}" for step in content.steps]),
        _listed(words, "articles", [f"{title} ({url})" for title, url in content.articles]),
        _listed(words, "status", [f"{name}: {state}" for name, state in content.status]),
        line("page", content.page),
        line("browser", content.browser),
    ]
    return text, tuple(section for section in context if section)


def _listed(words: Words, name: str, items: list[str]) -> str:
    head = words.say(f"live.ticket.told.{name}")
    return "\n".join([f"{head}:", *(f"- {item}" for item in items)]) if items else ""


def _join(glue: str, parts: list[str]) -> str:
    return glue.join(part for part in parts if part)


def ticket_link(form: Recipe, request: TicketRequest) -> TicketLink:
    """Fill in a form.

    An address is at most as long as the recipe's budget: first the gathered context is left out, the last
    section first; then the subject is cut to SUBJECT_KEPT characters; then the text is cut at its end.
    """
    request = _clean(request)
    if form["place"] == FieldPlacement.JSON:
        return TicketLink(form["url"], body=_body(form, request))
    url = _address(form, request)
    if len(url) <= form["budget"]:
        return TicketLink(url)
    while request.context:
        request = replace(request, context=request.context[:-1])
        if len(_address(form, request)) <= form["budget"]:
            return TicketLink(_address(form, request), shortened=True)
    request = replace(request, subject=cut(request.subject, SUBJECT_KEPT))
    request = _fit(
        form, request, len(request.text), lambda size: replace(request, text=cut(request.text, size))
    )
    subject = request.subject
    request = _fit(form, request, len(subject), lambda size: replace(request, subject=cut(subject, size)))
    return TicketLink(_address(form, request), shortened=True)


def _fit(
    form: Recipe, request: TicketRequest, most: int, shorten: Callable[[int], TicketRequest]
) -> TicketRequest:
    """Return the least shortened request whose address fits, or the one shortened most."""
    if len(_address(form, request)) <= form["budget"]:
        return request
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        if len(_address(form, shorten(middle))) <= form["budget"]:
            least = middle
        else:
            most = middle - 1
    return shorten(least)


def cut(text: str, size: int) -> str:
    """Return a text of at most `size` characters and, if some are missing, the mark that says so."""
    return text if len(text) <= size else _TRAILING.sub("", text[:size]) + MARK


def _clean(request: TicketRequest) -> TicketRequest:
    """Take out what no form can hold: control characters, halves of characters, line breaks in a subject."""
    return TicketRequest(
        subject=_trimmed(_BLANKS.sub(" ", _plain(request.subject))),
        text=_trimmed(_plain(request.text)),
        context=tuple(_trimmed(_plain(section)) for section in request.context),
        category=_plain(request.category),
        priority=_plain(request.priority),
        components=tuple(map(_plain, request.components)),
        page=_plain(request.page),
        email=_plain(request.email),
    )


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE.sub("\ufffd", _CONTROL.sub("", text))


def _trimmed(text: str) -> str:
    return _TRAILING.sub("", _LEADING.sub("", text))


def _values(form: Recipe, request: TicketRequest) -> dict[str, str]:
    return {
        "subject": request.subject,
        "description": _join("\n\n", [request.text, *request.context]),
        "category": request.category,
        "priority": form["priorities"].get(request.priority, ""),
        "component": next(iter(request.components), ""),
        "components": ",".join(request.components),
        "page": request.page,
        "email": request.email,
    }


def _fields(form: Recipe, request: TicketRequest) -> list[tuple[str, str]]:
    """Return names and values; a field with nothing but empty placeholders is left out."""
    values = _values(form, request)
    found = []
    for name, template in form["params"]:
        used = _PLACEHOLDER.findall(template)
        if used and not any(values[key] for key in used):
            continue
        value = _PLACEHOLDER.sub(lambda match: values[match[1]], template)
        if "description" in used:
            value = html.escape(value, quote=False) if form["markup"] else value
            value = value.replace("\n", form["newline"])
        found.append((name, value))
    return found


def _address(form: Recipe, request: TicketRequest) -> str:
    pairs = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in _fields(form, request))
    if not pairs:
        return str(form["url"])
    glue = "#" if form["place"] == FieldPlacement.FRAGMENT else "&" if "?" in form["url"] else "?"
    return f"{form['url']}{glue}{pairs}"


def _encode(text: str) -> str:
    """Percent-encode everything but the unreserved characters of RFC 3986."""
    return quote(text, safe="")


def _body(form: Recipe, request: TicketRequest) -> dict[str, Any]:
    return {**dict(_fields(form, request)), "attachments": []}
