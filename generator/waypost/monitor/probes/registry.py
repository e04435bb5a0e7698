"""The registry of check kinds, and the one place where a run gets its deadline, its times and its verdict."""

from __future__ import annotations

import dataclasses
import logging
import ssl
from collections.abc import Mapping

from waypost.base.net.certificates import first_expiry, read_untrusted, words_for
from waypost.base.net.network import Exchange, Unanswered, deadline, explain, plain
from waypost.formats.checks import (
    CheckBase,
    DnsCheck,
    HeartbeatCheck,
    HttpCheck,
    StatuspageCheck,
    TcpCheck,
    TlsCheck,
)
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.dns import probe_dns
from waypost.monitor.probes.heartbeat import probe_heartbeat
from waypost.monitor.probes.http import probe_http
from waypost.monitor.probes.result import ProbeContext, Prober, ProbeResult
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
    """Run a check of any kind once, within its time; never raises for what a server does."""
    with deadline(check.timeout, context.refuse) as run:
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
        reason = words_for(error)
    except (OSError, Unanswered) as error:
        reason = explain(error, check.timeout, is_late=run.is_over)
    except Exception as error:  # one check that goes wrong must not end the others
        log.debug("A check went wrong.", exc_info=True)
        reason = explain(error, check.timeout, is_late=run.is_over)
    return ProbeResult(check.unanswered, reason=plain(reason))
