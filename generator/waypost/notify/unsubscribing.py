"""Take people off the list who follow the link in their mail; unknown links learn nothing."""

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
from waypost.notify.channels.email.rendering import leaving_page
from waypost.notify.outbox import Outbox
from waypost.notify.rules.unsubscribing import WeakKey, who_leaves

_NOBODY = AnswerPage(HTTPStatus.NOT_FOUND)


def who_may_leave(
    project: Callable[[], Project],
    outbox: Outbox,
    clock: Callable[[], datetime],
    environment: Mapping[str, str] = os.environ,
) -> Leaving:
    """Return what the listener asks when somebody follows an unsubscribe link.

    `project` is asked each time, because files are saved meanwhile. Where mails have no such links, because
    `email.unsubscribe` or its key is missing, every link is nobody's.
    """

    def ask(token: str) -> AnswerPage:
        known = project()
        if _subscriber(known.status.subscribers, token, environment) is None:
            return _NOBODY
        return _page(known, is_done=False)

    def leave(token: str) -> AnswerPage:
        known = project()
        subscriber = _subscriber(known.status.subscribers, token, environment)
        if subscriber is None:
            return _NOBODY
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
        return who_leaves(key, token, (item.id for item in file.subscribers if item.email is not None))
    except WeakKey:
        return None


def _page(project: Project, *, is_done: bool) -> AnswerPage:
    page = project.status.config.page
    words = site_words(project.language)
    title = words.say("notify.email.page.done" if is_done else "notify.email.page.title")
    text = words.say(
        "notify.email.page.done_text" if is_done else "notify.email.page.text",
        page=page.name,
    )
    values = {
        "language": words.language,
        "title": title,
        "text": text,
        "button": "" if is_done else words.say("notify.email.page.button"),
        "link": page.url,
        "link_text": words.say("notify.open"),
    }
    return AnswerPage(HTTPStatus.OK, leaving_page(values))
