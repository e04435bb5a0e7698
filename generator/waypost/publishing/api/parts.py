"""What Waypost's own JSON documents share: parts such as uptime and error budgets, the schema, and the bytes.

The models are typed dictionaries, so that a document is written as it was put together: objects of pydantic would
take a large share of the time of publishing, refuse a lone surrogate, and write 0 as 0.0.
Fields may be added to a document and none may go or change its meaning, so a reader must pass over what it does
not know: the schemas allow more fields than they name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import Field, JsonValue, TypeAdapter, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from waypost.formats.status import ComponentStatus, Impact
from waypost.formats.status_config import Policy
from waypost.publishing.api.statuspage import api_time
from waypost.status.rules.coverage import CoverageSource, coverage_percent, source
from waypost.status.rules.snapshot import RegionView, Snapshot
from waypost.status.rules.uptime import BUDGET_WINDOW, SHOWN_WINDOWS, Uptime, Uptimes, percentage


def doc(text: str) -> FieldInfo:
    """Describe a field."""
    return FieldInfo(description=text)


def one_of(values: Iterable[str]) -> WithJsonSchema:
    """Describe a text that is one of these."""
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in values]})


_MONTHS: dict[str, JsonValue] = {"propertyNames": {"pattern": r"^\d{4}-\d\d$"}}
_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time", "pattern": _TIME})]
"""A moment in UTC with milliseconds."""
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
PublicId = Annotated[str, Field(pattern="^[a-z0-9]{12}$")]
"""An id of the Statuspage API."""
Count = Annotated[int, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
State = Annotated[ComponentStatus, one_of(ComponentStatus)]
KnownState = Annotated[
    ComponentStatus, one_of(status for status in ComponentStatus if status is not ComponentStatus.NO_DATA)
]
_AS_ELSEWHERE = doc("As in the Statuspage API: the worst of all open incidents and states.")
Indicator = Annotated[str, one_of([*Impact, "maintenance"]), _AS_ELSEWHERE]
Hurt = Annotated[Impact, one_of(Impact)]

_Share = Annotated[Percent | None, doc("Percent in this window, or null.")]
Windows = TypedDict("Windows", {"24h": _Share, "7d": _Share, "30d": _Share, "90d": _Share})
"""Uptime in windows that end now."""
_Months = Annotated[dict[str, Percent | None], Field(json_schema_extra=_MONTHS)]
_Rate = Annotated[Annotated[float, Field(ge=0)] | None, doc("The multiple in this window, or null.")]
BurnRates = TypedDict("BurnRates", {"1h": _Rate, "6h": _Rate, "24h": _Rate, "3d": _Rate})
"""Downtime in windows that end now, as multiples of what the goal allows."""


class PublishedUptime(Windows):
    """Percentages, rounded down to two places; null where too little was watched (`least_coverage`)."""

    months: Annotated[_Months, doc("By month, such as 2026-11.")]
    with_maintenance: Annotated[Windows, doc("The same windows, maintenance counted as downtime.")]


class WindowCoverage(TypedDict):
    """What the uptime of a window rests on."""

    percent: Annotated[
        int, Field(ge=0, le=100), doc("Share of the window that counts: data, and not maintenance.")
    ]
    source: Annotated[
        Annotated[CoverageSource, one_of(CoverageSource)] | None,
        doc("Whether checks or people watched; null for nobody."),
    ]


_Covered = Annotated[WindowCoverage, doc("This window.")]
CoveredWindows = TypedDict(
    "CoveredWindows", {"24h": _Covered, "7d": _Covered, "30d": _Covered, "90d": _Covered}
)
"""Coverage of windows that end now."""


class PublishedCoverage(CoveredWindows):
    """What each uptime rests on, in whole percent; 0 only where there is nothing."""

    months: Annotated[dict[str, WindowCoverage], Field(json_schema_extra=_MONTHS), doc("By month.")]


class PublishedBudget(TypedDict):
    """The error budget, in seconds; null where too little of its window was watched."""

    goal: Annotated[float, doc("The availability goal, in percent.")]
    window: Annotated[str, doc("The window it is for.")]
    allowed: Annotated[Count | None, doc("Downtime that the goal allows.")]
    spent: Annotated[Count | None, doc("Downtime so far.")]
    left: Annotated[int | None, doc("What may still be spent; below zero if missed.")]
    burn_rates: Annotated[BurnRates, doc("Downtime in each window, as a multiple of what the goal allows.")]


class Region(TypedDict):
    """A place that checks are run from."""

    id: Annotated[str, doc("Its id.")]
    name: Annotated[str, doc("Its name.")]
    status: Annotated[State, doc("The state as it is seen from there.")]
    dissents: Annotated[bool, doc("Whether it says otherwise than the majority.")]


class PublishedCertificate(TypedDict):
    """A certificate that ends soon or has ended."""

    component: Annotated[str, doc("Id of the component.")]
    check: Annotated[str, doc("Id of the check.")]
    expires_at: Annotated[Time, doc("When it ends.")]
    days: Annotated[int, doc("Whole days left; below zero when it has ended.")]


class ComponentNow(TypedDict):
    """A component as it is now."""

    name: Annotated[str, doc("Its name.")]
    status: Annotated[State, doc("Its state; `no_data` where it is not known now.")]
    since: Annotated[Time, doc("When the state began, or the start of the ninety days where it is older.")]
    uptime: Annotated[PublishedUptime, doc("Its uptime.")]
    coverage: Annotated[PublishedCoverage, doc("What its uptime rests on.")]
    budget: Annotated[PublishedBudget, doc("Its error budget.")]
    regions: Annotated[list[Region], doc("From where it is checked; empty where checks have no regions.")]


class PageState(TypedDict):
    """The state of the page as a whole."""

    changed_at: Annotated[Time, doc("When there was last something new to say.")]
    stale_after: Annotated[Count, doc("Seconds after `checked_at` of now.json until the data are old.")]
    offline_since: Annotated[Time | None, doc("Since when our connection is down and nothing is measured.")]
    indicator: Indicator
    status: Annotated[State, doc("The worst state of all components; `no_data` where nothing is known.")]
    headline: Annotated[str, doc("The sentence at the top of the page, in its language.")]
    detail: Annotated[str, doc("What is added to it, or an empty text.")]
    uptime: Annotated[PublishedUptime, doc("Uptime of all components together.")]
    coverage: Annotated[PublishedCoverage, doc("What that uptime rests on.")]
    budget: Annotated[PublishedBudget, doc("Error budget of all components together.")]
    certificates: Annotated[list[PublishedCertificate], doc("Certificates that end soon or have ended.")]


def time_or_null(moment: datetime | None) -> str | None:
    """Write a time as the API does; null where there is none."""
    return api_time(moment) if moment else None


def uptime_json(found: Uptimes) -> PublishedUptime:
    """Write percentages as numbers, rounded down to two places; null is no data."""
    windows = found.windows
    return {
        **_windows(lambda name: windows[name].ratio),
        "months": {name: percentage(uptime.ratio) for name, uptime in found.months.items()},
        "with_maintenance": _windows(lambda name: windows[name].with_maintenance),
    }


def _windows(ratio: Callable[[str], float | None]) -> Windows:
    return {
        "24h": percentage(ratio("24h")),
        "7d": percentage(ratio("7d")),
        "30d": percentage(ratio("30d")),
        "90d": percentage(ratio("90d")),
    }


def coverage_json(found: Uptimes) -> PublishedCoverage:
    """Write what each uptime rests on."""
    windows = {name: _window_coverage(found.windows[name]) for name in SHOWN_WINDOWS}
    return {
        "24h": windows["24h"],
        "7d": windows["7d"],
        "30d": windows["30d"],
        "90d": windows["90d"],
        "months": {name: _window_coverage(uptime) for name, uptime in found.months.items()},
    }


def _window_coverage(uptime: Uptime) -> WindowCoverage:
    return {"percent": coverage_percent(uptime), "source": source(uptime)}


def budget_json(found: Uptimes, policy: Policy) -> PublishedBudget:
    """Write the error budget in whole seconds, and burn rates with two places."""
    budget = found.budget(policy)
    return {
        "goal": budget.goal,
        "window": BUDGET_WINDOW,
        "allowed": _rounded(budget.allowed),
        "spent": _rounded(budget.spent),
        "left": _rounded(budget.left),
        "burn_rates": _burn_rates(budget.burn_rates),
    }


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _burn_rates(found: Mapping[str, float | None]) -> BurnRates:
    rates = {name: None if rate is None else round(rate, 2) for name, rate in found.items()}
    return {"1h": rates["1h"], "6h": rates["6h"], "24h": rates["24h"], "3d": rates["3d"]}


def regions_json(views: Sequence[RegionView]) -> list[Region]:
    """Return the state in each region."""
    return [
        {"id": view.id, "name": view.name, "status": view.status, "dissents": view.dissents} for view in views
    ]


def certificates_json(snapshot: Snapshot) -> list[PublishedCertificate]:
    """Write the certificates that end soon or have ended, with the whole days that are left."""
    return [
        {
            "component": item.component,
            "check": item.check,
            "expires_at": api_time(item.expires),
            "days": (item.expires - snapshot.now).days,
        }
        for item in snapshot.certificate_warnings
    ]


Schema = dict[str, Any]


@cache
def document_schema(model: type, title: str) -> Schema:
    """Return the schema of a document."""
    schema = TypeAdapter(model).json_schema(schema_generator=_Untitled)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def json_files(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Return documents as the bytes of their files, by path."""
    return {path: json_bytes(document) for path, document in documents.items()}


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Write a document with a line for each of its members, and for each entry of a member that holds several.

    A line at a time is written by the fast encoder of Python; one that indents everything takes ten times as long.
    """
    members = ",\n".join(f" {_compact(key)}: {_lines(value)}" for key, value in document.items())
    # A lone surrogate, which YAML can spell, has no bytes.
    return f"{{\n{members}\n}}\n".encode(errors="replace")


def _lines(value: object) -> str:
    if isinstance(value, Mapping) and any(isinstance(entry, Mapping | list) for entry in value.values()):
        return "{\n" + ",\n".join(f"  {_compact(key)}: {_compact(it)}" for key, it in value.items()) + "\n }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_compact(entry)}" for entry in value) + "\n ]"
    return _compact(value)


_compact = json.JSONEncoder(ensure_ascii=False).encode
"""Write a value on one line; `json.dumps` would make an encoder each time."""
