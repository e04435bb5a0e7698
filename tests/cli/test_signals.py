from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from helpers.sites import wait_until
from waypost.cli.signals import ServiceSignals, service_signals

HANGING = """
import os, sys, time
from waypost.cli.signals import service_signals

with service_signals() as signals:
    print("ready", flush=True)
    signals.stop.wait()
    print("stopping", flush=True)
    # Something hangs for ever, in a place where the interpreter runs no handler.
    os.read(os.pipe()[0], 1)
"""


def test_what_ends_and_what_reloads() -> None:
    with service_signals() as signals:
        signal.raise_signal(signal.SIGHUP)
        wait_until(signals.reload.is_set, "it is to read its files again")
        assert not signals.stop.is_set()
        signal.raise_signal(signal.SIGTERM)
        wait_until(signals.stop.is_set, "it is to end")


def test_the_handlers_before_it_come_back() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with service_signals():
        assert [signal.getsignal(number) for number in numbers] != before
    assert [signal.getsignal(number) for number in numbers] == before
    assert "waypost-signals" not in [thread.name for thread in threading.enumerate()]


def test_many_signals_at_once_are_one() -> None:
    with service_signals() as signals:
        for _ in range(1000):
            signal.raise_signal(signal.SIGHUP)
        wait_until(signals.reload.is_set, "it is to read its files again")
        assert not signals.stop.is_set()


def test_a_terminal_that_is_closed_ends_what_was_begun_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    has_terminal = [True]
    monkeypatch.setattr("waypost.cli.signals._has_terminal", lambda: has_terminal[0])
    signals = ServiceSignals()
    signals.take(signal.SIGHUP)
    assert (signals.reload.is_set(), signals.stop.is_set()) == (True, False)
    has_terminal[0] = False
    signals.take(signal.SIGHUP)
    assert signals.stop.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_what_hangs(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", HANGING], stdout=subprocess.PIPE, text=True) as hanging:
        assert hanging.stdout is not None
        assert hanging.stdout.readline() == "ready\n"
        hanging.send_signal(signal.SIGTERM)
        assert hanging.stdout.readline() == "stopping\n"
        assert hanging.poll() is None
        hanging.send_signal(number)
        assert hanging.wait(60) == 128 + number
