from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.channels import PAGE, Case, composition, golden_bodies, letter, means, subscriber
from helpers.stand_ins import Given, running
from helpers.twilio_stand_in import ACCOUNT, SENDER, TOKEN, TwilioMessages, error
from waypost.formats.subscribers import Subscriber, Twilio
from waypost.notify.channels.base import MissingVariable, TransportContext
from waypost.notify.channels.sms import CHANNEL as SMS
from waypost.notify.channels.sms.gsm import BASIC, EXTENDED, cut, fits, only_gsm, places, transliterate
from waypost.notify.rules.deliveries import TransportError

NUMBER = "+4915100000000"
SECRETS = {"account": "${SID}", "token": "${TOKEN}"}


@pytest.fixture
def twilio() -> Iterator[TwilioMessages]:
    service = TwilioMessages()
    with running(service):
        yield service


def sending(
    service: TwilioMessages, number: str = NUMBER, token: str = TOKEN
) -> tuple[Subscriber, TransportContext]:
    settings = Twilio(**SECRETS, sender=SENDER, api=service.url)
    return subscriber(sms="${PHONE}"), means(
        {"SID": ACCOUNT, "TOKEN": token, "PHONE": number}, twilio=settings
    )


def refused(to: tuple[Subscriber, TransportContext]) -> TransportError:
    with pytest.raises(TransportError) as caught:
        SMS.send(letter(b"Resolved: it works"), *to)
    return caught.value


@golden_bodies("sms")
def test_a_notice_becomes_this_message(case: Case) -> None:
    assert SMS.compose(*composition(case["notice"])).decode() == case["body"]


@golden_bodies("sms")
def test_every_message_is_one_message_with_its_link_whole(case: Case, twilio: TwilioMessages) -> None:
    body = SMS.compose(*composition(case["notice"]))
    assert SMS.send(letter(body), *sending(twilio)) == f"SM{1:032}"
    (message,) = twilio.messages
    assert message == {"To": NUMBER, "From": SENDER, "Body": body.decode()}
    assert message["Body"].split("\n")[-1].startswith(PAGE)


@given(
    st.text(max_size=300),
    st.sampled_from(["incident/a", "incident/" + "a" * 70, "maintenance/database", "component/downloads"]),
)
def test_whatever_is_told_is_one_message_with_its_link_whole(title: str, subject: str) -> None:
    event = {"incident": "incident.opened", "maintenance": "maintenance.announced"}
    kind = subject.partition("/")[0]
    said = {"title": title, "subject": subject, "event": event.get(kind, "component.status")}
    state = {"incident": "investigating", "maintenance": "scheduled"}.get(kind, "major_outage")
    told = composition({**said, "status": state, "old_status": "operational"})
    text = SMS.compose(*told).decode()
    assert fits(text)
    assert text.split("\n")[-1] == told[0].link
    assert len(text.split("\n")) == 2


def test_a_link_that_fills_the_message_is_all_of_it() -> None:
    link = f"{PAGE}incidents/{'a' * 200}/"
    assert SMS.compose(*composition({"link": link})).decode() == link


def test_a_title_in_another_script_is_kept_where_the_link_leaves_room() -> None:
    said = {"title": "הורדות נכשלות", "subject": "test/a", "event": "test", "link": "https://s.example/i/1/"}
    assert (
        SMS.compose(*composition(said)).decode()
        == "Test: הורדות נכשלות. Lumen status\nhttps://s.example/i/1/"
    )


def test_the_alphabet_is_that_of_the_standard() -> None:
    assert len(BASIC) == 127, "128 places, of which one is the escape"
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", 5),
        ("äöüß ÄÖÜ éèù ñ Ç", 16),
        ("Ω Δ @ £ ¥ ¤", 11),
        ("€", 2),
        ("[x] {y} ~ | ^ \\", 23),
        ("ç", None),
        ("`", None),
        ("–", None),
        ("👍", None),
    ],
)
def test_places_are_counted_as_phones_do(text: str, expected: int | None) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("„Fotos“ – groß…", '"Fotos" - groß...'),
        ("Ça va, naïve Noël, Łódź, français", "Ça va, naive Noel, Lodz, francais"),
        ("a → b • c × d", "a -> b - c x d"),
        ("👩‍👩‍👧‍👦 ok 🏳️‍🌈👍🏽", "ok"),
        ("ﬁx ① Ⅳ", "fix 1 IV"),
        ("a\u00a0b\u202ec\u2066d", "a bcd"),
        ("שלום", "שלום"),
        ("Привет", "Привет"),
        ("a  \n\tb", "a b"),
    ],
)
def test_what_can_be_written_plainly_is(text: str, expected: str) -> None:
    assert transliterate(text) == expected


