"""What a process answers about itself: `/healthz`, `/readyz` and `/metrics` of its listener.

Nothing here asks a database or waits for anything: an answer comes also while all else hangs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http import HTTPStatus

from waypost.base.net.http_messages import ServerRequest, ServerResponse
from waypost.base.net.request_server import Route
from waypost.base.supervision import Supervisor
from waypost.monitor.io.metrics import MEDIA_TYPE, exposition
from waypost.monitor.rules.health import HealthReport, TaskHealth, Verdict, liveness, readiness

HEALTH_PATH, READY_PATH, METRICS_PATH = "/healthz", "/readyz", "/metrics"

_FRESH = {"Cache-Control": "no-store"}


def health_routes(report: Callable[[], HealthReport], key: str | None) -> list[Route]:
    """Return the addresses of health checks, which anybody may ask, and of metrics, which need the key of reports."""

    def metrics(request: ServerRequest) -> ServerResponse:
        if not request.brings_key(key):
            return ServerResponse(HTTPStatus.FORBIDDEN)
        return ServerResponse(body=exposition(report()), media_type=MEDIA_TYPE, headers=_FRESH)

    return [
        Route(HEALTH_PATH, lambda _: _answer(liveness(report())), is_quick=True),
        Route(READY_PATH, lambda _: _answer(readiness(report())), is_quick=True),
        Route(METRICS_PATH, metrics, is_quick=True),
    ]


def _answer(verdict: Verdict) -> ServerResponse:
    status = HTTPStatus.OK if verdict.is_good else HTTPStatus.SERVICE_UNAVAILABLE
    body = json.dumps(verdict.document()).encode() + b"\n"
    return ServerResponse(status, body, "application/json", _FRESH)


def task_health(supervisor: Supervisor, now: float | None = None) -> tuple[TaskHealth, ...]:
    """Return the state of each task at a moment of the steady clock."""
    moment = time.monotonic() if now is None else now
    return tuple(
        TaskHealth(
            name,
            supervisor.overdue(name),
            moment - state.last_end if state.last_end is not None else None,
            state.failures,
            max(0, state.starts - 1),
        )
        for name, state in supervisor.states.items()
    )
