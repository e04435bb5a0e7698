from __future__ import annotations

import errno
import socket
import ssl
from datetime import timedelta
from typing import Any

import pytest

from helpers.hostile_servers import NOW, check
from waypost.base.net.failures import Blame, CannotMeasure, DeadlineExceeded
from waypost.base.net.network import current_exchange, plain
from waypost.base.patterns import explain_pattern
from waypost.formats.checks import CheckBase, HttpCheck, StatuspageCheck
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes import registry as probers
from waypost.monitor.probes.registry import PROBERS, probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult

CONTEXT = ProbeContext(now=NOW)


def replace(monkeypatch: pytest.MonkeyPatch, kind: type[CheckBase], found: Any) -> None:
    def work(*_: Any) -> ProbeResult:
        if isinstance(found, Exception):
            raise found
        current_exchange().ends -= 99
        assert isinstance(found, ProbeResult)
        return found

    monkeypatch.setattr(probers, "PROBERS", {**PROBERS, kind: work})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host 10.0.0.1"), "the host cannot be reached"),
        (OSError(errno.ECONNREFUSED, ""), "the connection was refused"),
        (BrokenPipeError(), "the connection was closed early"),
        (TimeoutError(), "no complete answer within 10 s"),
        (socket.gaierror(socket.EAI_NONAME, ""), "the name cannot be found"),
        (ssl.SSLError(1, "alert"), "the encrypted connection failed"),
    ],
)
def test_what_a_server_does_is_a_failure_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    replace(monkeypatch, HttpCheck, error)
    result = probe(check(http="http://127.0.0.1/?key=s-secret"), CONTEXT)
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, reason)
    assert not result.blame.is_ours


@pytest.mark.parametrize(
    ("error", "whose", "words"),
    [
        (OSError(errno.EMFILE, ""), Blame.EXHAUSTED, "no file handles left; raise its limit"),
        (OSError(errno.ENFILE, ""), Blame.EXHAUSTED, "this machine has no file handles left"),
        (OSError(errno.ENOMEM, ""), Blame.EXHAUSTED, "no memory left"),
        (OSError(errno.ENOBUFS, ""), Blame.EXHAUSTED, "no room left for connections"),
        (OSError(errno.EADDRNOTAVAIL, ""), Blame.OURS, "no free port"),
        (OSError(errno.ENETUNREACH, ""), Blame.OURS, "no route to the address"),
        (OSError(errno.EACCES, ""), Blame.OURS, "forbids the connection"),
        (OSError(errno.EAFNOSUPPORT, ""), Blame.OURS, "such as IPv6"),
        (OSError(errno.EINVAL, ""), Blame.OURS, "cannot make the connection (EINVAL)"),
        (socket.gaierror(socket.EAI_SYSTEM, ""), Blame.OURS, "cannot look up names"),
        (socket.gaierror(socket.EAI_MEMORY, ""), Blame.OURS, "cannot look up names"),
        (MemoryError(), Blame.EXHAUSTED, "no memory left"),
        (RuntimeError("can't start new thread"), Blame.EXHAUSTED, "gives no more threads"),
        (CannotMeasure("the file is not there"), Blame.CHECK, "the file is not there"),
        (KeyError("s-secret"), Blame.BUG, "it went wrong inside of Waypost (KeyError); the log has more"),
        (RecursionError(), Blame.BUG, "inside of Waypost (RecursionError)"),
        (RuntimeError("dictionary changed size"), Blame.BUG, "inside of Waypost (RuntimeError)"),
        (OSError("no number"), Blame.BUG, "inside of Waypost (OSError)"),
    ],
)
def test_whatever_else_goes_wrong_is_our_own_and_no_data(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    whose: Blame,
    words: str,
) -> None:
    replace(monkeypatch, HttpCheck, error)
    result = probe(check(http="http://127.0.0.1/?key=s-secret"), CONTEXT)
    assert (result.status, result.blame) == (ComponentStatus.NO_DATA, whose)
    assert words in result.reason
    assert "secret" not in result.reason
    has_traceback = any(record.exc_info for record in caplog.records)
    assert has_traceback == (whose is Blame.BUG)


def test_an_answer_that_takes_too_long_to_judge_is_no_fault_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(*_: Any) -> ProbeResult:
        current_exchange().mark_answered()
        raise DeadlineExceeded("no answer in time")

    monkeypatch.setattr(probers, "PROBERS", {**PROBERS, HttpCheck: work})
    result = probe(check(http="http://127.0.0.1/"), CONTEXT)
    assert (result.status, result.blame) == (ComponentStatus.NO_DATA, Blame.CHECK)
    assert "expect something simpler" in result.reason


def test_what_goes_wrong_with_another_status_page_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    replace(monkeypatch, StatuspageCheck, ValueError())
    assert probe(check(statuspage="http://127.0.0.1/"), CONTEXT).status is ComponentStatus.NO_DATA


def test_a_failure_is_not_made_better_by_being_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = check(http="http://127.0.0.1/", expect={"within": "0.001ms"})
    for status, after in (
        (ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE),
        (ComponentStatus.MAJOR_OUTAGE, ComponentStatus.MAJOR_OUTAGE),
        (ComponentStatus.NO_DATA, ComponentStatus.NO_DATA),
    ):
        replace(monkeypatch, HttpCheck, ProbeResult(status))
        result = probe(slow, CONTEXT)
        assert result.status is after
        assert result.latency > timedelta(0)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc\x00d", "a b c d"),
        ("\u202eabc", "abc"),
        ("x" * 300, "x" * 199 + "…"),
        (" " * 5000 + "x", ""),
        ("", ""),
    ],
)
def test_a_strangers_words_become_one_short_line(text: str, line: str) -> None:
    assert plain(text) == line


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("a+", ""),
        (r"(?<year>\d{4})", ""),
        ("(", "missing ) at character 2"),
        ("a**", "multiple repeat at character 3"),
        ("[z-a]", "bad character range at character 5"),
    ],
)
def test_what_is_no_pattern_is_explained(pattern: str, why: str) -> None:
    assert explain_pattern(pattern) == why
