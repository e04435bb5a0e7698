"""The registry of check kinds, and the one place where a run gets its deadline, its times and its verdict."""

from __future__ import annotations

import dataclasses
import logging
import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta

from waypost.adapters.certificates import first_expiry, read_untrusted, words_for
from waypost.adapters.network import AddressRefused, DeadlineExceeded, Run, deadline
from waypost.adapters.probes.dns import probe_dns
from waypost.adapters.probes.heartbeat import probe_heartbeat
from waypost.adapters.probes.http import probe_http
from waypost.adapters.probes.result import ProbeContext, Prober, ProbeResult, Unanswered, plain
from waypost.adapters.probes.statuspage import probe_statuspage
from waypost.adapters.probes.tcp import probe_tcp
from waypost.adapters.probes.tls import probe_tls
from waypost.model.checks import (
    CheckBase,
    DnsCheck,
    HeartbeatCheck,
    HttpCheck,
    StatuspageCheck,
    TcpCheck,
    TlsCheck,
)
from waypost.model.status import ComponentStatus

__all__ = ["PROBERS", "ProbeContext", "ProbeResult", "probe"]

log = logging.getLogger("waypost")

PROBERS: Mapping[type[CheckBase], Prober] = {
    HttpCheck: probe_http,
    TcpCheck: probe_tcp,
    TlsCheck: probe_tls,
    DnsCheck: probe_dns,
    HeartbeatCheck: probe_heartbeat,
    StatuspageCheck: probe_statuspage,
}
"""One function a kind of check."""


def probe(check: CheckBase, context: ProbeContext) -> ProbeResult:
    """Run a check of any kind once, within its time; never raises for what a server does."""
    with deadline(check.timeout, context.refuse) as run:
        result = _attempt(check, context, run)
        latency, phases = run.latency, run.phases
    if result.status is ComponentStatus.OPERATIONAL and check.within and latency > check.within:
        taken, most = latency.total_seconds(), check.within.total_seconds()
        reason = f"answered in {taken:.2f} s, expected within {most:g} s"
        result = dataclasses.replace(result, status=ComponentStatus.DEGRADED_PERFORMANCE, reason=reason)
    return dataclasses.replace(
        result,
        latency=latency,
        phases=phases,
        certificate_expires=first_expiry(run.certificates),
        address=run.address,
    )


def _attempt(check: CheckBase, context: ProbeContext, run: Run) -> ProbeResult:
    try:
        return PROBERS[type(check)](check, context)
    except ssl.SSLCertVerificationError as error:
        # It is refused, but when it ends is worth knowing all the same.
        read_untrusted(run.host, run.port, run.server_name)
        reason = words_for(error)
    except (OSError, Unanswered) as error:
        reason = explain(error, check.timeout, is_late=run.is_over)
    except Exception as error:  # one check that goes wrong must not end the others
        log.debug("A check went wrong.", exc_info=True)
        reason = explain(error, check.timeout, is_late=run.is_over)
    return ProbeResult(check.unanswered, reason=plain(reason))


def explain(error: Exception, timeout: timedelta, *, is_late: bool) -> str:
    """Say in plain words why there was no answer; addresses and details of the inside are left out."""
    if is_late or isinstance(error, DeadlineExceeded | TimeoutError):
        return f"no complete answer within {timeout.total_seconds():g} s"
    if isinstance(error, Unanswered):
        return str(error)
    known = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    return known or f"the check went wrong ({type(error).__name__})"


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "the address is not allowed"),
    (ssl.SSLError, "the encrypted connection failed"),
    (socket.gaierror, "the name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was closed early"),
    (OSError, "the host cannot be reached"),
)
"""What failures of connections mean, the more special first."""
