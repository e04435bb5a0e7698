"""The pages behind the unsubscribe link of a mail; an unknown link gets none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from waypost.base.database.engine import StoreError
from waypost.base.files.languages import site_words
from waypost.formats.project import Project
from waypost.formats.subscribers import SubscriberFile, variable
from waypost.monitor.heartbeat_listener import AnswerPage, Leaving
from waypost.notify.channels.email.composing import leaving_page
from waypost.notify.outbox import Outbox
from waypost.notify.rules.signing import WeakKey, subscriber_of_token

_UNKNOWN = AnswerPage(HTTPStatus.NOT_FOUND)


def unsubscribe_pages(
    project: Callable[[], Project],
    outbox: Outbox,
    clock: Callable[[], datetime],
    environment: Mapping[str, str] = os.environ,
) -> Leaving:
    """Return the two answers to an unsubscribe link: the page with the button, and the page when it is done.

    `project` is asked each time, because files are saved meanwhile. Where mails have no such links, because
    `email.unsubscribe` or its key is missing, no link is known.
    """

    def ask(token: str) -> AnswerPage:
        known = project()
        is_known = _subscriber(known.status.subscribers, token, environment) is not None
        return _page(known, is_done=False) if is_known else _UNKNOWN

    def leave(token: str) -> AnswerPage:
        known = project()
        subscriber = _subscriber(known.status.subscribers, token, environment)
        if subscriber is None:
            return _UNKNOWN
        try:
            outbox.unsubscribe(subscriber, clock())
        except StoreError:
            # Nothing was kept: mail programs try again, and people see that it failed.
            return AnswerPage(HTTPStatus.SERVICE_UNAVAILABLE)
        return _page(known, is_done=True)

    return Leaving(ask, leave)


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


def _page(project: Project, *, is_done: bool) -> AnswerPage:
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
    return AnswerPage(HTTPStatus.OK, leaving_page(values))
