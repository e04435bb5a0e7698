"""Connect to a port, send a text, and wait for the expected answer."""

from __future__ import annotations

import contextlib
import socket

from waypost.base.net.network import connect, encrypt, tls_settings
from waypost.base.patterns import is_found
from waypost.formats.checks import TcpCheck
from waypost.formats.expectations import ExpectText
from waypost.formats.field_types import host_port
from waypost.monitor.probes.comparison import as_text
from waypost.monitor.probes.result import ProbeContext, ProbeResult, failed, good

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""


def probe_tcp(check: TcpCheck, context: ProbeContext) -> ProbeResult:
    """Connect to the port of a check once, and judge its answer."""
    host, port = host_port(check.tcp)
    connection = connect(host, port)
    with contextlib.closing(connection):
        if check.tls:
            connection = encrypt(connection, host, tls_settings())
        with contextlib.closing(connection):
            return _talk(check, connection)


def _talk(check: TcpCheck, connection: socket.socket) -> ProbeResult:
    if check.send is not None:
        connection.sendall(check.send.encode())
    if check.expect.contains is None and check.expect.matches is None:
        return good()
    answer = bytearray()
    while len(answer) < MAX_ANSWER:
        data = connection.recv(4096)
        if not data:
            return failed(check, "the answer does not hold what is expected")
        answer += data
        if _is_expected(check.expect, answer, len(data)):
            return good()
    return failed(check, f"the first {MAX_ANSWER // 1024} KiB of the answer do not hold what is expected")


def _is_expected(expect: ExpectText, answer: bytearray, new: int) -> bool:
    if expect.matches is not None:
        return is_found(expect.matches, as_text(bytes(answer)))
    wanted = (expect.contains or "").encode()
    # Only where the new part may end it: a server that drips must not make the search long.
    return wanted in answer[max(0, len(answer) - new - len(wanted)) :]
