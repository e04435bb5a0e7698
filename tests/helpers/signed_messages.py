"""Signed messages, good ones and ones that somebody tampered with, for whatever verifies them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from waypost.notify.rules.signing import signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the one of the specification
OLD = "whsec_" + base64.b64encode(b"the secret that was before this one").decode()
OTHER = "whsec_" + base64.b64encode(b"x" * 24).decode()
BODY = '{"type":"incident.opened","data":{"title":"Größere Alben 👩‍👩‍👧 stocken","text":"a\\nb"}}'.encode()


@dataclass(frozen=True)
class Message:
    """What a receiver gets, and whether it is ours."""

    headers: Mapping[str, str]
    body: bytes = BODY
    secret: str = SECRET
    """The one that the receiver knows."""
    is_ours: bool = True


def signed(*secrets: str, age: timedelta = timedelta(0), body: bytes = BODY) -> Message:
    """Sign a message of so long ago."""
    headers = signed_headers(secrets or (SECRET,), "msg_1", datetime.now(UTC) - age, body)
    return Message(dict(headers), body)


def tampered(message: Message, **headers: str) -> Message:
    """Return a message with other headers, which is not ours any more."""
    changed = {f"webhook-{name}": value for name, value in headers.items()}
    return replace(message, headers={**message.headers, **changed}, is_ours=False)


def messages() -> dict[str, Message]:
    """Return messages by what is done to them, signed just now."""
    good, minute = signed(), timedelta(minutes=1)
    signature = good.headers["webhook-signature"]
    return {
        "as it came": good,
        "an empty object": signed(body=b"{}"),
        "four minutes old": signed(age=4 * minute),
        "four minutes ahead": signed(age=-4 * minute),
        "signed by both, the new one is known": signed(SECRET, OLD),
        "signed by both, the old one is known": replace(signed(SECRET, OLD), secret=OLD),
        "with a signature of another version": replace(
            good, headers={**good.headers, "webhook-signature": f"v1a,AAAA {signature}"}
        ),
        "another secret": replace(good, secret=OTHER, is_ours=False),
        "signed by the old one alone": replace(signed(OLD), is_ours=False),
        "another body": replace(good, body=BODY.replace(b"opened", b"closed"), is_ours=False),
        "a space more": replace(good, body=BODY + b" ", is_ours=False),
        "no body": replace(good, body=b"", is_ours=False),
        "another id": tampered(good, id="msg_2"),
        "no id": tampered(good, id=""),
        "another time": tampered(good, timestamp=str(int(good.headers["webhook-timestamp"]) + 1)),
        "no time": tampered(good, timestamp=""),
        "a time that is none": tampered(good, timestamp="soon"),
        "a time beyond all clocks": tampered(good, timestamp="9" * 300),
        "six minutes old": replace(signed(age=6 * minute), is_ours=False),
        "six minutes ahead": replace(signed(age=-6 * minute), is_ours=False),
        "no signature": tampered(good, signature=""),
        "half a signature": tampered(good, signature=signature[:20]),
        "more than a signature": tampered(good, signature=signature + "A"),
        "a signature without its version": tampered(good, signature=signature.removeprefix("v1,")),
        "a signature of another version": tampered(good, signature=signature.replace("v1,", "v2,")),
        "signatures of nobody": tampered(good, signature="v1, v1 , v1,AAAA"),
    }
