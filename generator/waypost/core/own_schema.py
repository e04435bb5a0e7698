"""The JSON Schema of waypost.json (draft 2020-12), published beside it as waypost.schema.json.

Fields may be added in a version and none may go or change its meaning, so a reader must pass over what
it does not know: the schema allows more fields than it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from waypost.core.uptime import ROLLING, TOLD
from waypost.model.status import (
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    MEASURED,
    ComponentStatus,
    Impact,
)

Schema = dict[str, Any]

VERSION = 1
"""Grows when a field goes or changes its meaning."""

OWN_PATH = "waypost.json"
SCHEMA_PATH = "waypost.schema.json"

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
DAY = r"^\d{4}-\d\d-\d\d$"
MONTH = r"^\d{4}-\d\d$"
PUBLIC_ID = "^[a-z0-9]{12}$"


def own_schema(page_url: str) -> Schema:
    """Return the schema of waypost.json on the page at this address."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": page_url + SCHEMA_PATH,
        "title": "A Waypost status page",
        **_document(),
        "$defs": {
            "uptime": _uptime(),
            "budget": _budget(),
            "update": _update([*INCIDENT_STATUSES, *MAINTENANCE_STATUSES]),
        },
    }


def _document() -> Schema:
    return _object(
        "",
        {
            "$schema": _text("address of the schema"),
            "version": {"const": VERSION, "description": "version of this format"},
            "page": _page(),
            "changed_at": _time("when there was last something new to say"),
            "stale_after": _whole(
                "seconds after `checked_at` in now.json from which the data must be called old"
            ),
            "offline_since": _or_null(
                _time("since when our own connection is down and nothing can be measured, or null")
            ),
            "indicator": _one_of(
                [*Impact, "maintenance"],
                "as in the Statuspage API: the worst of all open incidents and states",
            ),
            "description": _text("what Statuspage says for the indicator, in English"),
            "status": _state("the worst state of all components; `no_data` where nothing is known"),
            "headline": _text("the sentence at the top of the page, in its language"),
            "detail": _text("what is added to it, or an empty text"),
            "policy": _policy(),
            "uptime": _part("uptime", "uptime of all components together"),
            "budget": _part("budget", "error budget of all components together"),
            "groups": _list(_group(), "groups of components, in the order of the page"),
            "components": _list(_component(), "components, in the order of the page"),
            "certificates": _list(_certificate(), "certificates that end soon or have ended"),
            "incidents": _list(_incident(), "the latest 50, newest first, and all that are open"),
            "maintenances": _list(
                _maintenance(), "the latest 50, newest first, and all that are running or to come"
            ),
        },
    )


def _page() -> Schema:
    return _object(
        "the status page",
        {
            "id": _public_id(),
            "name": _text("its name"),
            "url": _text("its address, with a slash at its end"),
            "help_url": _text("address of the help center"),
            "time_zone": _text("zone of its days and months, such as Europe/Berlin"),
            "language": _text("language of headline, detail and automatic incidents"),
        },
    )


def _policy() -> Schema:
    weights = {status.value: _ratio("0 to 1") for status in MEASURED[1:]}
    return _object(
        "when a failure counts, and how downtime is weighed",
        {
            "down_after": _whole("failures in a row before a state changes"),
            "up_after": _whole("good answers in a row before it is operational again"),
            "slo": _number("the availability goal, in percent"),
            "weights": _object("how much of the time in a state counts as downtime", weights),
            "formula": _text("how uptime is computed"),
        },
    )


def _uptime() -> Schema:
    windows = {name: _percent() for name in TOLD}
    return _object(
        "percentages, rounded down to two places; null is no data",
        {
            **windows,
            "months": _by_name(_percent(), MONTH, "by month, such as 2026-11"),
            "with_maintenance": _object("the same windows, maintenance counted as downtime", windows),
        },
    )


