"""Judge a job by what it last said of itself; nothing is asked over the network."""

from __future__ import annotations

from datetime import datetime

from waypost.base.cron import next_run
from waypost.formats.checks import HeartbeatCheck
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.rules.heartbeats import judge_heartbeat


def probe_heartbeat(check: HeartbeatCheck, context: ProbeContext) -> ProbeResult:
    """Judge a job at the moment of the run."""
    rule = check.heartbeat

    def due(after: datetime) -> datetime:
        if rule.cron is None:
            return after + rule.every if rule.every else after
        return next_run(rule.cron, rule.time_zone, after)

    status, reason = judge_heartbeat(check, context.pings, context.now, due)
    return ProbeResult(status, reason=reason)
