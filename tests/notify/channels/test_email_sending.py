from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from helpers.hostile_servers import HARD_BOUND, Certificates, Server, closed_port, drip, endless, silent
from helpers.mail_server import MailBoxes, letter, mail_server, means, person
from waypost.base.net.network import deadline
from waypost.notify.channels.base import MissingVariable, TransportContext
from waypost.notify.channels.email import CHANNEL, smtp
from waypost.notify.channels.email.smtp import MailConnection, read_server
from waypost.notify.rules.deliveries import TransportError

ANNA, BERT, CARA = (person(f"{name}@example.org", name) for name in ("anna", "bert", "cara"))


@pytest.fixture
def boxes() -> MailBoxes:
    return MailBoxes()


@pytest.fixture
def port(boxes: MailBoxes) -> Iterator[int]:
    with mail_server(boxes) as port:
        yield port


def failure(*args: Any) -> TransportError:
    with pytest.raises(TransportError) as raised:
        CHANNEL.send(*args)
    return raised.value


def test_each_recipient_gets_a_message_of_their_own(boxes: MailBoxes, port: int) -> None:
    for subscriber in (ANNA, BERT, CARA):
        assert CHANNEL.send(letter(), subscriber, means(port)) == "msg_abc@lumen.example"
    assert [(taken.sender, taken.recipients) for taken in boxes.taken] == [
        ("status@lumen.example", [f"{name}@example.org"]) for name in ("anna", "bert", "cara")
    ]
    assert [str(taken.message["To"]) for taken in boxes.taken] == [
        "anna@example.org",
        "bert@example.org",
        "cara@example.org",
    ]


def test_one_connection_serves_several_letters(boxes: MailBoxes, port: int) -> None:
    for subscriber in (ANNA, BERT, CARA):
        CHANNEL.send(letter(), subscriber, means(port))
    assert boxes.heard.count("EHLO [127.0.0.1]") == 1
    assert boxes.heard.count("RSET") == 2, "what was left of the mail before is wiped"
    assert len(boxes.taken) == 3


def test_greylisting_is_tried_again_and_then_fine(boxes: MailBoxes, port: int) -> None:
    boxes.says["RCPT"] = ["451 4.7.1 Greylisted, see http://grey.example/anna"]
    error = failure(letter(), ANNA, means(port))
    assert str(error) == "the mail server refused the recipient (451 4.7.1)"
    assert (error.permanent, error.disables, error.blames_host) == (False, False, False)
    CHANNEL.send(letter(attempts=2), ANNA, means(port))
    assert [str(taken.message["Message-ID"]) for taken in boxes.taken] == ["<msg_abc@lumen.example>"]


def test_of_three_recipients_one_is_refused_and_the_others_get_theirs(boxes: MailBoxes, port: int) -> None:
    boxes.says["RCPT bert@example.org"] = ["550 5.1.1 No such user bert"]
    CHANNEL.send(letter(), ANNA, means(port))
    error = failure(letter(), BERT, means(port))
    CHANNEL.send(letter(), CARA, means(port))
    assert (error.permanent, error.disables) == (True, True)
    assert [taken.recipients for taken in boxes.taken] == [["anna@example.org"], ["cara@example.org"]]
    assert boxes.heard.count("EHLO [127.0.0.1]") == 1, "a refusal is no doubt about the connection"


