"""Twilio's Messages resource on this machine."""

from __future__ import annotations

import base64
import re
from typing import ClassVar
from urllib.parse import parse_qs

from helpers.stand_ins import Asked, Given, StandIn
from waypost.notify.channels.sms.gsm import fits

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "planted:token"  # noqa: S105  # opens nothing
SENDER = "+15005550006"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


def error(code: int, status: int = 400) -> Given:
    """Return what Twilio answers with a code."""
    body = {
        "code": code,
        "message": "planted words",
        "more_info": "https://www.twilio.com/docs",
        "status": status,
    }
    return Given(status, body, {"Content-Type": "application/json"})


class TwilioMessages(StandIn):
    """Keeps the messages of one account."""

    name: ClassVar[str] = "Twilio"

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, str]] = []

    def accept(self, asked: Asked) -> Given:
        assert asked.method == "POST"
        assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        wanted = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if asked.headers["authorization"] != f"Basic {wanted}":
            return error(20003, 401)
        form = {
            name: "".join(values)
            for name, values in parse_qs(asked.body.decode("ascii"), strict_parsing=True).items()
        }
        assert set(form) == {"To", "From", "Body"}
        assert _NUMBER.fullmatch(form["To"])
        assert form["From"] == SENDER
        assert form["Body"]
        assert fits(form["Body"]), "it would be several messages"
        if self.next and self.next[0] is not None:
            return Given()
        self.messages.append(form)
        return Given(201, {"sid": f"SM{len(self.messages):032}", "status": "queued", "error_code": None})