def _budget() -> Schema:
    rates = {name: _or_null({"type": "number", "minimum": 0}) for name in ROLLING}
    return _object(
        "the error budget, in seconds",
        {
            "goal": _number("the availability goal, in percent"),
            "window": _text("the window it is for"),
            "allowed": _whole("downtime that the goal allows"),
            "spent": _whole("downtime so far"),
            "left": {"type": "integer", "description": "what may still be spent; below zero if missed"},
            "burn_rates": _object(
                "downtime in a window, as a multiple of what the goal allows for it", rates
            ),
        },
    )


def _group() -> Schema:
    return _object(
        "a group of components",
        {
            "api_id": _public_id(),
            "name": _text("its name"),
            "status": _state("the worst state of its components"),
            "components": _ids("ids of its components, in the order of the page"),
            "uptime": _part("uptime", "uptime of its components together"),
        },
    )


def _component() -> Schema:
    return _object(
        "a component",
        {
            "id": _text("its id in status.yml"),
            "api_id": _public_id(),
            "name": _text("its name"),
            "description": _text("what it does, or an empty text"),
            "group": _or_null(_text("name of its group, or null")),
            "position": _whole("place on the page, from 1"),
            "status": _state("its state; `no_data` where it is not known now"),
            "known_status": _state("its state, or the last one that was known", ComponentStatus.NO_DATA),
            "since": _time("when the state began, or the start of the ninety days where it is older"),
            "known_from": _time("when it was first measured, or the start of the ninety days"),
            "is_measured": _flag("whether checks measure it, rather than people alone"),
            "uptime": _part("uptime", "its uptime"),
            "budget": _part("budget", "its error budget"),
            "regions": _list(_region(), "from where it is checked; empty where checks have no regions"),
            "latency": _or_null(_latency()),
            "days": _list(_run(), "the last ninety days, oldest first; days that are alike are one run"),
        },
    )


def _region() -> Schema:
    return _object(
        "a place that checks are run from",
        {
            "id": _text("its id"),
            "name": _text("its name"),
            "status": _state("the state as it is seen from there"),
            "dissents": _flag("whether it says otherwise than the majority"),
        },
    )


def _latency() -> Schema:
    point = _object(
        "the answers of an hour or a day",
        {
            "at": _time("when the hour or day begins, in UTC"),
            "p50": _whole("milliseconds within which half of the answers came"),
            "p95": _whole("milliseconds within which 95 of 100 answers came"),
        },
    )
    return _object(
        "how fast it answered, or null where nothing was summed up; hours and days without answers are left out",
        {
            "hours": _list(point, "the last 24 hours that are over"),
            "days": _list(point, "the last 90 days that are over"),
        },
    )


def _run() -> Schema:
    return _object(
        "days that are alike",
        {
            "first": {"type": "string", "pattern": DAY, "description": "the first of these days"},
            "days": {"type": "integer", "minimum": 1, "description": "how many days"},
            "status": _state("the worst state of each day"),
            "trouble": _whole("seconds in trouble on each day"),
            "no_data": _or_null(_whole("seconds on each day that nobody measured; null for all of the day")),
        },
    )


def _certificate() -> Schema:
    return _object(
        "a certificate",
        {
            "component": _text("id of the component"),
            "check": _text("id of the check"),
            "expires_at": _time("when it ends"),
            "days": {"type": "integer", "description": "whole days left; below zero when it has ended"},
        },
    )


def _incident() -> Schema:
    states = _state("the state that it puts a component in", ComponentStatus.NO_DATA)
    return _object(
        "an incident",
        {
            "id": _text("name of its file, or that which an automatic one gets"),
            "api_id": _public_id(),
            "title": _text("its title"),
            "url": _text("address of its page"),
            "impact": _one_of(list(Impact), "how much it hurts customers"),
            "status": _one_of(INCIDENT_STATUSES, "what its latest update says"),
            "is_open": _flag("whether customers are hit by it now"),
            "is_automatic": _flag("whether checks found it, rather than a person"),
            "continued_as": _or_null(_text("id of the incident that took over from it, or null")),
            "started_at": _time("when it began"),
            "resolved_at": _or_null(_time("when it was resolved, or null")),
            "updated_at": _time("when something was last said"),
            "duration": _or_null(_whole("seconds from its beginning until it was resolved, or null")),
            "next_update_by": _or_null(_time("when the next update is promised, or null")),
            "components": _by_name(states, "", "by id of the component: the worst state it is put in"),
            "affected": _list(_span(), "times in which its components were in trouble while it was open"),
            "articles": _ids("paths of articles with a way round, below content/"),
            "updates": _list({"$ref": "#/$defs/update"}, "its updates, oldest first"),
        },
    )


