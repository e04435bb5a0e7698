"""Measure how long hostile servers hold a check beyond its deadline, and how much memory they take.

Run it with `make bench-checks`. Each case is run several times against a real server on this machine; the
worst time beyond the deadline counts, and the verdict must be the right one each time. Memory is the growth
of the peak of a process of its own that runs the case once. The table goes into docs/performance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section

from helpers.hostile_servers import (
    NOW,
    Certificates,
    Handler,
    NameServer,
    Server,
    answering,
    certificates,
    check,
    drip,
    drip_handshake,
    endless,
    full_queue,
    records,
    reply,
    reset,
    silent,
)
from waypost.base.net import network
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext

BOUND_MS = 200
BOUND_MB = 30

Keys = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A server that behaves badly, how it is asked, and what must be found out about it."""

    name: str
    keys: Callable[[contextlib.ExitStack, Certificates], Keys]
    reason: str = "no complete answer within 1 s"


def http(handle: Handler, *, which: str = "", waits: bool = True, secure: bool = False, **more: Any) -> Any:
    """Ask a server by http, with the certificate that is named."""

    def keys(stack: contextlib.ExitStack, certs: Certificates) -> Keys:
        context = certs.servers[which] if which else None
        url = stack.enter_context(Server(handle, context, waits=waits)).url
        return {"http": url.replace("http:", "https:") if secure else url, **more}

    return keys


def port(kind: str, handle: Handler, which: str = "", **more: Any) -> Any:
    """Ask a port by tcp or tls."""

    def keys(stack: contextlib.ExitStack, certs: Certificates) -> Keys:
        context = certs.servers[which] if which else None
        return {kind: stack.enter_context(Server(handle, context, waits=False)).place, **more}

    return keys


def name_server(answer: Any, over_tcp: Any = None) -> Any:
    """Ask a name server."""

    def keys(stack: contextlib.ExitStack, _: Certificates) -> Keys:
        return {"dns": "www.example.com", "resolver": stack.enter_context(NameServer(answer, over_tcp)).place}

    return keys


def no_room(stack: contextlib.ExitStack, _: Certificates) -> Keys:
    """Ask a server whose queue is full."""
    return {"http": f"http://127.0.0.1:{stack.enter_context(full_queue())}/"}


def slow_name(stack: contextlib.ExitStack, _: Certificates) -> Keys:
    """Ask for a name that the system looks up without an end."""
    real = socket.getaddrinfo

    def hang(host: str, *arguments: Any, flags: int = 0, **more: Any) -> Any:
        time.sleep(0 if flags else 5)
        return real(host, *arguments, flags=flags, **more)

    socket.getaddrinfo = hang
    stack.callback(setattr, socket, "getaddrinfo", real)
    return {"http": f"http://hangs-{time.monotonic_ns()}.example/"}


def after(start: bytes, go_on: Callable[[socket.socket], None]) -> Handler:
    """Begin an answer, and go on with something else."""

    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        go_on(connection)

    return handle


def bomb(size: int) -> bytes:
    """Compress zeros piece by piece, so that making them takes no memory."""
    packer = zlib.compressobj(wbits=31)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(size)), packer.flush()])


