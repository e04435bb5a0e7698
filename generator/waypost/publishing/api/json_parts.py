"""Parts that Waypost's own JSON files share: uptime, error budgets, regions, certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from waypost.formats.status_config import Policy
from waypost.publishing.api.statuspage import api_time
from waypost.publishing.documents.parts import Budget, BurnRates, Certificate, Region, Uptime, Windows
from waypost.status.rules.snapshot import RegionView, Snapshot
from waypost.status.rules.uptime import BUDGET_WINDOW, Uptimes, percentage


def time_or_null(moment: datetime | None) -> str | None:
    """Write a time as the API does; null where there is none."""
    return api_time(moment) if moment else None


def uptime_json(found: Uptimes) -> Uptime:
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


def budget_json(found: Uptimes, policy: Policy) -> Budget:
    """Write the error budget in whole seconds, and burn rates with two places."""
    budget = found.budget(policy)
    return {
        "goal": budget.goal,
        "window": BUDGET_WINDOW,
        "allowed": round(budget.allowed),
        "spent": round(budget.spent),
        "left": round(budget.left),
        "burn_rates": _burn_rates(budget.burn_rates),
    }


def _burn_rates(found: Mapping[str, float | None]) -> BurnRates:
    rates = {name: None if rate is None else round(rate, 2) for name, rate in found.items()}
    return {"1h": rates["1h"], "6h": rates["6h"], "24h": rates["24h"], "3d": rates["3d"]}


def regions_json(views: Sequence[RegionView]) -> list[Region]:
    """Write what is seen from each region."""
    return [
        {"id": view.id, "name": view.name, "status": view.status, "dissents": view.dissents} for view in views
    ]


def certificates_json(snapshot: Snapshot) -> list[Certificate]:
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
