"""The registry of check kinds, and the one place where a run gets its deadline, its times and its verdict."""

from __future__ import annotations

import dataclasses
import logging
import ssl
from collections.abc import Mapping

from waypost.base.net.certificates import first_expiry, read_untrusted, words_for
from waypost.base.net.failures import (
    Blame,
    CannotMeasure,
    DeadlineExceeded,
    Unanswered,
    blame,
    explain,
    own_words,
)
from waypost.base.net.network import Exchange, deadline, plain
from waypost.formats.checks import (
    CheckBase,
    DnsCheck,
    HeartbeatCheck,
    HttpCheck,
    StatuspageCheck,
    TcpCheck,
    TlsCheck,
    kind_of,
)
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.dns import probe_dns
from waypost.monitor.probes.heartbeat import probe_heartbeat
from waypost.monitor.probes.http import probe_http
from waypost.monitor.probes.result import ProbeContext, Prober, ProbeResult, unmeasured
from waypost.monitor.probes.statuspage import probe_statuspage
from waypost.monitor.probes.tcp import probe_tcp
from waypost.monitor.probes.tls import probe_tls

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
    """Run a check of any kind once, within its time; never raises for what a server does.

    Where it is our own fault that there is no answer, the result is no data with the reason.
    """
    with deadline(check.timeout, context.refuse, check.trusted or context.trust) as run:
        result = _attempt(check, context, run)
        latency = run.latency
    if result.status is ComponentStatus.OPERATIONAL and check.within and latency > check.within:
        taken, most = latency.total_seconds(), check.within.total_seconds()
        reason = f"answered in {taken:.2f} s, expected within {most:g} s"
        result = dataclasses.replace(result, status=ComponentStatus.DEGRADED_PERFORMANCE, reason=reason)
    return dataclasses.replace(result, latency=latency, certificate_expires=first_expiry(run.certificates))


def _attempt(check: CheckBase, context: ProbeContext, run: Exchange) -> ProbeResult:
    try:
        return PROBERS[type(check)](check, context)
    except ssl.SSLCertVerificationError as error:
        # It is refused, but when it ends is worth knowing all the same.
        read_untrusted(run.host, run.port, run.server_name)
        return ProbeResult(check.unanswered, reason=plain(words_for(error)))
    except (OSError, RuntimeError, MemoryError, Unanswered) as error:
        return _explained(check, run, error)
    except Exception as error:  # one check that goes wrong must not end the others
        log.exception(_WRONG, kind_of(check))
        return unmeasured(own_words(error), Blame.BUG)


_WRONG = "A check of the kind %s went wrong."


def _explained(check: CheckBase, run: Exchange, error: Exception) -> ProbeResult:
    """Return what an exception means: nothing of the service, unless it is what a server did."""
    if isinstance(error, DeadlineExceeded) and run.answered is not None:
        error = CannotMeasure(
            "the answer came in time, but comparing it with what is expected took too long; expect something simpler"
        )
    whose = blame(error)
    if whose is Blame.BUG:
        log.error(_WRONG, kind_of(check), exc_info=error)
    reason = explain(error, check.timeout, is_late=run.is_over)
    if whose.is_ours:
        return unmeasured(reason, whose)
    is_timeout = run.is_over or isinstance(error, DeadlineExceeded | TimeoutError)
    return ProbeResult(check.unanswered, reason=plain(reason), blame=whose, is_timeout=is_timeout)
