"""Answers as the web sends them: charsets, hints, many headers, large numbers, newer protocols, private authorities."""

from __future__ import annotations

import shutil
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from helpers.hostile_servers import (
    Certificates,
    Handler,
    NameServer,
    Server,
    answering,
    check,
    records,
    reply,
    run,
)
from waypost.base.net import network
from waypost.base.net.charset import charset_of, decode
from waypost.base.net.failures import Blame
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.result import ProbeResult

OPERATIONAL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
NO_DATA = ComponentStatus.NO_DATA


def probed(handle: Handler, **keys: Any) -> ProbeResult:
    with Server(handle) as server:
        return run(http=server.url, **keys)


def page(body: bytes, content_type: str = "") -> Handler:
    return answering(reply(body, headers=f"Content-Type: {content_type}\r\n" if content_type else ""))


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Grüße".encode("latin-1"), "text/html; charset=ISO-8859-1", "Grüße"),
        ("„Grüße“".encode("cp1252"), "text/html; charset=iso-8859-1", "„Grüße“"),
        ("Grüße".encode("latin-1"), "text/html;charset='iso-8859-15'", "Grüße"),
        ("稼働中".encode("shift_jis"), "text/html; charset=Shift_JIS", "稼働中"),
        ("①稼働中".encode("cp932"), "text/html; charset=x-sjis", "①稼働中"),
        ("稼働中".encode("euc_jp"), "text/html; charset=EUC-JP", "稼働中"),
        ("Работает".encode("cp1251"), "text/html; charset=windows-1251", "Работает"),
        ("Работает".encode("koi8_r"), "text/html; charset=koi8-r", "Работает"),
        ("正常".encode("gb18030"), "text/html; charset=gb2312", "正常"),
        ("정상".encode("cp949"), "text/html; charset=euc-kr", "정상"),
        ('<meta charset="windows-1251">Работает'.encode("cp1251"), "text/html", "Работает"),
        (
            '<META http-equiv="Content-Type" content="text/html; charset=Shift_JIS">稼働中'.encode("cp932"),
            "",
            "稼働中",
        ),
        ("Grüße".encode("utf-16"), "text/plain", "Grüße"),
        ("Grüße".encode("utf-8-sig"), "text/plain; charset=latin-1", "Grüße"),
        ("Grüße".encode(), "text/html; charset=ISO-8859-1", "Grüße"),
        ("Grüße".encode(), "text/html; charset=no-such-thing", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
    ],
)
def test_a_body_is_read_in_its_charset(body: bytes, content_type: str, text: str) -> None:
    assert probed(page(body, content_type), expect={"body_contains": text}).status is OPERATIONAL
    found = probed(page(body, content_type), expect={"body_not_contains": text})
    assert (found.status, found.reason) == (DOWN, "the body holds a text that must not be there")


def test_a_pattern_sees_the_text_in_its_charset() -> None:
    body = page("Работает".encode("cp1251"), "text/html; charset=windows-1251")
    assert probed(body, expect={"body_matches": "^Раб"}).status is OPERATIONAL


def test_json_is_read_in_the_charset_of_its_header() -> None:
    body = page('{"state": "Größe"}'.encode("latin-1"), "application/json; charset=iso-8859-1")
    assert probed(body, expect={"body_json": {"$.state": "Größe"}}).status is OPERATIONAL


def test_none_of_several_texts_may_be_there() -> None:
    expect = {"body_not_contains": ["Traceback", "Fatal error"]}
    assert probed(page(b"fine"), expect=expect).status is OPERATIONAL
    assert probed(page(b"Fatal error: x"), expect=expect).status is DOWN
    assert check(http="http://127.0.0.1/", method="GET", expect=expect)
    with pytest.raises(ValueError, match="HEAD has no body"):
        check(http="http://127.0.0.1/", method="HEAD", expect=expect)