def _span() -> Schema:
    return _object(
        "a time in which a component was in one state",
        {
            "component": _text("id of the component"),
            "status": _state("the state", ComponentStatus.NO_DATA),
            "started_at": _time("when it began"),
            "ended_at": _or_null(_time("when it ended, or null while it lasts")),
        },
    )


def _maintenance() -> Schema:
    return _object(
        "a scheduled maintenance",
        {
            "id": _text("its id"),
            "api_id": _public_id(),
            "title": _text("its title"),
            "url": _text("address of its page"),
            "status": _one_of(MAINTENANCE_STATUSES, "what people said, moved on by the clock"),
            "scheduled_for": _time("when it was planned to start"),
            "scheduled_until": _time("when it was planned to end"),
            "started_at": _time("when it started or will start"),
            "ends_at": _time("when it ended or will end"),
            "duration": _whole("seconds between these two"),
            "updated_at": _time("when something was last said"),
            "components": _ids("ids of the components worked on"),
            "articles": _ids("paths of articles that say more, below content/"),
            "updates": _list({"$ref": "#/$defs/update"}, "its updates, oldest first"),
        },
    )


def _update(statuses: Iterable[str]) -> Schema:
    change = _object(
        "a component whose state changed with an update",
        {
            "component": _text("its id"),
            "old_status": _state("the state before", ComponentStatus.NO_DATA),
            "new_status": _state("the state after", ComponentStatus.NO_DATA),
        },
    )
    return _object(
        "one entry of a timeline",
        {
            "id": _text("unique within its incident or maintenance; it stays when the text is edited"),
            "api_id": _public_id(),
            "status": _one_of(statuses, "what it says"),
            "at": _time("when it was said"),
            "after": {
                "type": "integer",
                "description": "seconds since the incident or the maintenance began; below zero before that",
            },
            "body": _text("Markdown, without HTML"),
            "next_update_by": _or_null(_time("when the next update was promised, or null")),
            "changes": _list(change, "components whose state it changed"),
        },
    )


# Parts of a schema


def _object(description: str, properties: Mapping[str, Schema]) -> Schema:
    described = {"description": description} if description else {}
    return {"type": "object", **described, "required": list(properties), "properties": dict(properties)}


def _part(name: str, description: str) -> Schema:
    return {"$ref": f"#/$defs/{name}", "description": description}


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "description": description, "items": items}


def _ids(description: str) -> Schema:
    return _list({"type": "string"}, description)


def _by_name(values: Schema, pattern: str, description: str) -> Schema:
    names = {"propertyNames": {"pattern": pattern}} if pattern else {}
    return {"type": "object", "description": description, **names, "additionalProperties": values}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _public_id() -> Schema:
    return {"type": "string", "pattern": PUBLIC_ID, "description": "its id in the Statuspage API"}


def _time(description: str) -> Schema:
    return {"type": "string", "format": "date-time", "pattern": TIME, "description": description}


def _whole(description: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": description}


def _number(description: str) -> Schema:
    return {"type": "number", "description": description}


def _ratio(description: str) -> Schema:
    return {"type": "number", "minimum": 0, "maximum": 1, "description": description}


def _percent() -> Schema:
    return {"type": ["number", "null"], "minimum": 0, "maximum": 100}


def _flag(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def _one_of(values: Iterable[str], description: str) -> Schema:
    return {"enum": [str(value) for value in values], "description": description}


def _state(description: str, *without: ComponentStatus) -> Schema:
    return _one_of([status for status in ComponentStatus if status not in without], description)


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}