ANSWERS = [
    # Command, answer, what is said of it, whether it is permanent, disables, and blames the host.
    ("RCPT", "550 5.1.1 unknown", "refused the recipient (550 5.1.1)", "permanent disables"),
    ("RCPT", "550 5.1.10 null MX", "refused the recipient (550 5.1.10)", "permanent disables"),
    ("RCPT", "550 5.1.2 no such domain", "refused the recipient (550 5.1.2)", "permanent disables"),
    ("RCPT", "550 5.2.1 disabled", "refused the recipient (550 5.2.1)", "permanent disables"),
    ("RCPT", "550 no such user", "refused the recipient (550)", "permanent"),
    ("RCPT", "554 5.7.1 spam", "refused the recipient (554 5.7.1)", "permanent"),
    ("RCPT", "550 5.1.100 unheard of", "refused the recipient (550 5.1.100)", "permanent"),
    ("RCPT", "552 5.2.2 full", "refused the recipient (552 5.2.2)", ""),
    ("RCPT", "450 4.2.0 later", "refused the recipient (450 4.2.0)", ""),
    ("RCPT", "452 4.3.1 disk full", "refused the recipient (452 4.3.1)", "blames_host"),
    ("RCPT", "530 5.7.0 log in first", "refused the recipient (530 5.7.0)", "blames_host"),
    ("RCPT", "421 4.3.2 going down", "refused the recipient (421 4.3.2)", "blames_host"),
    ("RCPT", "251 will forward", "", ""),
    ("MAIL", "550 5.7.1 who are you", "refused the sender (550 5.7.1)", "blames_host"),
    ("MAIL", "451 4.7.0 too many", "refused the sender (451 4.7.0)", "blames_host"),
    ("MAIL", "530 5.7.0 log in first", "refused the sender (530 5.7.0)", "blames_host"),
    ("DATA", "554 5.6.0 not like this", "refused the message (554 5.6.0)", "permanent"),
    ("DATA", "550 5.1.1 found out late", "refused the message (550 5.1.1)", "permanent disables"),
    ("DATA", "451 4.3.0 try again", "refused the message (451 4.3.0)", "blames_host"),
    ("DATA", "421 bye", "refused the message (421)", "blames_host"),
]


@pytest.mark.parametrize(
    ("command", "answer", "said", "means_that"), ANSWERS, ids=lambda value: value or "fine"
)
def test_an_answer_says_what_is_to_be_done(
    boxes: MailBoxes, port: int, command: str, answer: str, said: str, means_that: str
) -> None:
    boxes.says[command] = [answer]
    if not said:
        CHANNEL.send(letter(), ANNA, means(port))
        return
    error = failure(letter(), ANNA, means(port))
    assert str(error) == f"the mail server {said}"
    flags = [name for name in ("permanent", "disables", "blames_host") if getattr(error, name)]
    assert " ".join(flags) == means_that
    is_over = command == "MAIL" or answer.startswith("421")
    line = smtp.pool.take(read_server(f"smtp://127.0.0.1:{port}"))
    assert (line is None) is is_over, "a connection is kept unless there is doubt about it"
    boxes.says.clear()
    CHANNEL.send(letter(), ANNA, means(port))
    assert len(boxes.taken) == 1


def test_a_kept_connection_that_is_refused_gives_way_to_a_new_one(boxes: MailBoxes, port: int) -> None:
    CHANNEL.send(letter(), ANNA, means(port))
    boxes.says["MAIL"] = ["421 4.7.0 too many mails over this connection"]
    CHANNEL.send(letter(), BERT, means(port))
    boxes.says["RSET"] = ["503 what"]
    CHANNEL.send(letter(), CARA, means(port))
    assert boxes.heard.count("EHLO [127.0.0.1]") == 3
    assert len(boxes.taken) == 3