@pytest.mark.parametrize("label", ["punycode", "idna", "rot13", "hex", "unicode_escape", "utf-7", "x" * 40])
def test_a_charset_that_is_none_of_the_web_is_not_used(label: str) -> None:
    assert charset_of(b"x", f"text/html; charset={label}") == "utf-8"


def test_what_cannot_be_read_is_marked() -> None:
    assert decode(b"a\xffb") == "a\ufffdb"


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


@pytest.mark.parametrize("before", [HINTS, 3 * HINTS, b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS])
def test_what_comes_before_the_answer_is_passed_over(before: bytes) -> None:
    headers = "X-Which: the last\r\n"
    answer = answering(before + reply(b"fine", headers=headers))
    found = probed(answer, expect={"body_contains": "fine", "headers": {"X-Which": "the last"}})
    assert (found.status, found.reason) == (OPERATIONAL, "")
    failing = probed(answering(before + reply(status="503 Unavailable")))
    assert failing.reason == "HTTP status 503, expected 2xx"


@pytest.mark.parametrize("status", [101, 204, 304, 404, 418, 451, 500, 599])
def test_any_status_can_be_expected(status: int) -> None:
    answer = answering(f"HTTP/1.1 {status} Some\r\nContent-Length: 0\r\n\r\n".encode())
    assert probed(answer, expect={"status": status}).status is OPERATIONAL
    assert probed(answer, expect={"status": [f"{status // 100}xx", 200]}).status is OPERATIONAL


def test_many_headers_are_read() -> None:
    headers = "".join(f"X-Part-{number}: {number}\r\n" for number in range(2000))
    answer = answering(reply(b"fine", headers=headers))
    assert probed(answer, expect={"headers": {"X-Part-1999": "1999"}}).status is OPERATIONAL


def test_headers_beyond_the_limit_are_a_failure_as_in_browsers() -> None:
    headers = "".join(f"X-Part-{number}: {'x' * 1000}\r\n" for number in range(400))
    found = probed(answering(reply(b"fine", headers=headers)))
    assert (found.status, found.blame) == (ComponentStatus.MAJOR_OUTAGE, Blame.SERVER)
    assert found.reason == "the headers of the answer are larger than 256 KiB"


def test_the_values_of_headers_are_utf_8_where_they_can_be() -> None:
    head = "HTTP/1.1 200 OK\r\nX-Name: Grüße\r\nX-Old: ".encode() + "Grüße".encode("latin-1")
    answer = answering(head + b"\r\nContent-Length: 0\r\n\r\n")
    expect = {"headers": {"X-Name": "Grüße", "X-Old": "Grüße"}}
    assert probed(answer, expect=expect).status is OPERATIONAL


@pytest.mark.parametrize("digits", [400, 10_000])
def test_integers_of_any_size_are_compared(digits: int) -> None:
    answer = page(b'{"n": ' + b"9" * digits + b"}")
    assert probed(answer, expect={"body_json": {"$.n": {"gt": 1}}}).status is OPERATIONAL
    assert probed(answer, expect={"body_json": {"$.n": {"lt": 1}}}).status is DOWN


# Protocols and authorities.


