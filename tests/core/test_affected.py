from __future__ import annotations

from helpers.cases import Case, golden
from helpers.status_world import history, moment, site, take_snapshot, words
from waypost.core.affected import AffectedSpan


def told(span: AffectedSpan) -> str:
    end = words(span.end) if span.end else ""
    return f"{span.component} {span.status} {words(span.start)}-{end}"


@golden("affected.yml")
def test_what_an_incident_did(case: Case) -> None:
    written = [case["incident"]] if "incident" in case else []
    place = site(case.get("components", {"downloads": 1}), written)
    seen = take_snapshot(
        place, history(case.get("changes", ["00:00 http-1 operational"])), moment(case["now"])
    )
    (incident,) = seen.incidents
    assert incident.automatic == case.get("automatic", False)
    spans = seen.affected[incident.id]
    assert [told(span) for span in spans] == case["spans"]
    for span in spans:
        assert span.lasted == (span.end - span.start if span.end else None)
