"""Text messages by Twilio: one message each, with the link whole, and what is affected where there is room."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from waypost.base.net.web import Response, basic
from waypost.base.printable import clean_line
from waypost.formats.subscribers import NoticeEvent, Subscriber, Twilio, phone_number
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.chat import chat_message, json_object
from waypost.notify.channels.http_transport import ask, attempt, host_of, refusal, retry_after
from waypost.notify.channels.sms.gsm import cut, fits, only_gsm, transliterate
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice, SubjectKind
from waypost.publishing.pages.filters import StatusFormat
from waypost.status.rules.snapshot import Snapshot

LEAST_TITLE = 20
"""Letters of a text without which it says nothing; in another script a long link may leave fewer."""

_NEEDS_NO_WINDOW = (NoticeEvent.MAINTENANCE_COMPLETED, NoticeEvent.MAINTENANCE_CANCELLED)


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the text of the message."""
    message = chat_message(notice, snapshot)
    link = message.wording.link
    state = transliterate(clean_line(message.wording.state))
    title = transliterate(clean_line(notice.title))
    text = _fitted(state, title, link)
    if text is None:
        text = _fitted(only_gsm(state), _readable(title), link)
    if text is None:
        return link.encode()
    # The state of a component is in the headline already.
    facts = () if notice.event is NoticeEvent.COMPONENT_STATUS else message.facts
    for more in (*_window(notice, snapshot), *facts, snapshot.page.name):
        text = _with(text, transliterate(clean_line(more)), link)
    return f"{text}\n{link}".encode()


def _fitted(state: str, title: str, link: str) -> str | None:
    """Return the headline, cut so that the link fits behind it; None where too little of it would be left."""
    whole = f"{state}: {title}" if state and title else state or title
    text = cut(whole, f"\n{link}")
    return text if text and (text == whole or len(text) >= LEAST_TITLE) else None


def _readable(title: str) -> str:
    """Return what of a title can be written with the alphabet; nothing where that is only scraps of it."""
    kept = only_gsm(title)
    return kept if 2 * len(kept) >= len(title) else ""


def _window(notice: Notice, snapshot: Snapshot) -> list[str]:
    """Say when the work is, shorter than other channels do."""
    if notice.subject.kind is not SubjectKind.MAINTENANCE or notice.event in _NEEDS_NO_WINDOW:
        return []
    return [
        f"{StatusFormat(snapshot, {}).window(item)} ({snapshot.page.time_zone})"
        for item in snapshot.maintenances
        if item.work.id == notice.subject.id
    ]


def _with(text: str, more: str, link: str) -> str:
    """Add a sentence where the message stays one."""
    longer = f"{text.rstrip('.')}. {more}"
    return longer if more and fits(f"{longer}\n{link}") else text


_GONE = {
    21211: "the phone number is not valid",
    21610: "the person has unsubscribed by answering STOP",
    21614: "the phone number is not that of a mobile phone",
    21635: "the phone number is that of a landline",
}
"""Codes that will not change for this number (twilio.com/docs/api/errors)."""

_OPERATOR = {
    20003: "Twilio refuses the account or its token: look at `twilio` in subscribers.yml",
    20005: "the account at Twilio is not active",
    21212: "Twilio refuses the sender: look at `twilio` in subscribers.yml",
    21408: "the account at Twilio may not send to this country",
    21606: "Twilio refuses the sender: look at `twilio` in subscribers.yml",
    21608: "a trial account at Twilio may only send to numbers that it has verified",
    21659: "Twilio refuses the sender: look at `twilio` in subscribers.yml",
}
"""Codes that the operator can do something about."""

_ACCOUNT = (20003, 20005)
"""Those that hold for every message of the account."""

_BAD_MESSAGE = {21602: "the text is empty", 21617: "the text is too long"}


def host(subscriber: Subscriber, context: TransportContext) -> str:
    """Name the host of the service; there is none as long as `twilio` is missing."""
    return host_of(context.value(context.file.twilio.api)) if context.file.twilio else ""


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Send a message; return its SID."""
    twilio = _settings(context)
    account, token = context.value(twilio.account), context.value(twilio.token)
    form = {
        "To": _number(context.value(subscriber.target)),
        "From": context.value(twilio.sender),
        "Body": delivery.body.decode(),
    }
    headers = {
        "Authorization": basic(account, token),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    address = (
        f"{context.value(twilio.api).rstrip('/')}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
    )
    with attempt(context, guarded=False):
        answer = ask(context, address, urlencode(form).encode(), headers)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, context)
    return str(json_object(answer.body).get("sid") or "")[:64]


def _settings(context: TransportContext) -> Twilio:
    if context.file.twilio is None:
        raise TransportError("`twilio` is missing in subscribers.yml")
    return context.file.twilio


def _number(text: str) -> str:
    try:
        return phone_number(text)
    except ValueError:
        raise TransportError("the phone number is not one with its country, such as +4930123456") from None


def _refusal(answer: Response, context: TransportContext) -> TransportError:
    code = json_object(answer.body).get("code")
    if not isinstance(code, int):
        return refusal(answer, context.clock())
    if code in _GONE:
        return TransportError(_GONE[code], permanent=True, disables=True)
    if code in _BAD_MESSAGE:
        return TransportError(_BAD_MESSAGE[code], permanent=True)
    wait = retry_after(answer.headers.get("retry-after", ""), context.clock())
    if code in _OPERATOR:
        return TransportError(_OPERATOR[code], retry_after=wait, blames_host=code in _ACCOUNT)
    return refusal(answer, context.clock())


CHANNEL = Channel(kind="sms", events=ALL_EVENTS, compose=compose, host=host, send=send)
