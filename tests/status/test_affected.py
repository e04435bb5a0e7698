from __future__ import annotations

from helpers.cases import Case, golden
from helpers.status_world import history, incident, moment, site, take_snapshot, words
from waypost.status.rules.timeline import AffectedInterval, ComponentTimeline, affected_intervals


def published(span: AffectedInterval) -> str:
    end = words(span.end) if span.end else ""
    return f"{span.component} {span.status} {words(span.start)}-{end}"


@golden("affected.yml")
def test_what_an_incident_did(case: Case) -> None:
    written = [case["incident"]] if "incident" in case else []
    place = site(case.get("components", {"downloads": 1}), written)
    page = take_snapshot(
        place, history(case.get("changes", ["00:00 http-1 operational"])), moment(case["now"])
    )
    (told_of,) = page.incidents
    assert told_of.automatic == case.get("automatic", False)
    spans = page.affected[told_of.id]
    assert [published(span) for span in spans] == case["spans"]
    for span in spans:
        assert span.lasted == (span.end - span.start if span.end else None)


def test_what_was_well_in_between_was_not_affected() -> None:
    place, now = site(), moment("12:00")
    rows = history(
        [
            *("09:00 http-1 operational", "10:00 http-1 major_outage"),
            *("10:20 http-1 operational", "10:40 http-1 partial_outage"),
        ]
    )
    timelines = {"downloads": ComponentTimeline(place.config.flat[0], place, rows, now)}
    page = incident({"id": "a", "says": ["10:00 investigating", "11:00 resolved"]})
    assert [published(span) for span in affected_intervals(page, timelines, now)] == [
        "downloads major_outage 10:00-10:20",
        "downloads partial_outage 10:40-11:00",
    ]
