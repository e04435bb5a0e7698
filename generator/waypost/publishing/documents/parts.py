"""What all published documents hold: times, states, uptime, error budgets.

The models are typed dictionaries, so that a document is written as it was put together: objects of pydantic would
take a large share of the time of publishing, refuse a lone surrogate, and write 0 as 0.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, JsonValue, WithJsonSchema
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from waypost.formats.status import ComponentStatus, Impact


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


class Uptime(Windows):
    """Percentages, rounded down to two places; null is no data."""

    months: Annotated[_Months, doc("By month, such as 2026-11.")]
    with_maintenance: Annotated[Windows, doc("The same windows, maintenance counted as downtime.")]


class Budget(TypedDict):
    """The error budget, in seconds."""

    goal: Annotated[float, doc("The availability goal, in percent.")]
    window: Annotated[str, doc("The window it is for.")]
    allowed: Annotated[Count, doc("Downtime that the goal allows.")]
    spent: Annotated[Count, doc("Downtime so far.")]
    left: Annotated[int, doc("What may still be spent; below zero if missed.")]
    burn_rates: Annotated[BurnRates, doc("Downtime in each window, as a multiple of what the goal allows.")]


class Region(TypedDict):
    """A place that checks are run from."""

    id: Annotated[str, doc("Its id.")]
    name: Annotated[str, doc("Its name.")]
    status: Annotated[State, doc("The state as it is seen from there.")]
    dissents: Annotated[bool, doc("Whether it says otherwise than the majority.")]


class Certificate(TypedDict):
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
    uptime: Annotated[Uptime, doc("Its uptime.")]
    budget: Annotated[Budget, doc("Its error budget.")]
    regions: Annotated[list[Region], doc("From where it is checked; empty where checks have no regions.")]


class Present(TypedDict):
    """The state of the page as a whole."""

    changed_at: Annotated[Time, doc("When there was last something new to say.")]
    stale_after: Annotated[Count, doc("Seconds after `checked_at` of now.json until the data are old.")]
    offline_since: Annotated[Time | None, doc("Since when our connection is down and nothing is measured.")]
    indicator: Indicator
    status: Annotated[State, doc("The worst state of all components; `no_data` where nothing is known.")]
    headline: Annotated[str, doc("The sentence at the top of the page, in its language.")]
    detail: Annotated[str, doc("What is added to it, or an empty text.")]
    uptime: Annotated[Uptime, doc("Uptime of all components together.")]
    budget: Annotated[Budget, doc("Error budget of all components together.")]
    certificates: Annotated[list[Certificate], doc("Certificates that end soon or have ended.")]
