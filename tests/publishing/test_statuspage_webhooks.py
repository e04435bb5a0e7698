from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from helpers.status_world import history, moment, site, take_snapshot
from helpers.statuspage_shapes import (
    COMPONENT_STATUSES,
    IDENTITY,
    INDICATORS,
    TIMES,
    WORDS,
    assert_is_a_webhook_incident,
    plain,
)
from waypost.formats.status import ComponentStatus
from waypost.publishing.api.statuspage import incident_json, maintenance_json, page_id
from waypost.publishing.api.statuspage_webhooks import (
    ComponentTransition,
    Recipient,
    component_body,
    incident_body,
)
from waypost.status.rules.snapshot import Snapshot

RECIPIENT = Recipient("https://status.example.org/u/1", "https://help.example.org/webhooks/")
OPERATIONAL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE

# Keys as Atlassian documents them.
COMPONENT = {
    "created_at",
    "id",
    "name",
    "status",
    "page_id",
    "position",
    "updated_at",
    "description",
    "showcase",
    "group_id",
}
COMPONENT_UPDATE = {"created_at", "new_status", "old_status", "id", "component_id", "component_type"}


def page() -> Snapshot:
    place = site(
        {"api": 0, "Galleries": {"downloads": 1}},
        [
            {
                "id": "open",
                "components": {"api": "partial_outage"},
                "says": ["11:00 investigating", "11:30 identified"],
            }
        ],
        [{"id": "work", "components": ["api"], "window": "15:00-16:00"}],
    )
    return take_snapshot(place, history(["00:00 http-1 operational"]), moment("12:00"))


def news(new: ComponentStatus = DOWN, at: str = "11:59") -> ComponentTransition:
    return ComponentTransition("downloads", OPERATIONAL, new, moment(at))


def test_the_body_of_a_component_has_the_documented_shape() -> None:
    shown_page = page()
    body = plain(component_body(shown_page, news(), RECIPIENT))
    assert {key: set(value) for key, value in body.items()} == {
        "meta": {"unsubscribe", "documentation", "generated_at"},
        "page": {"id", "status_indicator", "status_description"},
        "component_update": COMPONENT_UPDATE,
        "component": COMPONENT,
    }
    assert body["page"]["id"] == page_id(shown_page)
    assert body["page"]["status_indicator"] in INDICATORS
    assert body["page"]["status_description"] in WORDS
    update, component = body["component_update"], body["component"]
    assert {update["new_status"], update["old_status"], component["status"]} <= COMPONENT_STATUSES
    for value in (update["id"], update["component_id"], component["id"], component["page_id"]):
        assert IDENTITY.fullmatch(value)
    for value in (body["meta"]["generated_at"], update["created_at"], component["updated_at"]):
        assert TIMES.fullmatch(value)


def test_what_receivers_read_of_a_component_is_right() -> None:
    body = plain(component_body(page(), news(), RECIPIENT))
    assert body["component"]["name"] == "Downloads"
    assert (body["component_update"]["old_status"], body["component_update"]["new_status"]) == (
        "operational",
        "major_outage",
    )
    assert body["component"]["status"] == "major_outage", "what the news says, not what came after"
    assert body["component_update"]["component_id"] == body["component"]["id"]
    assert body["component_update"]["component_type"] == "Component"
    assert body["component_update"]["created_at"] == "2026-11-20T11:59:00.000Z"
    assert body["page"]["status_description"] == "Partial System Outage"
    assert body["meta"] == {
        "unsubscribe": RECIPIENT.unsubscribe,
        "documentation": RECIPIENT.documentation,
        "generated_at": "2026-11-20T12:00:00.000Z",
    }


def test_the_same_news_has_the_same_id_and_other_news_another() -> None:
    def identity(published: ComponentTransition) -> str:
        found: str = component_body(page(), published, RECIPIENT)["component_update"]["id"]
        return found

    published = [news(), news(at="11:58"), news(ComponentStatus.PARTIAL_OUTAGE)]
    assert len({identity(item) for item in published}) == 3
    assert identity(news()) == identity(news())


@pytest.mark.parametrize(
    ("old", "new"), [(ComponentStatus.NO_DATA, DOWN), (OPERATIONAL, ComponentStatus.NO_DATA)]
)
def test_no_data_is_no_news_in_this_form(old: ComponentStatus, new: ComponentStatus) -> None:
    with pytest.raises(ValueError, match="no word for no data"):
        ComponentTransition("downloads", old, new, moment("12:00"))


def test_a_component_that_is_not_on_the_page_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        component_body(page(), ComponentTransition("gone", OPERATIONAL, DOWN, moment("12:00")), RECIPIENT)


def of_the_api(incident: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return what an incident of a webhook shares with that of a file of the API."""
    updates = [
        {key: update[key] for key in known["incident_updates"][0]} for update in incident["incident_updates"]
    ]
    return {**{key: incident[key] for key in known}, "incident_updates": updates}


def test_the_body_of_an_incident_is_the_incident_of_the_api_with_all_fields() -> None:
    shown_page = page()
    (incident,) = shown_page.active
    body = plain(incident_body(shown_page, incident, RECIPIENT))
    assert set(body) == {"meta", "page", "incident"}
    assert_is_a_webhook_incident(body["incident"])
    known = plain(incident_json(shown_page, incident))
    assert of_the_api(body["incident"], known) == known
    added = {key: value for key, value in body["incident"].items() if key not in known}
    assert set(added.values()) == {None, False}, "nothing is planned, and nothing was looked back on"
    # What receivers of others read.
    assert body["incident"]["name"] == "Title of open"
    assert body["incident"]["status"] == "identified"
    assert body["incident"]["incident_updates"][0]["body"] == "It is identified."


def test_a_maintenance_is_told_as_an_incident_with_its_window() -> None:
    shown_page = page()
    (work,) = shown_page.maintenances
    body = plain(incident_body(shown_page, work, RECIPIENT))
    assert_is_a_webhook_incident(body["incident"])
    known = plain(maintenance_json(shown_page, work))
    assert of_the_api(body["incident"], known) == known
    fields = ("impact", "scheduled_for", "scheduled_until", "scheduled_auto_transition")
    assert [body["incident"][field] for field in fields] == [
        *("maintenance", "2026-11-20T15:00:00.000Z", "2026-11-20T16:00:00.000Z", True)
    ]


def test_a_postmortem_stands_in_fields_of_its_own_too() -> None:
    says = ["10:00 investigating", "10:30 resolved", "11:00 postmortem"]
    shown_page = take_snapshot(site(incidents=[{"id": "a", "says": says}]), history(), moment("12:00"))
    (found,) = shown_page.incidents
    told = found.updates[-1]
    incident = replace(found, updates=(*found.updates[:-1], replace(told, edited=moment("11:40"))))
    body = plain(incident_body(shown_page, incident, RECIPIENT))["incident"]
    assert {key: value for key, value in body.items() if key.startswith("postmortem")} == {
        "postmortem_body": "It is postmortem.",
        "postmortem_body_last_updated_at": "2026-11-20T11:40:00.000Z",
        "postmortem_ignored": False,
        "postmortem_notified_subscribers": True,
        "postmortem_notified_twitter": False,
        "postmortem_published_at": "2026-11-20T11:00:00.000Z",
    }