@pytest.fixture
def copied(certs: Certificates, tmp_path: Path) -> ssl.SSLContext:
    """Settings of a server of its own, so that a test may change them."""
    path = tmp_path / "good.pem"
    shutil.copy(certs.authority.with_name("good.pem"), path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


@pytest.mark.parametrize("answer", [SETTINGS, b""], ids=["settings", "nothing"])
def test_a_server_that_speaks_only_http_2_is_called_that(
    certs: Certificates, copied: ssl.SSLContext, answer: bytes
) -> None:
    copied.set_alpn_protocols(["h2"])
    with Server(answering(answer), copied) as server:
        found = run(http=server.url, trust=str(certs.authority))
    assert (found.status, found.blame) == (NO_DATA, Blame.CHECK)
    assert found.reason == "the server speaks only HTTP/2, which checks do not speak"


@pytest.mark.parametrize("protocols", [["h2", "http/1.1"], ["http/1.1"], []])
def test_a_server_that_speaks_what_we_speak_and_closes_early_has_failed(
    certs: Certificates, copied: ssl.SSLContext, protocols: list[str]
) -> None:
    if protocols:
        copied.set_alpn_protocols(protocols)
    with Server(answering(b""), copied) as server:
        found = run(http=server.url, trust=str(certs.authority))
    assert (found.status, found.reason) == (DOWN, "the connection was closed early")


@pytest.mark.parametrize("kind", ["http", "tls", "tcp"])
def test_a_private_authority_is_trusted_where_it_is_named(certs: Certificates, kind: str) -> None:
    with Server(answering(reply()), certs.servers["good"], waits=kind == "http") as server:
        keys = {
            kind: server.url if kind == "http" else server.place,
            **({"tls": True} if kind == "tcp" else {}),
        }
        assert run(**keys, trust=str(certs.authority)).status is OPERATIONAL
        found = run(**keys)
    assert (found.status, "authority that is not known" in found.reason) == (DOWN, True)


def test_the_system_s_authorities_are_those_of_ssl_cert_file(
    certs: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certs.authority))
    network.verifying.cache_clear()
    try:
        with Server(answering(reply()), certs.servers["good"]) as server:
            assert run(http=server.url, trust="system").status is OPERATIONAL
            assert run(http=server.url).status is DOWN, "only where it is written"
    finally:
        network.verifying.cache_clear()


def test_an_authority_that_is_replaced_counts_at_once_and_one_that_is_gone_is_our_fault(
    certs: Certificates, tmp_path: Path
) -> None:
    ours = tmp_path / "ours.pem"
    ours.write_text("no certificate", encoding="ascii")
    with Server(answering(reply()), certs.servers["good"]) as server:
        assert run(http=server.url, trust=str(ours)).blame is Blame.CHECK
        shutil.copy(certs.authority, ours)
        assert run(http=server.url, trust=str(ours)).status is OPERATIONAL
        ours.unlink()
        found = run(http=server.url, trust=str(ours))
    assert (found.status, found.blame) == (NO_DATA, Blame.CHECK)
    assert "the file that `trust` names" in found.reason


# Ways and names.


def test_an_address_that_this_machine_has_no_way_to_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_: socket.socket, address: Any) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(network.DeadlineSocket, "connect", connect)
    monkeypatch.setattr(network, "_has_route", lambda family, address: False)
    assert run(http="http://192.0.2.1/").blame is Blame.OURS
    monkeypatch.setattr(network, "_has_route", lambda family, address: True)
    found = run(http="http://192.0.2.1/")
    assert (found.status, found.reason) == (DOWN, "the host cannot be reached"), (
        "somebody on the way has none"
    )


def test_of_several_addresses_the_answer_of_a_server_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = ("127.0.0.1", 1)
    entries = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", refused),
        (999, socket.SOCK_STREAM, 6, "", refused),
    ]
    monkeypatch.setattr(network, "resolve", lambda host, port: entries)
    found = run(http="http://both.example/")
    assert (found.status, found.reason) == (DOWN, "the connection was refused")
    monkeypatch.setattr(network, "resolve", lambda host, port: entries[1:])
    assert run(http="http://both.example/").blame is Blame.OURS


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ('"gr\\195\\188n"', "grün"),
        ('"v=spf1 " "-all"', "v=spf1 -all"),
        ('"v=spf1 " "-all"', '"v=spf1 -all"'),
        ('"say \\"hello\\""', 'say "hello"'),
        ('"back\\\\slash"', "back\\slash"),
        ('"a;b c"', "a;b c"),
    ],
)
def test_txt_records_are_compared_as_text(record: str, expected: str) -> None:
    with NameServer(records(f"TXT {record}")) as server:
        keys: dict[str, Any] = {"dns": "a.example", "record": "TXT", "resolver": server.place}
        found = run(**keys, expect={"values": [expected]})
        assert (found.status, found.reason) == (OPERATIONAL, "")
        assert run(**keys, expect={"values": [f"{expected}x"]}).status is DOWN
