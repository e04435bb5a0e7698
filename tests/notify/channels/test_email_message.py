from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.mail_server import FROZEN, letter, means, person
from waypost.formats.subscribers import SubscriberFile, Unsubscribe
from waypost.notify.channels.email.composing import FrozenMail, clean, one_line
from waypost.notify.channels.email.message import Mail, build_mail
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.signing import unsubscribe_token

KEY = "sixteen letters+"
ANNA = person()
ONE_CLICK = Unsubscribe(url="https://in.lumen.example/unsubscribe", key="${LEAVE}")

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "MIME-Version",
    "Content-Type",
]


def read(mail: Mail) -> EmailMessage:
    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def mail_of(one: Delivery | None = None, who: str = "anna@example.org", **changes: Any) -> EmailMessage:
    return read(build_mail(one or letter(), person(who), means(environment={"LEAVE": KEY}, **changes)))


def texts(message: EmailMessage) -> tuple[str, str]:
    parts = [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]
    return parts[0], parts[1]


def test_a_mail_has_these_headers_and_no_others() -> None:
    message = mail_of()
    assert message.keys() == HEADERS
    assert dict(message.items()) | {"Content-Type": "", "References": ""} == {
        "From": "Lumen status <status@lumen.example>",
        "To": "anna@example.org",
        "Subject": "Incident: Downloads fail",
        "Date": "Fri, 20 Nov 2026 12:00:00 +0000",
        "Message-ID": "<msg_abc@lumen.example>",
        "In-Reply-To": message["References"],
        "References": "",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "List-Id": "<status.help.lumen.example>",
        "List-Unsubscribe": "<mailto:status@lumen.example?subject=unsubscribe%20anna>",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in message.iter_parts()} == {"quoted-printable"}
    assert message.defects == []


def test_an_incident_is_one_thread_and_another_one_is_another() -> None:
    def thread(one: Delivery, **changes: Any) -> str:
        message = mail_of(one, **changes)
        assert message["In-Reply-To"] == message["References"]
        assert re.fullmatch(r"<thread\.[0-9a-f]{32}@lumen\.example>", message["References"])
        return str(message["References"])

    opened, updated = letter(), letter(message_id="msg_later")
    assert thread(opened) == thread(updated)
    assert thread(opened) != thread(letter(subject="incident/2026-11-20-uploads"))
    assert mail_of(opened)["Message-ID"] != mail_of(updated)["Message-ID"]


def test_a_later_attempt_and_another_recipient_have_the_same_ids() -> None:
    first, again = mail_of(letter()), mail_of(letter(attempts=5), "bert@example.org")
    assert first["Message-ID"] == again["Message-ID"]
    assert first["References"] == again["References"]


def test_a_name_and_an_address_for_answers_may_be_set() -> None:
    message = mail_of(name="Lumen, the team", reply_to="help@lumen.example")
    assert message["From"] == '"Lumen, the team" <status@lumen.example>'
    assert message["Reply-To"] == "help@lumen.example"
    assert "<mailto:help@lumen.example?subject=" in message["List-Unsubscribe"], "people write there"


def test_with_a_listener_one_click_leaves() -> None:
    message = mail_of(unsubscribe=ONE_CLICK)
    link = f"https://in.lumen.example/unsubscribe/{unsubscribe_token(KEY, 'anna')}"
    written = "mailto:status@lumen.example?subject=unsubscribe%20anna"
    assert message["List-Unsubscribe"] == f"<{link}>, <{written}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = texts(message)
    assert plain.endswith(f"\nUnsubscribe: {link}\n")
    assert f'<a class="quiet" href="{link}"' in html
    assert "<!--leave-->" not in html


def test_one_click_is_not_promised_without_encryption() -> None:
    plain = Unsubscribe(url="http://127.0.0.1:8000/unsubscribe/", key="${LEAVE}")
    message = mail_of(unsubscribe=plain)
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert "List-Unsubscribe-Post" not in message, "RFC 8058 wants https"


def test_each_recipient_has_a_link_of_their_own_and_no_text_can_stand_for_it() -> None:
    frozen = FrozenMail(
        "S", "<!--leave-->\n", "<p>&lt;!--leave--&gt;</p><!--leave--><p><!--leave--></p>", "Go & leave"
    )
    _, html = texts(mail_of(letter(frozen.to_bytes()), unsubscribe=ONE_CLICK))
    assert html.count("href=") == 1
    assert html.startswith("<p>&lt;!--leave--&gt;</p>")
    assert ">Go &amp; leave</a></p>" in html, "the last place is that of the footer"


