from __future__ import annotations

import itertools
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from helpers.status_world import component, incident, maintenance, moment, site
from waypost.formats.checks import HttpCheck
from waypost.formats.status import (
    BY_SEVERITY,
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    MEASURED,
    ComponentStatus,
    Impact,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import PageConfig, Policy, StatusConfig

PAGE = {"name": "Lumen status", "url": "https://help.lumen.example/status"}
ADDRESS = "http://127.0.0.1:9/"


def test_severities_order_the_states() -> None:
    order = [
        "no_data",
        "operational",
        "under_maintenance",
        "degraded_performance",
        "partial_outage",
        "major_outage",
    ]
    for milder, graver in itertools.combinations(order, 2):
        assert worst([ComponentStatus(milder), ComponentStatus(graver)]) == graver
        assert worst([ComponentStatus(graver), ComponentStatus(milder)]) == graver
    assert worst([]) is ComponentStatus.NO_DATA
    assert [status for status in order if ComponentStatus(status).is_trouble] == order[3:]
    assert [status.severity for status in MEASURED] == [0, 2, 3, 4]


def test_words_of_updates_are_parted() -> None:
    assert [*INCIDENT_STATUSES, *MAINTENANCE_STATUSES] == list(UpdateStatus)
    assert (INCIDENT_STATUSES[-1], MAINTENANCE_STATUSES[0]) == ("withdrawn", "scheduled")


REFUSED: list[tuple[str, type[Any], dict[str, Any]]] = [
    (
        "a check more often than once a second",
        HttpCheck,
        {"http": ADDRESS, "every": "500ms", "timeout": "100ms"},
    ),
    ("a timeout longer than the interval", HttpCheck, {"http": ADDRESS, "every": "5s"}),
    ("a check that fails as nothing", HttpCheck, {"http": ADDRESS, "fails_as": "operational"}),
    ("a check of a file", HttpCheck, {"http": "file:///etc/passwd"}),
    ("an unknown key", HttpCheck, {"http": ADDRESS, "evry": "60s"}),
    ("a status code that is none", HttpCheck, {"http": ADDRESS, "expect": {"status": 99}}),
    ("a weight for what is no trouble", Policy, {"weights": {"operational": 0.1}}),
    ("a weight above one", Policy, {"weights": {"major_outage": 1.1}}),
    ("no confirmation at all", Policy, {"down_after": 0}),
    ("a goal of 100 %", Policy, {"slo": 100}),
    ("a page without components", StatusConfig, {"page": PAGE, "components": []}),
    (
        "a group without components",
        StatusConfig,
        {"page": PAGE, "components": [{"group": "G", "components": []}]},
    ),
]


@pytest.mark.parametrize(("what", "model", "value"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_work_is_refused(what: str, model: type[Any], value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(model).validate_python(value)


def test_weights_are_those_of_statuspage_unless_set() -> None:
    def weights(policy: Policy) -> list[float]:
        return [policy.weight(status) for status in ComponentStatus]

    assert weights(Policy()) == [0, 0, 0.3, 1, 0, 0]
    assert weights(Policy(weights={ComponentStatus.PARTIAL_OUTAGE: 0.0})) == [0, 0, 0, 1, 0, 0]


def test_groups_and_single_components_share_one_list() -> None:
    entries = [
        {"id": "api", "name": "API"},
        {"group": "G", "components": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]},
    ]
    config = TypeAdapter(StatusConfig).validate_python({"page": PAGE, "components": entries})
    assert [(name, [item.id for item in items]) for name, items in config.groups] == [
        ("", ["api"]),
        ("G", ["a", "b"]),
    ]
    assert [item.id for item in config.flat] == ["api", "a", "b"]


@pytest.mark.parametrize(
    ("help_center", "url", "inside"),
    [
        (None, "https://help.lumen.example/", True),
        ("https://help.lumen.example/", "https://help.lumen.example/", True),
        ("https://www.lumen.example/help", "https://www.lumen.example/help/", False),
    ],
)
def test_the_help_center_is_the_folder_above_unless_named(
    help_center: str | None, url: str, inside: bool
) -> None:
    page = PageConfig(**PAGE, help_center=help_center)
    assert (page.help_url, page.is_inside_help_center) == (url, inside)


def test_an_incident_is_over_at_its_first_word_of_it() -> None:
    told = incident({"id": "i", "says": ["10:00 investigating", "11:00 resolved", "12:00 postmortem"]})
    assert (told.resolved_at, told.status, told.updated_at) == (
        moment("11:00"),
        "postmortem",
        moment("12:00"),
    )
    assert incident({"id": "i", "says": ["10:00 monitoring"]}).resolved_at is None


def test_a_maintenance_is_over_when_a_person_says_so() -> None:
    work = {"id": "w", "window": "10:00-11:00", "says": ["09:00 scheduled", "10:30 completed"]}
    assert maintenance(work).ended_at == maintenance(work).updated_at == moment("10:30")
    assert maintenance({**work, "says": ["09:00 scheduled"]}).ended_at is None


def test_a_site_starts_without_history() -> None:
    assert (site().history.changes, site().history.coverage) == ((), ())
    assert component().checks[0].fails_as is ComponentStatus.MAJOR_OUTAGE


@pytest.mark.parametrize("pair", [*itertools.combinations(BY_SEVERITY, 2)])
def test_the_worse_of_two_states_stands_later_in_their_order(
    pair: tuple[ComponentStatus, ComponentStatus],
) -> None:
    assert worst(pair) is worst(reversed(pair)) is pair[1]
    assert set(BY_SEVERITY) == set(ComponentStatus)


def test_an_impact_stands_for_the_state_that_is_as_bad() -> None:
    assert [impact.status for impact in Impact] == list(MEASURED)
    assert [impact.severity for impact in Impact] == [0, 1, 2, 3]
