"""Send a text message by Twilio's REST interface, and say what its refusals mean."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from waypost.base.net.web import Response, basic
from waypost.formats.notices import Letter
from waypost.formats.subscribers import Subscriber, Twilio, phone_number
from waypost.notify.channels.base import Means, TransportError
from waypost.notify.channels.chat import json_object
from waypost.notify.channels.http_transport import ask, attempt, host_of, refusal, retry_after

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


def host(subscriber: Subscriber, means: Means) -> str:
    """Name the host of the service; there is none as long as `twilio` is missing."""
    return host_of(means.value(means.file.twilio.api)) if means.file.twilio else ""


def send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    """Send a letter; return the SID of the message."""
    twilio = _settings(means)
    account, token = means.value(twilio.account), means.value(twilio.token)
    form = {
        "To": _number(means.value(subscriber.target)),
        "From": means.value(twilio.sender),
        "Body": letter.body.decode(),
    }
    headers = {
        "Authorization": basic(account, token),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    address = (
        f"{means.value(twilio.api).rstrip('/')}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
    )
    with attempt(means, guarded=False):
        answer = ask(means, address, urlencode(form).encode(), headers)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, means)
    return str(json_object(answer.body).get("sid") or "")[:64]


def _settings(means: Means) -> Twilio:
    if means.file.twilio is None:
        raise TransportError("`twilio` is missing in subscribers.yml")
    return means.file.twilio


def _number(text: str) -> str:
    try:
        return phone_number(text)
    except ValueError:
        raise TransportError("the phone number is not one with its country, such as +4930123456") from None


def _refusal(answer: Response, means: Means) -> TransportError:
    code = json_object(answer.body).get("code")
    if not isinstance(code, int):
        return refusal(answer, means.clock())
    if code in _GONE:
        return TransportError(_GONE[code], permanent=True, disables=True)
    if code in _BAD_MESSAGE:
        return TransportError(_BAD_MESSAGE[code], permanent=True)
    wait = retry_after(answer.headers.get("retry-after", ""), means.clock())
    if code in _OPERATOR:
        return TransportError(_OPERATOR[code], retry_after=wait, blames_host=code in _ACCOUNT)
    return refusal(answer, means.clock())
