from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from waypost.base.sd_notify import ServiceManager


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(10)
        yield listener


@pytest.mark.parametrize("is_abstract", [False, True])
def test_messages_reach_a_socket_of_either_kind(tmp_path: Path, is_abstract: bool) -> None:
    name = f"waypost-{secrets.token_hex(8)}" if is_abstract else str(tmp_path / "notify")
    written, bound = (f"@{name}", f"\0{name}") if is_abstract else (name, name)
    with manager(bound) as listener:
        service = ServiceManager({"NOTIFY_SOCKET": written, "WATCHDOG_USEC": "1000000"})
        service.ready()
        service.alive()
        service.reloading()
        service.stopping()
        messages = [listener.recv(1000).decode() for _ in range(4)]
    assert messages[:2] == ["READY=1", "WATCHDOG=1"]
    assert messages[2].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert int(messages[2].rpartition("=")[2]) > 0
    assert messages[3] == "STOPPING=1"


def test_without_a_manager_nothing_is_sent_and_nothing_is_raised(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "nobody")}, {"NOTIFY_SOCKET": "vsock:2:1"}):
        service = ServiceManager(environment)
        service.ready()
        service.alive()


def test_a_manager_that_does_not_read_holds_nothing(tmp_path: Path) -> None:
    with manager(str(tmp_path / "notify")):
        service = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"})
        # More than the queue of any socket.
        for _ in range(5000):
            service.alive()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid() + 1)}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_signs_of_life_come_at_half_of_the_time(environment: dict[str, str], seconds: float | None) -> None:
    assert ServiceManager({"NOTIFY_SOCKET": "/run/notify", **environment}).watchdog == seconds


def test_no_sign_of_life_is_wanted_where_there_is_no_socket() -> None:
    assert ServiceManager({"WATCHDOG_USEC": "30000000"}).watchdog is None
