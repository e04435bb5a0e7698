"""Apprise: any of the services that it knows; needs the extra `apprise`, which is loaded with the first message.

Apprise makes its own connections, so the guard against addresses that are not public does not hold here: its
addresses are for the operator to write. It tells whether a message was taken and not why it was refused, so every
refusal is tried again.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, MissingVariable, TransportContext
from waypost.notify.channels.chat import Dialect, chat_message, chat_text, json_body, shorten
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

MOST_TITLE = 250
MOST_BODY = 3000

_KINDS = {
    ComponentStatus.OPERATIONAL: "success",
    ComponentStatus.DEGRADED_PERFORMANCE: "warning",
    ComponentStatus.PARTIAL_OUTAGE: "warning",
    ComponentStatus.MAJOR_OUTAGE: "failure",
    ComponentStatus.UNDER_MAINTENANCE: "info",
    ComponentStatus.NO_DATA: "info",
}
"""What Apprise calls the kind of a message."""


def _itself(text: str) -> str:
    return text


PLAIN = Dialect(
    text=_itself,
    strong=_itself,
    emphasis=_itself,
    struck=lambda text: f"~~{text}~~",
    code=_itself,
    block=_itself,
    link=lambda url, shown: url if url == shown else f"{shown} ({url})",
    bullet="-",
)


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return title, text and kind."""
    message = chat_message(notice, snapshot)
    body = chat_text(message.wording.body, message.help_url, PLAIN, MOST_BODY)
    head = "\n".join([*message.facts, message.wording.link])
    return json_body(
        {
            "title": shorten(message.headline, MOST_TITLE),
            "body": "\n\n".join(filter(None, [head, body, message.footer])),
            "type": _KINDS[message.status],
        }
    )


_loading = threading.Lock()
"""Services are switched on for the whole process, by one thread at a time."""


def host(subscriber: Subscriber, context: TransportContext) -> str:
    """Name the service: a host in such an address may be a secret."""
    return f"apprise-{_schema(context.value(subscriber.target.url))}"


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Send a message; Apprise gives no id for it."""
    url = context.value(subscriber.target.url)
    library = _library()
    with _loading:
        library.NotificationManager().enable_only(_schema(url), *_schemas(context))
        service = _service(library, url, context)
    message = json.loads(delivery.body)
    timeout = context.file.delivery.timeout.total_seconds()
    sender = library.Apprise(asset=service.asset)
    sender.add(service)
    try:
        result = sender.notify(
            body=message["body"],
            title=message["title"],
            notify_type=message["type"],
            body_format=library.NotifyFormat.TEXT,
            timeout=timeout,
        )
    except Exception as error:  # services of many authors: what they raise is not declared
        raise TransportError(f"Apprise failed ({type(error).__name__})") from None
    if result.status == library.AppriseResultStatus.TIMEOUT:
        raise TransportError(f"no complete answer within {timeout:g} s")
    if not result:
        raise TransportError("the service did not take the message; Apprise does not say why")
    return ""


def _library() -> ModuleType:
    try:
        import apprise  # an extra, and slow to load  # noqa: PLC0415  # an extra, and slow to load
    except ImportError:
        words = 'the package apprise is not installed: run pip install "waypost[apprise]"'
        raise TransportError(words) from None
    # What it logs may name addresses and quote answers.
    logging.getLogger("apprise").propagate = False
    return apprise


def _service(library: ModuleType, url: str, context: TransportContext) -> Any:
    """Make the one service of an address; lists of addresses are not read."""
    asset = library.AppriseAsset(
        app_id="Waypost",
        app_desc=context.page_name,
        app_url=context.page_url,
        http_redirects=False,
        service_timeout=context.file.delivery.timeout.total_seconds(),
        storage_mode=library.PersistentStoreMode.MEMORY,
        pgp_autogen=False,
        pem_autogen=False,
    )
    service = library.Apprise.instantiate(url, asset=asset)
    if service is None:
        raise TransportError("Apprise does not understand the address")
    # The address may ask for more; one message an event is what is promised.
    service.redirects = False
    service.overflow_mode = library.OverflowMode.TRUNCATE
    return service


def _schemas(context: TransportContext) -> Iterator[str]:
    """Give the services that subscribers use; no other is switched on."""
    for subscriber in context.file.subscribers:
        if subscriber.apprise is not None:
            try:
                yield _schema(context.value(subscriber.apprise.url))
            except MissingVariable:
                continue


def _schema(url: str) -> str:
    name = url.partition("://")[0].lower()
    return name if re.fullmatch(r"[a-z0-9+.-]{1,40}", name) else "unknown"


CHANNEL = Channel(kind="apprise", events=ALL_EVENTS, compose=compose, host=host, send=send)
