"""A Statuspage whose updates name states comes back through our own API with the same states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from helpers.imports import notes_about, pictured
from waypost.importing.registry import IMPORTERS
from waypost.importing.status_history import StatusImport, import_status
from waypost.publishing.api.statuspage import api_documents
from waypost.reading.io.status_files import load_status_config
from waypost.reading.site import Site

CASES = Path(__file__).parent.parent / "cases/import_status"
STATES = CASES / "statuspage_states"
Told = tuple[str, str, dict[str, str]]


@pytest.fixture
def imported(tmp_path: Path) -> tuple[Site, StatusImport]:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    return site, import_status(site, IMPORTERS["statuspage"], str(STATES))


def originals(folder: Path = STATES) -> dict[str, dict[str, Any]]:
    rows = json.loads((folder / "incidents.json").read_text(encoding="utf-8"))["incidents"]
    return {row["name"]: row for row in rows}


def published(site: Site) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in api_documents(pictured(site))["api/v2/incidents.json"]["incidents"]}


def told(row: dict[str, Any]) -> Iterator[Told]:
    """Give what each update says, oldest first: status, time, and how each component named so far is from then on."""
    states: dict[str, str] = {}
    for update in sorted(row["incident_updates"], key=lambda it: it["created_at"]):
        changes = update["affected_components"] or []
        states = states | {item["name"]: item["new_status"] for item in changes}
        yield update["status"], update["created_at"], states


@pytest.mark.parametrize(
    "name",
    [
        "Photos cannot be uploaded",
        "Sign-in is slow",
        "Downloads stop half way",
        "Payments were slow",
    ],
)
def test_a_history_has_the_same_states_in_our_api(name: str, imported: tuple[Site, StatusImport]) -> None:
    assert list(told(published(imported[0])[name])) == list(told(originals()[name]))


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("We look into reports of lost photos", {"web-app": "operational"}),
        ("Imports failed", {"legacy-import": "partial_outage", "api": "degraded_performance"}),
    ],
)
def test_components_that_stay_well_or_are_gone_are_named(
    name: str, states: dict[str, str], imported: tuple[Site, StatusImport]
) -> None:
    [incident] = [item for item in pictured(imported[0]).incidents if item.title == name]
    assert dict(incident.updates[0].changes) == states


@pytest.mark.parametrize(
    ("name", "expected", "note"),
    [
        (
            "Searches found nothing",
            [
                ("investigating", "2026-07-20T08:00:00.000Z", {"Web app": "partial_outage"}),
                ("resolved", "2026-07-20T09:00:00.000Z", {"Web app": "operational"}),
            ],
            "",
        ),
        (
            "Pictures were blurred",
            [
                ("investigating", "2026-08-10T08:00:00.000Z", {"Web app": "degraded_performance"}),
                ("monitoring", "2026-08-10T09:00:00.000Z", {"Web app": "operational"}),
                ("resolved", "2026-08-10T09:20:00.000Z", {"Web app": "operational"}),
            ],
            "It went on after 'resolved'. That update now says 'monitoring'.",
        ),
        (
            "The app is away while we mend it",
            [
                ("investigating", "2026-08-20T08:00:00.000Z", {"Web app": "major_outage"}),
                ("identified", "2026-08-20T08:10:00.000Z", {"Web app": "operational"}),
                ("resolved", "2026-08-20T09:00:00.000Z", {"Web app": "operational"}),
            ],
            "It puts components under maintenance, which no incident does here. It says operational.",
        ),
        (
            "Exports are late",
            [
                ("investigating", "2026-09-01T08:00:00.000Z", {"E-mail": "degraded_performance"}),
                ("resolved", "2026-09-01T09:00:00.000Z", {"E-mail": "operational"}),
            ],
            "It was resolved while components were in trouble. They are well from then on: E-mail.",
        ),
    ],
)
def test_what_no_incident_here_can_say_is_noted(
    name: str, expected: list[Told], note: str, imported: tuple[Site, StatusImport]
) -> None:
    site, report = imported
    assert list(told(published(site)[name])) == expected
    notes = notes_about(report, f"incidents.json: {originals()[name]['id']}")
    assert notes == ([note] if note else [])


def test_headings_carry_the_states_and_the_front_matter_those_of_the_first_update(
    imported: tuple[Site, StatusImport],
) -> None:
    file = imported[0].root / "status/incidents/2026-05-04-photos-cannot-be-uploaded.md"
    lines = file.read_text(encoding="utf-8").split("\n")
    assert "components: {api: major_outage, web-app: partial_outage}" in lines
    assert [line for line in lines if line.startswith("## ")] == [
        "## investigating · 2026-05-04T10:00:00+00:00",
        "## identified · 2026-05-04T10:06:00+00:00",
        "## monitoring · 2026-05-04T10:10:00+00:00 · api: degraded_performance, web-app: operational",
        "## monitoring · 2026-05-04T12:00:00+00:00",
        "## resolved · 2026-05-04T15:10:00+00:00",
    ]


def test_uptime_follows_the_states_of_each_update(imported: tuple[Site, StatusImport]) -> None:
    incident = next(it for it in pictured(imported[0]).incidents if it.title.startswith("Photos"))
    assert incident.resolved_at is not None
    assert dict(incident.components) == {"api": "major_outage", "web-app": "partial_outage"}


def test_a_component_that_the_page_has_no_more_is_retired(imported: tuple[Site, StatusImport]) -> None:
    site, report = imported
    config, _ = load_status_config(site.root)
    assert config is not None
    assert [item.id for item in config.flat] == ["api", "web-app", "e-mail"]
    [gone] = config.retired
    assert (gone.id, gone.name, gone.until) == ("legacy-import", "Legacy import", date(2026, 8, 2))
    assert [item.name for item in pictured(site).components] == ["API", "Web app", "E-mail"]
    assert notes_about(report, "statesgone00") == [
        "It names components that the page has no more: Legacy import."
    ]


def test_what_many_incidents_share_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    update = {"status": "resolved", "body": "", "created_at": "2026-05-01T10:00:00Z"}
    rows = [
        {
            "id": f"row{number:02}",
            "name": f"Row {number}",
            "created_at": "2026-05-01T09:00:00Z",
            "incident_updates": [update],
            "components": [{"id": f"gone{number}", "name": f"Gone {number}"}],
        }
        for number in range(12)
    ]
    file = tmp_path / "incidents.json"
    document = {"components": [{"id": "c", "name": "Web"}], "incidents": rows}
    file.write_text(json.dumps(document), encoding="utf-8")
    report = import_status(Site(tmp_path / "site"), IMPORTERS["statuspage"], str(file))
    gone = "Gone 0, Gone 1, Gone 10, Gone 11, Gone 2 and 7 more"
    places = "incidents.json: row00, incidents.json: row01, incidents.json: row02, incidents.json: row03, "
    places += "incidents.json: row04 and 7 more"
    assert [item.message for item in report.problems if item.location.path == "incidents.json: row00"] == [
        f"An update has no text. Say what it meant. (12 places: {places}.)",
        f"It names components that the page has no more: {gone}. (12 places: {places}.)",
        f"It was told only when it was over. Its title now stands as the first update. (12 places: {places}.)",
    ]


def test_a_component_stays_while_something_open_names_it_or_the_page_names_none(tmp_path: Path) -> None:
    row = {
        "id": "row",
        "name": "Slow",
        "created_at": "2026-05-01T09:00:00Z",
        "status": "investigating",
        "components": [{"id": "gone", "name": "Gone"}],
    }
    over = row | {"id": "over", "status": "resolved", "resolved_at": "2026-05-01T10:00:00Z"}
    for name, document in (
        ("open", {"components": [{"id": "c", "name": "Web"}], "incidents": [row, over]}),
        ("unknown", {"incidents": [over]}),
    ):
        (tmp_path / name).mkdir()
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        import_status(Site(tmp_path / name), IMPORTERS["statuspage"], str(file))
        config, _ = load_status_config(tmp_path / name)
        assert config is not None
        assert config.retired == ()
        assert "gone" in {item.id for item in config.flat}


def test_a_second_import_knows_what_is_retired(imported: tuple[Site, StatusImport]) -> None:
    site, first = imported
    second = import_status(site, IMPORTERS["statuspage"], str(STATES))
    assert {str(file.fate) for file in second.files} == {"same"}
    assert second.problems == first.problems


def test_a_missing_component_is_named_in_headings_when_it_was_added(tmp_path: Path) -> None:
    (tmp_path / "status").mkdir()
    site = Site(tmp_path)
    config = site.root / "status/status.yml"
    head = 'page: {name: P, url: "https://p.example/"}\ncomponents:\n  - {id: web-app, name: Web app}\n'
    config.write_text(head, encoding="utf-8")
    import_status(site, IMPORTERS["statuspage"], str(STATES))
    file = site.root / "status/incidents/2026-05-04-photos-cannot-be-uploaded.md"
    assert "api" not in file.read_text(encoding="utf-8")
    config.write_text(f"{head}  - {{id: api, name: API}}\n", encoding="utf-8")
    report = import_status(site, IMPORTERS["statuspage"], str(STATES))
    assert "named" in {str(it.fate) for it in report.files}
    assert "· api: degraded_performance, web-app: operational" in file.read_text(encoding="utf-8")