def test_what_cannot_be_written_can_be_left_out() -> None:
    assert only_gsm("שלום Lumen Привет!") == "Lumen !"


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("a" * 160, "", "a" * 160),
        ("a" * 161, "", "a" * 157 + "..."),
        ("€" * 80, "", "€" * 80),
        ("€" * 81, "", "€" * 78 + "..."),
        ("word " * 40, "\nlink", "word " * 29 + "word..."),
        ("ж" * 70, "", "ж" * 70),
        ("ж" * 71, "", "ж" * 67 + "..."),
        ("a", "b" * 160, ""),
    ],
)
def test_a_text_is_cut_to_what_is_left(text: str, rest: str, expected: str) -> None:
    assert cut(text, rest) == expected


@pytest.mark.parametrize(
    ("code", "status", "permanent", "disables", "blames_host"),
    [
        (21211, 400, True, True, False),
        (21610, 400, True, True, False),
        (21614, 400, True, True, False),
        (21635, 400, True, True, False),
        (21617, 400, True, False, False),
        # The operator can mend these, and then the message goes out.
        (20003, 401, False, False, True),
        (20005, 401, False, False, True),
        (21212, 400, False, False, False),
        (21408, 403, False, False, False),
        (20429, 429, False, False, False),
        (20500, 500, False, False, True),
        (99999, 400, False, False, False),
    ],
)
def test_a_code_says_what_to_do(
    twilio: TwilioMessages, code: int, status: int, permanent: bool, disables: bool, blames_host: bool
) -> None:
    twilio.next = [error(code, status)]
    caught = refused(sending(twilio))
    assert (caught.permanent, caught.disables, caught.blames_host) == (permanent, disables, blames_host)
    assert "planted" not in str(caught)


@pytest.mark.parametrize("body", ["", "[]", '{"code": "21211"}', "<html>"])
def test_a_refusal_without_a_code_is_tried_again(twilio: TwilioMessages, body: str) -> None:
    twilio.next = [Given(400, body)]
    caught = refused(sending(twilio))
    assert (str(caught), caught.permanent) == ("HTTP status 400", False)


def test_too_many_requests_wait_as_long_as_is_asked(twilio: TwilioMessages) -> None:
    twilio.next = [Given(429, {"code": 20429}, {"Retry-After": "7"})]
    assert refused(sending(twilio)).retry_after == timedelta(seconds=7)


def test_a_wrong_token_is_told_without_showing_it(twilio: TwilioMessages) -> None:
    caught = refused(sending(twilio, NUMBER, "planted other"))
    assert "look at `twilio`" in str(caught)
    assert "planted" not in repr(caught) + str(caught)


@pytest.mark.parametrize("number", ["0151 000", "+49 151 0000000", "+4915100000000&From=x", "+0491510000000"])
def test_what_is_no_phone_number_is_not_sent(twilio: TwilioMessages, number: str) -> None:
    caught = refused(sending(twilio, number=number))
    assert number not in str(caught)
    assert twilio.asked == []


def test_a_service_that_the_operator_runs_may_be_private(twilio: TwilioMessages) -> None:
    to, usual = sending(twilio)
    guarded = means(usual.environment, refuse=lambda _: True, twilio=usual.file.twilio)
    assert SMS.send(letter(b"Resolved: it works"), to, guarded)


def test_what_is_missing_is_named(twilio: TwilioMessages) -> None:
    to, _ = sending(twilio)
    with pytest.raises(TransportError, match="`twilio` is missing"):
        SMS.send(letter(b"x"), to, means({}))
    assert SMS.host(to, means({})) == ""
    settings = Twilio(**SECRETS, sender=SENDER)
    assert SMS.host(to, means({}, twilio=settings)) == "api.twilio.com"
    with pytest.raises(MissingVariable, match="SID"):
        SMS.send(letter(b"x"), to, means({}, twilio=settings))