def truncated(query: dns.message.Message) -> bytes:
    """Say that the answer does not fit."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def another_id(query: dns.message.Message) -> bytes:
    """Answer another question than was asked."""
    response = dns.message.make_response(query)
    response.id = (query.id + 1) % 65536
    return response.to_wire()


def half_close(connection: socket.socket) -> None:
    """End one direction only."""
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


FILE = "redirected to an address that is not http or https"
UNKNOWN = "the name server said NXDOMAIN, expected NOERROR"
OK = b"HTTP/1.1 200 OK\r\n"
CUT = "the answer was cut off or is not HTTP"
LARGE = "the body is larger than 2 MB"
GZIP = "Content-Encoding: gzip\r\n"
MANY = b"[" + b",".join([b'{"a":[{}]}'] * 24_000) + b"]"


def _to(target: str) -> Handler:
    return answering(reply(status="302 Found", headers=f"Location: {target}\r\n"))


def cases() -> list[Case]:
    """Return every case."""
    backtracking = {"expect": {"body_matches": "^(a|a|aa)+$"}}
    searching = {"expect": {"body_json": {"$..*..*[?count($..*) > 99999999]": 1}}}
    packed = answering(reply(bomb(200), headers=GZIP))
    return [
        Case("silence", http(silent)),
        Case("a connection that is never taken", no_room),
        Case("a name that is looked up for ever", slow_name),
        Case("headers, byte by byte", http(after(OK + b"X: ", lambda peer: drip(peer, b"y")))),
        Case("headers without an end", http(after(OK, lambda peer: drip(peer, b"X: y\r\n" * 90))), CUT),
        Case("body, byte by byte", http(after(reply(length=10**9), lambda peer: drip(peer, b"x")))),
        Case("body without an end", http(after(reply(length=10**12), endless)), LARGE),
        Case("200 MB in 200 kB of gzip", http(packed), LARGE),
        Case("redirects in a circle", http(_to("/")), "more than 10 redirects"),
        Case(
            "redirect to a file",
            http(_to("file:///etc/passwd")),
            "redirected to an address that is not http or https",
        ),
        Case("half closed", http(after(reply(b"part", length=99), half_close)), CUT),
        Case("reset", http(reset), "the connection was closed early"),
        Case("a pattern that takes for ever", http(answering(reply(b"a" * 9000 + b"!")), **backtracking)),
        Case("a JSON path that takes for ever", http(answering(reply(MANY)), **searching)),
        Case("handshake, silent", http(silent, waits=False, secure=True)),
        Case("handshake, byte by byte", http(drip_handshake, waits=False, secure=True)),
        Case("certificate, expired", http(silent, which="expired"), "the certificate has expired"),
        Case("certificate, self-signed", http(silent, which="selfsigned"), "the certificate is self-signed"),
        Case(
            "certificate, of another host",
            http(silent, which="other"),
            "the certificate is for another address",
        ),
        Case("port, byte by byte", port("tcp", lambda peer, _: drip(peer, b"x"), expect={"contains": "220"})),
        Case("port, handshake byte by byte", port("tls", drip_handshake)),
        Case("name server, silent", name_server(lambda _: None)),
        Case("name server, of another question", name_server(another_id)),
        Case("name server, garbage", name_server(lambda _: b"\xff" * 4000)),
        Case(
            "name server, says NXDOMAIN",
            name_server(records(code="NXDOMAIN")),
            "the name server said NXDOMAIN, expected NOERROR",
        ),
        Case("name server, does not fit", name_server(truncated, records("A 192.0.2.1")), ""),
    ]


@contextlib.contextmanager
def trusting() -> Iterator[Certificates]:
    """Trust an authority of our own for a while."""
    with tempfile.TemporaryDirectory() as folder:
        made = certificates(Path(folder))
        network.verifying().load_verify_locations(made.authority)
        yield made


def measure(case: Case, certs: Certificates) -> tuple[float, str]:
    """Run a case once; return the milliseconds beyond its deadline and the reason that was found."""
    with contextlib.ExitStack() as stack:
        wanted = check(timeout="1s", **case.keys(stack, certs))
        started = time.monotonic()
        result = probe(wanted, ProbeContext(now=NOW))
        taken = time.monotonic() - started
    return (taken - wanted.timeout.total_seconds()) * 1000, result.reason


def memory(name: str) -> None:
    """Print by how many MB a case makes the peak of this process grow; a harmless one is run before."""
    with trusting() as certs:
        case = next(each for each in cases() if each.name == name)
        good = Case(
            "", http(answering(reply(b'{"a": 1}')), expect={"body_json": {"$.a": 1}, "body_matches": "a"}), ""
        )
        measure(good, certs)
        # Writing 5 sets the peak back to what is in use now.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = peak()
        measure(case, certs)
        print((peak() - before) / 1024)  # noqa: T201  # the answer to the process that asks


def peak() -> int:
    """Return the peak of this process's memory in kB; getrusage would count that of its parent too."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition("VmHWM:")[2].split()[0])


def growth(name: str) -> float:
    """Measure the memory of a case in a process of its own."""
    command = [sys.executable, __file__, "--memory", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(runs: int) -> list[tuple[Case, float, float]]:
    """Measure every case; stop at a wrong verdict."""
    rows = []
    with trusting() as certs:
        for case in cases():
            worst = -float("inf")
            for _ in range(runs):
                beyond, reason = measure(case, certs)
                if reason != case.reason:
                    sys.exit(f"{case.name}: found '{reason}', expected '{case.reason}'")
                worst = max(worst, beyond)
            rows.append((case, worst, growth(case.name)))
    return rows


def main() -> int:
    """Measure, show a table, and fail where a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        memory(arguments.memory)
        return 0
    rows = run(arguments.runs)
    columns = ("Server", "Found", "Beyond", "Memory")
    lines = [
        (
            case.name,
            case.reason or "operational",
            f"{worst:+.0f} ms" if worst > -500 else "at once",
            f"{size:.0f} MB",
        )
        for case, worst, size in rows
    ]
    table = Table(*columns, title=f"{arguments.runs} runs each, {platform.machine()}")
    for line in lines:
        table.add_row(*line)
    Console().print(table)
    write_section("checks", columns, lines, f"{arguments.runs} runs")
    late = [case.name for case, worst, size in rows if worst > BOUND_MS or size > BOUND_MB]
    Console().print(f"Beyond {BOUND_MS} ms or {BOUND_MB} MB: {', '.join(late) or 'none'}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
