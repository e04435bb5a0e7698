"""A receiver of webhooks in a process of its own, which writes down what came and when, and its subscribers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from helpers.receivers import SECRET
from helpers.status_world import site
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import SubscriberFile

ENVIRONMENT = {"SECRET": SECRET}


@dataclass(frozen=True)
class Arrival:
    """One message as the receiver got it."""

    endpoint: str
    message_id: str
    key: str
    """What its body tells of, where it says so."""
    at: float
    """When it came, by `time.monotonic`, which all processes share."""


def receive(listener: socket.socket, log: Path) -> None:
    """Write down every message before it is answered, until killed."""

    async def main() -> None:
        with log.open("ab", buffering=0) as lines:

            async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                # A worker may die in the middle of what it sends.
                with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                    head = (await reader.readuntil(b"\r\n\r\n")).decode()
                    fields = {
                        name.lower(): value.strip()
                        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
                    }
                    body = json.loads(await reader.readexactly(int(fields["content-length"])))
                    endpoint = head.split(" ")[1].removeprefix("/")
                    lines.write(
                        f"{endpoint} {fields['webhook-id']} {body.get('key', '-')} {time.monotonic()}\n".encode()
                    )
                    writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                    await writer.drain()
                writer.close()

            server = await asyncio.start_server(answer, sock=listener, backlog=512)
            await server.serve_forever()

    asyncio.run(main())


@contextlib.contextmanager
def receiver(log: Path) -> Iterator[int]:
    """Run a receiver in a process of its own; give its port."""
    log.touch()
    # Every address of 127/8 is this machine, and counts as a host of its own.
    with socket.create_server(("0.0.0.0", 0), backlog=512) as listener:  # noqa: S104  # see above
        child = os.fork()
        if child == 0:
            try:
                receive(listener, log)
            finally:
                os._exit(1)
        try:
            yield listener.getsockname()[1]
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def arrivals(log: Path) -> list[Arrival]:
    """Return what came so far."""
    rows = (line.split(" ") for line in log.read_text(encoding="ascii").splitlines())
    return [Arrival(endpoint, message_id, key, float(at)) for endpoint, message_id, key, at in rows]


def site_of(port: int, endpoints: int, page: StatusSite | None = None) -> StatusSite:
    """Make a site with so many subscribers that the receiver stands for, each with a host of its own."""
    subscribers = [
        {
            "id": f"s{n}",
            "webhook": {"url": f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/s{n}", "secret": "${SECRET}"},
        }
        for n in range(endpoints)
    ]
    document = {"subscribers": subscribers, "delivery": {"private_networks": ["127.0.0.0/8"]}}
    return replace(page or site(), subscribers=TypeAdapter(SubscriberFile).validate_python(document))
