from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.notify.rules.signing import BadSecret, new_secret, signature, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the one of the specification
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'


def test_the_vector_of_the_specification() -> None:
    found = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "at",
    [
        AT.astimezone(timezone(timedelta(hours=5, minutes=30))),
        AT.astimezone(timezone(-timedelta(hours=11))),
        AT.replace(microsecond=999_999),
    ],
)
def test_the_same_moment_is_signed_alike_in_every_zone_and_to_the_second(at: datetime) -> None:
    headers = signed_headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs_in_its_turn() -> None:
    old = new_secret(b"o" * 24)
    headers = signed_headers([SECRET, old], "msg_1", AT, BODY)
    both = [signature(secret, "msg_1", AT, BODY) for secret in (SECRET, old)]
    assert headers["webhook-signature"] == " ".join(both)


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200))
def test_a_new_secret_signs_with_the_bytes_it_was_made_of(random: bytes, body: bytes) -> None:
    secret = new_secret(random)
    assert base64.b64decode(secret.removeprefix("whsec_")) == random
    expected = base64.b64encode(hmac.digest(random, b"msg_1.1614265330." + body, "sha256")).decode()
    assert signature(secret, "msg_1", AT, body) == f"v1,{expected}"


@pytest.mark.parametrize("count", [0, 23, 65])
def test_a_secret_is_made_of_24_to_64_bytes(count: int) -> None:
    with pytest.raises(BadSecret):
        new_secret(b"x" * count)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "planted",
        SECRET.removeprefix("whsec_"),
        "whsec_",
        "whsec_planted!",
        "whsec_" + base64.b64encode(b"planted").decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        SECRET[:-1],
        SECRET + "\n",
        "whsec_" + "ü" * 32,
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(BadSecret, match="waypost webhook secret") as caught:
        signature(secret, "msg_1", AT, BODY)
    assert "planted" not in str(caught.value)
    assert caught.value.__cause__ is None
