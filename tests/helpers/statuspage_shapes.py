"""The shapes of the Statuspage API, as its own pages have them, and whether a document keeps to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

PAGE = {"id", "name", "url", "time_zone", "updated_at"}
STATUS = {"indicator", "description"}
COMPONENT = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
}
INCIDENT = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
}
MAINTENANCE = INCIDENT | {"scheduled_for", "scheduled_until"}
UPDATE = {
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
}
WEBHOOK_INCIDENT = MAINTENANCE | {
    "backfilled",
    "impact_override",
    "organization_id",
    "postmortem_body",
    "postmortem_body_last_updated_at",
    "postmortem_ignored",
    "postmortem_notified_subscribers",
    "postmortem_notified_twitter",
    "postmortem_published_at",
    "scheduled_auto_transition",
    "scheduled_remind_prior",
    "scheduled_reminded_at",
}
"""Only webhooks have all of these; an incident has them too, as null or false."""
WEBHOOK_UPDATE = UPDATE | {"twitter_updated_at", "wants_twitter_update"}
AFFECTED = {"code", "name", "old_status", "new_status"}
COMPONENT_STATUSES = {
    "operational",
    "degraded_performance",
    "partial_outage",
    "major_outage",
    "under_maintenance",
}
INCIDENT_STATUSES = {"investigating", "identified", "monitoring", "resolved", "postmortem"}
MAINTENANCE_STATUSES = {"scheduled", "in_progress", "verifying", "completed"}
IMPACTS = {"none", "minor", "major", "critical"}
INDICATORS = IMPACTS | {"maintenance"}
WORDS = {
    "All Systems Operational",
    "Partially Degraded Service",
    "Minor Service Outage",
    "Partial System Outage",
    "Major Service Outage",
    "Service Under Maintenance",
}
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
IDENTITY = re.compile(r"[a-z0-9]{12}")


def plain(document: Any) -> Any:
    """Return a document as a reader gets it."""
    return json.loads(json.dumps(document))


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def assert_follows_the_api(summary: dict[str, Any]) -> None:
    """Check a file of the API, or a body that is made of the same objects."""
    assert set(summary["page"]) == PAGE
    if "status" in summary:
        assert set(summary["status"]) == STATUS
        assert summary["status"]["indicator"] in INDICATORS
        assert summary["status"]["description"] in WORDS
    for row in summary.get("components", []):
        assert set(row) == (COMPONENT | {"components"} if row["group"] else COMPONENT)
        assert row["status"] in COMPONENT_STATUSES
    for item, keys, words, impacts in (
        *((one, INCIDENT, INCIDENT_STATUSES, IMPACTS) for one in summary.get("incidents", [])),
        *(
            (one, MAINTENANCE, MAINTENANCE_STATUSES, {"maintenance"})
            for one in summary.get("scheduled_maintenances", [])
        ),
    ):
        assert set(item) == keys
        assert item["status"] in words
        assert item["impact"] in impacts
        assert all(set(row) == COMPONENT for row in item["components"])
        assert all(update["status"] in words for update in item["incident_updates"])
        for update in item["incident_updates"]:
            assert_is_an_update(update)
        assert {update["incident_id"] for update in item["incident_updates"]} == {item["id"]}
        spoken = [update["display_at"] for update in item["incident_updates"]]
        assert spoken == sorted(spoken, reverse=True)
    for key, value in walk(summary):
        if key == "id" or (key.endswith("_id") and key != "tweet_id" and value is not None):
            assert IDENTITY.fullmatch(value), key
        if (key.endswith("_at") and value is not None) or (
            key.startswith("scheduled_") and isinstance(value, str)
        ):
            assert TIMES.fullmatch(value), key
    assert_groups_and_members_agree(summary.get("components", []))


def assert_is_a_webhook_incident(incident: dict[str, Any]) -> None:
    """Check the incident of a webhook, which a strict receiver reads."""
    assert set(incident) == WEBHOOK_INCIDENT
    for update in incident["incident_updates"]:
        assert_is_an_update(update, WEBHOOK_UPDATE)
    for key, value in walk(incident):
        if (key.endswith("_at") or key in ("scheduled_for", "scheduled_until")) and value is not None:
            assert TIMES.fullmatch(value), key


def assert_is_an_update(update: dict[str, Any], keys: set[str] = UPDATE) -> None:
    assert set(update) == keys
    assert update["affected_components"] is None or update["affected_components"]
    for row in update["affected_components"] or ():
        assert set(row) == AFFECTED
        assert {row["old_status"], row["new_status"]} <= COMPONENT_STATUSES
        assert IDENTITY.fullmatch(row["code"])


def assert_groups_and_members_agree(rows: list[dict[str, Any]]) -> None:
    groups = {row["id"]: row["components"] for row in rows if row["group"]}
    members = {row["id"]: row["group_id"] for row in rows if not row["group"]}
    assert len(groups) + len(members) == len(rows)
    assert all(owner is None or member in groups[owner] for member, owner in members.items())
    assert all(members[member] == owner for owner, listed in groups.items() for member in listed)
