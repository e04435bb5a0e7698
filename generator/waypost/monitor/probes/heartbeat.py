"""Judge a job by its latest reports; nothing is asked over the network."""

from __future__ import annotations

from waypost.formats.checks import HeartbeatCheck
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.rules.heartbeats import judge_heartbeat


def probe_heartbeat(check: HeartbeatCheck, context: ProbeContext) -> ProbeResult:
    """Judge a job at the moment of the run."""
    status, reason = judge_heartbeat(check, context.pings, context.now)
    return ProbeResult(status, reason=reason)
