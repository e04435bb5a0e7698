"""Documents now.json for the golden cases of tests/cases/awareness/."""

from __future__ import annotations

from typing import Any

from helpers.cases import Case


def now_document(case: Case) -> dict[str, Any]:
    """Return the document that a case describes, as publishing/api/statuspage.py writes it."""
    return {
        "made_at": "2026-11-20T11:00:00Z",
        "checked_at": "2026-11-20T10:59:50Z",
        "stale_after": 180,
        "components": {
            name: {"name": name.capitalize(), "status": status, "since": "2026-11-20T09:00:00Z"}
            for name, status in case["states"].items()
        },
        "incidents": [
            {"path": f"incidents/{number}/", "started_at": "2026-11-20T10:00:00Z", **item}
            for number, item in enumerate(case.get("incidents", []))
        ],
        "maintenances": [
            {"path": f"maintenance/{number}/", "ends_at": "2026-11-20T12:00:00Z", **item}
            for number, item in enumerate(case.get("maintenances", []))
        ],
    }


def expected(case: Case) -> dict[str, Any] | None:
    """Return the whole answer that a case expects."""
    return {"title": "", "path": "", "at": "", **case["expect"]} if case["expect"] else None
