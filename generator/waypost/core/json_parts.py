"""Parts that Waypost's own JSON files share: uptime, error budgets, regions, certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from waypost.core.snapshot import RegionView, Snapshot
from waypost.core.statuspage import Json, api_time
from waypost.core.uptime import BUDGET_WINDOW, TOLD, Uptimes, percentage
from waypost.model.status_config import Policy


def time_or_null(moment: datetime | None) -> str | None:
    """Write a time as the API does; null where there is none."""
    return api_time(moment) if moment else None


def uptime_json(found: Uptimes) -> Json:
    """Write percentages as numbers, rounded down to two places; null is no data."""
    return {
        **{name: percentage(found.windows[name].ratio) for name in TOLD},
        "months": {name: percentage(uptime.ratio) for name, uptime in found.months.items()},
        "with_maintenance": {name: percentage(found.windows[name].with_maintenance) for name in TOLD},
    }


def budget_json(found: Uptimes, policy: Policy) -> Json:
    """Write the error budget in whole seconds, and burn rates with two places."""
    budget = found.budget(policy)
    return {
        "goal": budget.goal,
        "window": BUDGET_WINDOW,
        "allowed": round(budget.allowed),
        "spent": round(budget.spent),
        "left": round(budget.left),
        "burn_rates": {
            name: None if rate is None else round(rate, 2) for name, rate in budget.burn_rates.items()
        },
    }


def regions_json(views: Sequence[RegionView]) -> list[Json]:
    """Write what is seen from each region."""
    return [
        {"id": view.id, "name": view.name, "status": view.status, "dissents": view.dissents} for view in views
    ]


def certificates_json(snapshot: Snapshot) -> list[Json]:
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
