"""The pages behind the unsubscribe link of a mail, by one click (RFC 8058) or by a button; unknown links get none.

Below their prefix each subscriber has an address of their own, which is their key.
"""

from __future__ import annotations

import email
import email.policy
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from waypost.base.database.engine import StoreError
from waypost.base.files.languages import site_words
from waypost.base.net.http_messages import ServerRequest, ServerResponse
from waypost.base.net.request_server import Route
from waypost.formats.project import Project
from waypost.formats.subscribers import SubscriberFile, variable
from waypost.notify.channels.email.composing import leaving_page
from waypost.notify.outbox import Outbox
from waypost.notify.rules.signing import WeakKey, subscriber_of_token

UNSUBSCRIBE_PREFIX = "/unsubscribe/"

MOST_FORM = 4096
"""The most bytes of the form of an unsubscription; mail programs send about 200."""

FIELD, VALUE = "List-Unsubscribe", "One-Click"
"""The field of the form that confirms an unsubscription (RFC 8058, 3.2)."""

_UNKNOWN = ServerResponse(HTTPStatus.NOT_FOUND)

_PAGE_HEADERS = {
    # The address of the page is a secret of its reader: nothing may keep it or pass it on.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def unsubscribe_route(
    project: Callable[[], Project],
    outbox: Outbox,
    clock: Callable[[], datetime],
    environment: Mapping[str, str] = os.environ,
) -> Route:
    """Return the address of the unsubscribe links.

    `project` is asked each time, because files are saved meanwhile. Where mails have no such links, because
    `email.unsubscribe` or its key is missing, no link is known.
    """

    def answer(request: ServerRequest) -> ServerResponse:
        known = project()
        token = request.path.removeprefix(UNSUBSCRIBE_PREFIX)
        is_click = request.method == "POST"
        if is_click and not is_one_click(request.headers.get("content-type", ""), request.body):
            return ServerResponse(HTTPStatus.BAD_REQUEST)
        subscriber = _subscriber(known.status.subscribers, token, environment)
        if subscriber is None:
            return _UNKNOWN
        # Following the link changes nothing: programs that look for harm follow every link in a mail.
        if is_click:
            try:
                outbox.unsubscribe(subscriber, clock())
            except StoreError:
                # Nothing was kept: mail programs try again, and people see that it failed.
                return ServerResponse(HTTPStatus.SERVICE_UNAVAILABLE)
        return _page(known, is_done=is_click)

    return Route(UNSUBSCRIBE_PREFIX, answer, frozenset({"GET", "HEAD", "POST"}))


def is_one_click(content_type: str, body: bytes) -> bool:
    """Return whether a body confirms it, as the form of a mail program or as the form of the page."""
    if len(body) > MOST_FORM:
        return False
    if content_type.lower().startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
        parts = email.message_from_bytes(head + body, policy=email.policy.default).walk()
        return any(
            part.get_param("name", header="content-disposition") == FIELD
            and part.get_payload(decode=True) in (VALUE.encode(), VALUE.encode() + b"\r\n")
            for part in parts
            if not part.is_multipart()
        )
    text = body.decode("ascii", "replace")
    return (FIELD, VALUE) in parse_qsl(text.strip(), max_num_fields=20) if text.count("&") < 20 else False


def _subscriber(file: SubscriberFile, token: str, environment: Mapping[str, str]) -> str | None:
    if file.email is None or file.email.unsubscribe is None:
        return None
    text = file.email.unsubscribe.key
    name = variable(text)
    key = text if name is None else environment.get(name, "")
    try:
        return subscriber_of_token(
            key, token, (item.id for item in file.subscribers if item.email is not None)
        )
    except WeakKey:
        return None


def _page(project: Project, *, is_done: bool) -> ServerResponse:
    page = project.status.config.page
    words = site_words(project.language)
    title = words.say("notify.email.page.done" if is_done else "notify.email.page.title")
    text = "notify.email.page.done_text" if is_done else "notify.email.page.text"
    values = {
        "language": words.language,
        "title": title,
        "text": words.say(text, page=page.name),
        "button": "" if is_done else words.say("notify.email.page.button"),
        "link": page.url,
        "link_text": words.say("notify.open"),
    }
    page_text = leaving_page(values).encode()
    return ServerResponse(body=page_text, media_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)
