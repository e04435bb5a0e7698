"""Tell the service manager how it goes: the protocol of sd_notify(3), by a datagram to the socket it names."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Mapping


class ServiceManager:
    """systemd, or another that speaks its protocol; where there is none, nothing is sent."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A name that starts with @ is not in the file system: its first byte is zero.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog = _watchdog(environment) if address else None
        """Seconds between two signs of life; None where none are wanted."""

    def ready(self) -> None:
        """Say that the service does its work, for the first time or after reloading."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that files are read again; `ready` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that the service ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Give a sign of life; without one for twice `watchdog`, the manager starts the service again."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A manager that does not listen must not hold the service.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.connect(self._address)
            sender.send(message.encode())


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """Return half of the time that the manager waits: one sign may come late."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    interval = environment.get("WATCHDOG_USEC", "")
    return int(interval) / 2e6 if interval.isdecimal() and int(interval) else None
