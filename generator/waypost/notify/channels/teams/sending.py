"""Send a card to a workflow of Teams, and say what its refusals mean."""

from __future__ import annotations

from waypost.base.net.web import Response
from waypost.formats.notices import Letter
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import Means, TransportError
from waypost.notify.channels.chat import json_object
from waypost.notify.channels.http_transport import ask, attempt, refusal

_GONE = {
    "WorkflowNotFound": "the workflow was deleted",
}
_SWITCHED_OFF = {
    "WorkflowTriggerIsNotEnabled": "the workflow is switched off",
    "DirectApiAuthorizationRequired": "the workflow does not accept requests from anyone",
    "DirectApiInvalidAuthorizationScheme": "the workflow does not accept requests from anyone",
}


def send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    """Send a letter; a workflow names no message that could be edited later."""
    url = means.value(subscriber.target.url)
    with attempt(means):
        answer = ask(means, url, letter.body, {"Content-Type": "application/json"})
    if not 200 <= answer.status < 300:
        raise _refusal(answer, means)
    return ""


def _refusal(answer: Response, means: Means) -> TransportError:
    error = json_object(answer.body).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code in _GONE:
        return TransportError(_GONE[code], permanent=True, disables=True)
    if isinstance(code, str) and code in _SWITCHED_OFF:
        return TransportError(_SWITCHED_OFF[code])
    if answer.status == 413:
        return TransportError("Teams finds the message too large", permanent=True)
    return refusal(answer, means.clock())
