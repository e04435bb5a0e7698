"""The registry of check kinds: which function runs which check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waypost.adapters.http_probe import ProbeResult, probe_http
from waypost.model.checks import Check, HttpCheck

PROBERS: Mapping[type[Any], Callable[[Any], ProbeResult]] = {HttpCheck: probe_http}
"""One function a kind of check: it runs the check once and never raises for what a server does."""


def probe(check: Check) -> ProbeResult:
    """Run a check of any kind once."""
    return PROBERS[type(check)](check)