@pytest.mark.parametrize("limit", ["IDLE", "MOST_MAILS"])
def test_a_connection_is_not_used_for_ever(
    boxes: MailBoxes, port: int, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHANNEL.send(letter(), ANNA, means(port))
    monkeypatch.setattr(smtp, limit, 0)
    CHANNEL.send(letter(), ANNA, means(port))
    assert boxes.heard.count("EHLO [127.0.0.1]") == 2
    assert "RSET" not in boxes.heard


def test_a_connection_that_nobody_needs_is_ended_with_a_word(
    boxes: MailBoxes, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "IDLE", 0.05)
    CHANNEL.send(letter(), ANNA, means(port))
    timer = smtp.pool._timer
    assert timer is not None
    timer.join(10)
    assert "QUIT" in boxes.heard
    assert smtp.pool.take(read_server(f"smtp://127.0.0.1:{port}")) is None


def test_no_more_connections_are_kept_than_a_few(
    boxes: MailBoxes, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MOST_KEPT", 2)
    server = read_server(f"smtp://127.0.0.1:{port}")
    lines = [smtp.MailConnection(server) for _ in range(3)]
    for line in lines:
        with deadline(timedelta(seconds=5)):
            line.open()
        smtp.pool.put(line)
    assert boxes.heard.count("QUIT") == 1
    assert smtp.pool.take(server) is lines[2], "the one that was used last is the most alive"
    assert smtp.pool.take(server) is lines[1]
    assert smtp.pool.take(server) is None
    for line in lines:
        line.close()


def test_a_connection_is_kept_for_its_server_only(boxes: MailBoxes, port: int) -> None:
    others = MailBoxes()
    CHANNEL.send(letter(), ANNA, means(port))
    with mail_server(others) as other:
        CHANNEL.send(letter(), ANNA, means(other))
    assert (len(boxes.taken), len(others.taken)) == (1, 1)


def test_threads_share_connections_but_never_at_the_same_time(boxes: MailBoxes, port: int) -> None:
    def run() -> None:
        for _ in range(10):
            CHANNEL.send(letter(), ANNA, means(port))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(boxes.taken) == 30
    assert boxes.heard.count("EHLO [127.0.0.1]") <= 3
    CHANNEL.send(letter(), ANNA, means(port))
    assert boxes.heard.count("EHLO [127.0.0.1]") <= 3, "also one that another thread opened"


def test_a_server_that_went_away_in_between_is_called_again(boxes: MailBoxes, port: int) -> None:
    CHANNEL.send(letter(), ANNA, means(port))
    line = smtp.pool.take(read_server(f"smtp://127.0.0.1:{port}"))
    assert line is not None
    assert isinstance(line.sock, socket.socket)
    line.sock.shutdown(socket.SHUT_RDWR)
    smtp.pool.put(line)
    CHANNEL.send(letter(), BERT, means(port))
    assert len(boxes.taken) == 2


# Logging in


@pytest.fixture
def locked(boxes: MailBoxes, trusted: Certificates) -> Iterator[int]:
    """A server that wants encryption and a login."""
    settings = {"tls_context": trusted.servers["good"], "require_starttls": True}
    with mail_server(boxes, **settings, authenticator=boxes.login, auth_required=True) as port:
        yield port


def login(port: int, user_and_password: str) -> TransportContext:
    return means(url=f"smtp://{user_and_password}@127.0.0.1:{port}?starttls=yes")


def test_the_login_is_said_decoded(boxes: MailBoxes, locked: int) -> None:
    CHANNEL.send(letter(), ANNA, login(locked, "us%40er:right%20pass%2Fword"))
    assert boxes.logins == [(b"us@er", b"right pass/word")]
    assert len(boxes.taken) == 1


def test_a_refused_login_is_tried_again_and_blames_the_host(boxes: MailBoxes, locked: int) -> None:
    error = failure(letter(), ANNA, login(locked, "user:wrong-word"))
    assert str(error) == "the mail server refused the login (535 5.7.8)"
    assert (error.permanent, error.blames_host) == (False, True)
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert "wrong-word" not in shown
    assert "anna@" not in shown
    assert boxes.taken == []


def test_a_login_that_cannot_be_said_is_a_matter_of_the_host(port: int, locked: int) -> None:
    for sent_with in (means(url=f"smtp://user:secret@127.0.0.1:{port}"), login(locked, "user:p%C3%A4ss")):
        error = failure(letter(), ANNA, sent_with)
        words = "the mail server knows no way to log in that we know, or the login is not plain ASCII"
        assert str(error) == words
        assert (error.permanent, error.blames_host) == (False, True)


# Encryption


def test_mail_is_encrypted_by_a_certificate_that_is_verified(boxes: MailBoxes, trusted: Certificates) -> None:
    good = trusted.servers["good"]
    with mail_server(boxes, tls_context=good, require_starttls=True) as port:
        CHANNEL.send(letter(), ANNA, means(url=f"smtp://127.0.0.1:{port}?starttls=yes"))
    with mail_server(boxes, ssl_context=good) as port:
        CHANNEL.send(letter(), ANNA, means(url=f"smtps://127.0.0.1:{port}"))
    assert len(boxes.taken) == 2


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("selfsigned", "the mail server: the certificate is self-signed"),
        ("expired", "the mail server: the certificate has expired"),
        ("other", "the mail server: the certificate is for another address"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused(
    boxes: MailBoxes, trusted: Certificates, which: str, said: str
) -> None:
    with mail_server(boxes, tls_context=trusted.servers[which]) as port:
        error = failure(letter(), ANNA, means(url=f"smtp://127.0.0.1:{port}?starttls=yes"))
    assert str(error) == said
    assert (error.permanent, error.blames_host) == (False, True)
    assert not any(line.startswith(("MAIL", "RCPT")) for line in boxes.heard), "it learns no address"


def test_without_encryption_nothing_is_said_to_a_server_elsewhere(boxes: MailBoxes, port: int) -> None:
    error = failure(letter(), ANNA, means(url=f"smtp://127.0.0.1:{port}?starttls=yes"))
    assert str(error) == "the mail server offers no STARTTLS; write smtps:// where it encrypts from the start"
    assert (error.permanent, error.blames_host) == (False, True)
    assert not any(line.startswith("MAIL") for line in boxes.heard)


# Addresses of servers


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption"),
    [
        ("smtps://mail.example.org", "mail.example.org", 465, "tls"),
        ("smtps://mail.example.org:2465/", "mail.example.org", 2465, "tls"),
        ("smtp://mail.example.org", "mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:25", "mail.example.org", 25, "starttls"),
        ("smtp://mail.example.org:25?starttls=no", "mail.example.org", 25, "none"),
        ("smtp://localhost:25", "localhost", 25, "none"),
        ("smtp://127.0.0.2:25", "127.0.0.2", 25, "none"),
        ("smtp://[::1]:25", "::1", 25, "none"),
        ("smtp://localhost:25?starttls=yes", "localhost", 25, "starttls"),
        ("smtp://user:word@localhost", "localhost", 587, "none"),
    ],
)
def test_the_address_of_a_server_says_how_it_is_spoken_to(
    url: str, host: str, port: int, encryption: str
) -> None:
    server = read_server(url)
    assert (server.host, server.port, server.encryption) == (host, port, encryption)
    assert CHANNEL.host(ANNA, means(url=url)) == host


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://mail.example.org", "not valid"),
        ("mail.example.org:25", "not valid"),
        ("smtp://", "not valid"),
        ("smtp://mail.example.org:99999", "not valid"),
        ("smtp://user:sec/ret@mail.example.org", "not valid"),
        ("smtp://user:sec#ret@mail.example.org", "not valid"),
        ("smtp://[::1", "not valid"),
        ("smtp://mail.example.org?tls=no", "?starttls=yes or ?starttls=no only"),
        ("smtp://user:secret@mail.example.org?starttls=no", "a password is not sent without encryption"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_but_never_repeated(url: str, said: str) -> None:
    error = failure(letter(), ANNA, means(url=url))
    assert said in str(error)
    assert not error.permanent, "it may be mended"
    assert "sec" not in str(error)
    assert CHANNEL.host(ANNA, means(url=url)) == ""


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(MissingVariable, match="OTHER_MAIL"):
        CHANNEL.host(ANNA, means(server="${OTHER_MAIL}"))
    assert "OTHER_MAIL" in str(failure(letter(), ANNA, means(server="${OTHER_MAIL}")))
    server = read_server("smtps://user:word@mail.example.org")
    assert "word" not in repr(server) + repr(MailConnection(server))


# Servers that behave badly


def lines(*said: bytes) -> Callable[[socket.socket, bytes], None]:
    """Greet, and answer each line in turn; close after the last answer, without waiting."""

    def handle(connection: socket.socket, _: bytes) -> None:
        with connection.makefile("rb") as stream:
            connection.sendall(said[0])
            for answer in said[1:]:
                heard = stream.readline()
                if answer.startswith(b"\x00"):
                    while heard.strip() != b".":
                        heard = stream.readline()
                if not heard:
                    return
                connection.sendall(answer.lstrip(b"\x00"))

    return handle


GREETED = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


def greets_and_drips(connection: socket.socket, _: bytes) -> None:
    drip(connection, b"220-wait\r\n")


def answers_and_drips(connection: socket.socket, request: bytes) -> None:
    lines(*GREETED)(connection, request)
    drip(connection, b"2")


def never_stops(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"220-")
    endless(connection)


def many_lines(connection: socket.socket, request: bytes) -> None:
    while True:
        connection.sendall(b"220-x\r\n" * 1000)


@pytest.mark.parametrize("handle", [greets_and_drips, answers_and_drips, silent, never_stops, many_lines])
def test_no_server_holds_a_worker_beyond_the_deadline(handle: Callable[[socket.socket, bytes], None]) -> None:
    started = time.monotonic()
    with Server(handle, waits=False) as server:
        error = failure(letter(), ANNA, means(server.port, seconds=0.5))
        assert time.monotonic() - started < 0.5 + HARD_BOUND
    assert (error.permanent, error.blames_host) == (False, True)


def test_an_answer_without_an_end_is_not_read_for_long() -> None:
    with Server(many_lines, waits=False) as server:
        error = failure(letter(), ANNA, means(server.port, seconds=60))
    assert str(error) == "the connection was closed early"


def test_each_answer_may_be_as_long_as_the_one_before(
    boxes: MailBoxes, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "MOST_ANSWER", 300)
    for _ in range(20):
        CHANNEL.send(letter(), ANNA, means(port))
    assert boxes.heard.count("EHLO [127.0.0.1]") == 1


@pytest.mark.parametrize(
    "said",
    [
        GREETED[:1],
        GREETED[:3],
        (*GREETED, b"\x00"),
        (*GREETED, b"\x00250"),
    ],
    ids=["after_the_greeting", "after_the_sender", "after_the_message", "in_the_last_answer"],
)
def test_a_connection_that_is_cut_is_tried_again(said: tuple[bytes, ...]) -> None:
    with Server(lines(*said), waits=False) as server:
        error = failure(letter(), ANNA, means(server.port, seconds=3))
    assert str(error) in ("the connection was closed early", "the mail server refused the message (250)")
    assert (error.permanent, error.blames_host) == (False, True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((b"554 5.3.2 not now\r\n",), "the mail server does not take mail now (554 5.3.2)"),
        ((b"HTTP/1.1 400 Bad Request\r\n",), "the mail server does not take mail now"),
        ((b"220 hi\r\n", b"250 hi\r\n", b"what?\r\n"), "the mail server refused the sender"),
        ((b"220 hi\r\n", b"502 no\r\n", b"502 no\r\n"), "the mail server refused the greeting (502)"),
    ],
)
def test_a_server_that_speaks_otherwise_is_tried_again(said: tuple[bytes, ...], words: str) -> None:
    with Server(lines(*said), waits=False) as server:
        error = failure(letter(), ANNA, means(server.port, seconds=3))
    assert str(error) == words
    assert (error.permanent, error.blames_host) == (False, True)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    error = failure(letter(), ANNA, means(closed_port()))
    assert str(error) == "the connection was refused"
    assert (error.permanent, error.blames_host) == (False, True)


def test_what_was_sent_in_the_clear_before_encryption_counts_for_nothing(trusted: Certificates) -> None:
    def injects(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"220 hi\r\n")
        connection.recv(1024)
        connection.sendall(b"250-hi\r\n250 STARTTLS\r\n")
        connection.recv(1024)
        connection.sendall(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
        with trusted.servers["good"].wrap_socket(connection, server_side=True) as wrapped:
            assert wrapped.recv(1024).startswith(b"ehlo")
            wrapped.sendall(b"421 bye\r\n")

    with Server(injects, waits=False) as server:
        error = failure(
            letter(), ANNA, means(url=f"smtp://u:p@127.0.0.1:{server.port}?starttls=yes", seconds=3)
        )
    assert not error.permanent
    assert "login" not in str(error)


def test_addresses_beyond_ascii_need_a_server_that_takes_them(boxes: MailBoxes, port: int) -> None:
    joerg = person("jörg@bücher.example")
    with mail_server(boxes, enable_SMTPUTF8=False) as older:
        error = failure(letter(), joerg, means(older))
        assert str(error) == "the mail server does not take addresses with characters beyond ASCII (SMTPUTF8)"
        assert error.permanent
        CHANNEL.send(letter(), person("joerg@bücher.example"), means(older))
    assert boxes.taken[-1].recipients == ["joerg@xn--bcher-kva.example"]
    CHANNEL.send(letter(), joerg, means(port))
    assert boxes.taken[-1].recipients == ["jörg@xn--bcher-kva.example"]
    assert str(boxes.taken[-1].message["To"]) == "jörg@xn--bcher-kva.example"
