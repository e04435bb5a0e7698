"""Ask another provider's status page how a service is that a component needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from waypost.base.net.failures import Unanswered
from waypost.base.net.json_paths import read_json
from waypost.base.net.network import plain
from waypost.base.net.web import Request, fetch
from waypost.formats.checks import StatuspageCheck
from waypost.formats.status import MEASURED, ComponentStatus, Impact
from waypost.monitor.probes.result import ProbeContext, ProbeResult, good

MAX_SIZE = 2 * 1000 * 1000

_WORKING = ComponentStatus.OPERATIONAL
_STATES = {"under_maintenance": _WORKING, **{status.value: status for status in MEASURED}}
_INDICATORS = {"maintenance": _WORKING, **{impact.value: impact.status for impact in Impact}}


def probe_statuspage(check: StatuspageCheck, context: ProbeContext) -> ProbeResult:
    """Read another page once; raise Unanswered where the service is not on it."""
    answer = fetch(Request(summary_address(check.statuspage)), max_size=MAX_SIZE)
    if answer.status != 200:
        raise Unanswered(f"the status page answered with HTTP status {answer.status}")
    if len(answer.body) > MAX_SIZE:
        raise Unanswered("the status page is too large")
    try:
        summary = read_json(answer.body)
    except Unanswered as error:
        raise Unanswered(f"the status page {error}") from None
    status, words = _read(check, summary)
    if not status.is_trouble:
        return good()
    page = plain(_text(summary, "page", "name") or urlsplit(check.statuspage).hostname or "", 60)
    worst = min(status, check.fails_as, key=lambda each: each.severity)
    return ProbeResult(worst, reason=plain(f"{page} says: {words}"))


def summary_address(url: str) -> str:
    """Return where the summary of a status page is."""
    parts = urlsplit(url)
    if parts.path.endswith(".json"):
        return url
    return parts._replace(path=f"{parts.path.rstrip('/')}/api/v2/summary.json", fragment="").geturl()


def _read(check: StatuspageCheck, summary: Any) -> tuple[ComponentStatus, str]:
    """Return the state of the service on the page, as our state and in the words of the page."""
    if check.component is None:
        status = _INDICATORS.get(_text(summary, "status", "indicator"))
        if status is None:
            raise Unanswered("the status page does not say how the service is")
        return status, plain(_text(summary, "status", "description"), 80) or str(status)
    components = summary.get("components") if isinstance(summary, Mapping) else None
    listed = (
        [each for each in components if isinstance(each, Mapping)] if isinstance(components, list) else []
    )
    found = [
        (status, each)
        for each in _named(listed, check.component)
        if (status := _STATES.get(_text(each, "status")))
    ]
    if not found:
        raise Unanswered("the status page does not name the component")
    status, component = max(found, key=lambda pair: pair[0].severity)
    return status, f"{plain(_text(component, 'name'), 80)} is {status}"


def _named(components: list[Mapping[str, Any]], wanted: str) -> list[Mapping[str, Any]]:
    """Return the component of an id, or all of a name: several groups may have one of the same name."""
    by_id = [each for each in components if _text(each, "id") == wanted]
    return by_id or [each for each in components if _text(each, "name").casefold() == wanted.casefold()]


def _text(data: Any, *path: str) -> str:
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, str) else ""
