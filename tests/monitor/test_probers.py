from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpers.hostile_servers import NOW, check
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
        (KeyError("s-secret"), "the check went wrong (KeyError)"),
        (RecursionError(), "the check went wrong (RecursionError)"),
        (MemoryError(), "the check went wrong (MemoryError)"),
        (OSError(113, "No route to host 10.0.0.1"), "the host cannot be reached"),
        (BrokenPipeError(), "the connection was closed early"),
        (TimeoutError(), "no complete answer within 10 s"),
    ],
)
def test_whatever_goes_wrong_in_a_kind_is_a_failure_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    replace(monkeypatch, HttpCheck, error)
    result = probe(check(http="http://127.0.0.1/?key=s-secret"), CONTEXT)
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, reason)


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
