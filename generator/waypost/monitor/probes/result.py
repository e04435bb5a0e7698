"""The input and the result of one run of a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from waypost.base.net.failures import Blame
from waypost.base.net.network import Refuse, plain
from waypost.formats.checks import CheckBase
from waypost.formats.observations import Pings
from waypost.formats.status import ComponentStatus


@dataclass(frozen=True)
class ProbeResult:
    """The result of one run; `probe` adds the times."""

    status: ComponentStatus
    """No data where the run says nothing about the service."""
    latency: timedelta = timedelta(0)
    """From the start to the end of the answer, or to the failure."""
    reason: str = ""
    """Why it is not operational, in words without secrets."""
    certificate_expires: datetime | None = None
    """The end of the certificate that the server showed; the first end, where there were several."""
    blame: Blame = Blame.SERVER
    """Whose fault it is, where it is not operational."""
    is_timeout: bool = False
    """Whether the server was waited for in vain."""


@dataclass(frozen=True)
class ProbeContext:
    """The input of a run beside its check."""

    now: datetime
    """The moment of the run."""
    pings: Pings = field(default_factory=Pings)
    """The latest reports of the job, for a heartbeat."""
    refuse: Refuse | None = None
    """Returns whether a numeric address must not be reached; without it, all may be."""
    trust: str = ""
    """Whom to trust beside the well known authorities, where the check does not say: see `verifying`."""


Prober = Callable[[Any, ProbeContext], ProbeResult]
"""Runs a check of one kind once; it raises Unanswered or OSError where there is no answer."""


def good() -> ProbeResult:
    """Build the result of an answer that is as expected."""
    return ProbeResult(ComponentStatus.OPERATIONAL)


def failed(check: CheckBase, reason: str) -> ProbeResult:
    """Build the result of an answer that is not as expected."""
    return ProbeResult(check.fails_as, reason=plain(reason))


def unmeasured(reason: str, fault: Blame = Blame.OURS) -> ProbeResult:
    """Build the result of a run that says nothing about the service, for a reason of our own."""
    return ProbeResult(ComponentStatus.NO_DATA, reason=plain(reason), blame=fault)
