from __future__ import annotations

from typing import Any

import pytest

from waypost.history.rules.proof import Difference, compare


def document(**components: Any) -> dict[str, Any]:
    return {
        "made_at": "2026-11-20T10:00:00.000Z",
        "uptime": {"90d": {"percent": "99.98 %"}},
        "components": {
            name: {"status": "operational", "uptime": value} for name, value in components.items()
        },
    }


def test_equal_documents_differ_in_nothing() -> None:
    found = compare(document(api={"24h": "100 %", "7d": None}), document(api={"24h": "100 %", "7d": None}))
    assert (found.compared, found.differences, found.unknown) == (3, (), ())


@pytest.mark.parametrize(
    ("value", "words"),
    [("99.99 %", "99.99 %"), (None, "no data"), (0.5, "0.5"), (True, "True")],
)
def test_another_value_is_named_with_its_place(value: Any, words: str) -> None:
    found = compare(document(api={"24h": value}), document(api={"24h": "100 %"}))
    assert found.differences == (Difference("components.api.uptime.24h", words, "100 %"),)


def test_what_is_no_uptime_is_not_compared() -> None:
    left, right = document(api={"24h": "100 %"}), document(api={"24h": "100 %"})
    left["components"]["api"]["status"] = "major_outage"
    left["headline"] = "Something else"
    assert compare(left, right).differences == ()


def test_what_can_be_compared_with_nothing_is_said() -> None:
    found = compare(document(api={"24h": "100 %"}, gone={"24h": "1 %"}), document(api={"24h": "100 %"}))
    assert (found.compared, found.unknown) == (2, ("components.gone.uptime.24h",))


def test_error_budgets_are_compared_too() -> None:
    found = compare({"budget": {"left": 100, "goal": 99.9}}, {"budget": {"left": 90, "goal": 99.9}})
    assert (found.compared, found.differences) == (2, (Difference("budget.left", "100", "90"),))


def test_lists_are_looked_into() -> None:
    assert compare({"uptime": [{"month": "2026-11"}]}, {"uptime": [{"month": "2026-10"}]}).differences == (
        Difference("uptime.0.month", "2026-11", "2026-10"),
    )
