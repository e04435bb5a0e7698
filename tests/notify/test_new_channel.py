"""A channel is one record and its entry in the registry: planning, outbox, worker and commands need nothing more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from helpers.sites import minimal_site
from waypost.formats.subscribers import NoticeEvent, Subscriber
from waypost.notify.channels.base import Channel, TransportContext
from waypost.notify.channels.http_transport import post, target_host
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.dispatch import deliver_once, send_test
from waypost.notify.rules.deliveries import Delivery
from waypost.notify.rules.notices import Notice
from waypost.notify.rules.wording import wording_of
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot

KIND = "discord"
"""The key that the toy's subscribers stand under: keys belong to the format of subscribers.yml."""

SUBSCRIBERS = """\
subscribers:
  - id: toy
    discord: {url: "${TOY_URL}"}
delivery: {private_networks: ["127.0.0.0/8"], timeout: 2s}
"""
INCIDENT = """\
---
title: Mail is slow
impact: minor
components: {{mail: degraded_performance}}
---
## investigating · {now}
We look into it.
"""


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    return wording_of(notice, snapshot).headline.encode()


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return post(context, context.value(subscriber.target.url), delivery.body, headers).body.decode()


TOY = Channel(KIND, frozenset(NoticeEvent), compose, target_host, send)


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Start a server that keeps the bodies that it gets."""
    found: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"message-{len(found)}".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("TOY_URL", f"http://127.0.0.1:{server.server_port}/")
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = minimal_site(tmp_path_factory.mktemp("toy") / "site")
    (found.root / "status" / "subscribers.yml").write_text(SUBSCRIBERS)
    monkeypatch.setitem(cast("dict[str, Channel]", CHANNELS), KIND, TOY)
    return found


def test_a_new_channel_needs_its_record_and_its_entry_only(project: Site, bodies: list[str]) -> None:
    url = project.database_url
    deliver_once(project, url)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    (project.root / "status" / "incidents" / "mail-slow.md").write_text(INCIDENT.format(now=now))
    result = deliver_once(project, url)
    assert (result.notices, result.deliveries, result.attempts) == (2, 1, 1)
    assert bodies == ["[Investigating] Mail is slow"]
    assert send_test(project, url, "toy") == KIND
    assert bodies[1].startswith("[Test] ")