@pytest.mark.parametrize(
    "page", ["https://status.example.org/", "https://x.org/a/b/", "http://127.0.0.1:8000/s/"]
)
def test_the_list_is_named_after_the_page(page: str) -> None:
    message = read(build_mail(letter(), ANNA, replace(means(), page_url=page)))
    expected = {"s": "status.status.example.org", "x": "a-b.x.org", "1": "s.127.0.0.1.invalid"}
    assert message["List-Id"] == f"<{expected[page.split('//')[1][0]]}>"


HOSTILE = [
    "Bcc: all@example.org\r\nBcc: more@example.org",
    "one\nTwo: three\r\n\r\n<script>",
    "a,b;c:d <e@f.org> \"g\" (h) \\ 'i'",
    "🎉🏳️‍🌈 שלום עולם مرحبا 日本語 ünï",
    "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
    "\u202egnp.exe\u2066",
    "x" * 3000,
    "é" * 3000,
    "word " * 400,
    "\x00\x1b[31m\x85\u2028\u2029\x7f",
    "a =?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?= b",
    "\ud800",
    ".",
]


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=400), st.text(max_size=120), st.text(max_size=400))
@example("", "", "")
def test_whatever_is_written_stays_what_it_is(subject: str, name: str, body: str) -> None:
    check(subject, name, body)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_in_their_place(text: str) -> None:
    check(text, text[:160], text)  # longer names are refused where they are read


def check(subject: str, name: str, body: str) -> None:
    body = clean(body)
    frozen = FrozenMail(one_line(subject), f"{body}\n", f"<p>{len(body)}</p><!--leave-->", "Leave")
    mail = build_mail(letter(frozen.to_bytes()), ANNA, replace(means(), page_name=name))
    assert mail.data.isascii()
    lines = mail.data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    message = read(mail)
    assert message.keys() == HEADERS
    assert [(to.addr_spec, to.display_name) for to in message["To"].addresses] == [("anna@example.org", "")]
    shown, sender = parseaddr(email.message_from_bytes(mail.data)["From"])
    # The newer reader of the language keeps the spaces between encoded words of a name (RFC 2047, 6.2, drops them).
    assert str(make_header(decode_header(shown))) == one_line(name)
    assert sender == "status@lumen.example"
    assert message["Subject"] == one_line(subject)
    plain, _ = texts(message)
    assert plain == f"{body}\nLeave: mailto:status@lumen.example?subject=unsubscribe%20anna\n"


def test_long_addresses_are_not_cut_into_words() -> None:
    long = "a" * 60 + ".example"
    sender = f"status@{'b' * 60}.{long}"
    message = build_mail(
        letter(message_id="msg_" + "c" * 60),
        ANNA,
        means(
            sender=sender,
            unsubscribe=Unsubscribe(url=f"https://{long}/{'d' * 100}/", key="${LEAVE}"),
            environment={"LEAVE": KEY},
        ),
    )
    assert b"=?" not in message.data
    assert read(message)["Message-ID"] == f"<msg_{'c' * 60}@{sender.partition('@')[2]}>"
    assert (
        len(re.findall(rb"^List-Unsubscribe: <https://a+\.example/d+/[\w-]{32}>,\r$", message.data, re.M))
        == 1
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sender": "${FROM}"}, "the environment variable FROM is not set"),
        (
            {"sender": "${FROM}", "environment": {"FROM": "a@b.example\nBcc: x@y.example"}},
            "a mail address is not a valid one",
        ),
        ({"sender": "${FROM}", "environment": {"FROM": "nobody"}}, "a mail address is not a valid one"),
        ({"sender": f"a@{'b' * 80}.example"}, "a mail address is not a valid one"),
        ({"unsubscribe": ONE_CLICK}, "the environment variable LEAVE is not set"),
        (
            {"unsubscribe": ONE_CLICK, "environment": {"LEAVE": "short"}},
            "the key of `email.unsubscribe` has fewer than 16 characters",
        ),
    ],
    ids=range(6),
)
def test_settings_that_are_missing_or_wrong_are_tried_again(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(TransportError) as raised:
        build_mail(letter(), ANNA, means(**changes))
    assert str(raised.value) == said
    assert not raised.value.permanent


def test_without_settings_nothing_can_be_sent() -> None:
    with pytest.raises(TransportError, match="has no `email`"):
        build_mail(letter(), ANNA, replace(means(), file=SubscriberFile()))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"subject": "a"}'])
def test_a_body_that_is_none_of_ours_is_given_up(body: bytes) -> None:
    with pytest.raises(TransportError) as raised:
        build_mail(letter(body), ANNA, means())
    assert raised.value.permanent


def test_a_mail_never_shows_what_is_in_it() -> None:
    mail = build_mail(letter(), ANNA, means())
    assert repr(mail) == "Mail(msg_abc@lumen.example)"
    assert FrozenMail.from_bytes(FROZEN.to_bytes()) == FROZEN
