"""Histories of Instatus, OpenStatus, Upptime and Uptime Kuma, from what they export."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from helpers.imports import pictured, write_files
from helpers.sites import fingerprint
from waypost.formats.status_config import StatusConfig
from waypost.importing.io import kuma_database
from waypost.importing.registry import IMPORTERS
from waypost.importing.status_history import StatusImport, import_status
from waypost.problems import ProblemsFound
from waypost.reading.io.status_files import load_status_config
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot

CASES = Path(__file__).parent.parent / "cases/import_status"
Timeline = list[tuple[str, str, str]]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


def imported(site: Site, name: str, place: Path) -> StatusImport:
    return import_status(site, IMPORTERS[name], str(place))


def config_of(site: Site) -> StatusConfig:
    config, problems = load_status_config(site.root)
    assert config is not None, problems
    return config


def members(site: Site) -> list[tuple[str, str, str]]:
    return [(group, item.name, item.description) for group, items in config_of(site).groups for item in items]


def hits(snapshot: Snapshot) -> dict[str, tuple[str, dict[str, str], bool]]:
    """Return the impact and states of each incident, and whether it is over."""
    return {
        item.title: (
            item.impact.value,
            {name: it.value for name, it in item.components.items()},
            item.resolved_at is not None,
        )
        for item in snapshot.incidents
    }


def timelines(snapshot: Snapshot) -> dict[str, Timeline]:
    items = [*snapshot.incidents, *(item.work for item in snapshot.maintenances)]
    return {
        item.title: [(it.status.value, it.at.isoformat(timespec="seconds"), it.body) for it in item.updates]
        for item in items
    }


def windows(snapshot: Snapshot) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {
        item.work.title: (
            item.work.scheduled_for.isoformat(),
            item.work.scheduled_until.isoformat(),
            item.work.components,
        )
        for item in snapshot.maintenances
    }


def messages(report: StatusImport) -> set[tuple[str, str]]:
    return {(item.location.path, item.message) for item in report.problems}


def test_instatus(site: Site) -> None:
    report = imported(site, "instatus", CASES / "instatus")
    config = config_of(site)
    assert (config.page.name, config.page.url) == ("Acme", "https://status.acme.example/")
    assert members(site) == [("Europe", "API", "Reads and writes"), ("", "Website", "")]
    assert [(item.id, item.until) for item in config.retired] == [("fax", date(2026, 3, 2))]
    snapshot = pictured(site)
    assert hits(snapshot) == {
        "The API is slow": ("minor", {"api": "degraded_performance", "fax": "degraded_performance"}, True),
        "Nobody can sign in": ("critical", {"website": "major_outage"}, True),
        "Some pictures are missing": ("major", {"website": "partial_outage"}, False),
    }
    assert timelines(snapshot)["The API is slow"] == [
        ("investigating", "2026-03-01T08:00:00+00:00", "Answers take long."),
        ("monitoring", "2026-03-01T09:00:00+00:00", "A fix is **out**."),
        ("resolved", "2026-03-01T09:30:00+00:00", "It is **fast** again."),
    ]
    assert timelines(snapshot)["Database work"] == [
        ("scheduled", "2026-03-05T10:00:00+00:00", "We renew the database."),
        ("in_progress", "2026-03-10T22:01:00+00:00", "We begin."),
        ("completed", "2026-03-10T23:10:00+00:00", "Done."),
    ]
    assert windows(snapshot) == {
        "Database work": ("2026-03-10T22:00:00+00:00", "2026-03-10T23:30:00+00:00", ("api",))
    }
    former = {item.title: item.redirect_from for item in snapshot.incidents}
    assert former["The API is slow"] == ("incident/ckinc000000000000000over/",)
    assert messages(report) == {
        (
            "incidents.json: ckinc000000000000000over",
            "It does not say how badly components were hit. Degraded performance was taken.",
        ),
        (
            "incidents.json: ckinc000000000000000over",
            "It names components that the page has no more: Fax.",
        ),
        (
            "maintenances.json: ckmai000000000000000when",
            "It does not say when the work was to begin or how long, so it was left out.",
        ),
    }


def test_openstatus(site: Site) -> None:
    report = imported(site, "openstatus", CASES / "openstatus")
    assert (config_of(site).page.name, config_of(site).page.url) == ("Acme", "https://status.acme.example/")
    assert members(site) == [("", "API", "Reads and writes"), ("", "web", "")]
    snapshot = pictured(site)
    assert hits(snapshot) == {
        "Uploads are slow": ("minor", {"api": "degraded_performance"}, True),
        "We moved": ("none", {}, False),
        "web was down": ("critical", {"web": "major_outage"}, True),
    }
    told = timelines(snapshot)
    assert told["Uploads are slow"] == [
        ("investigating", "2026-02-01T09:00:00+00:00", "Uploads take minutes."),
        ("resolved", "2026-02-01T10:00:00+00:00", "They are fast again."),
    ]
    assert told["web was down"] == [
        ("investigating", "2026-01-05T03:00:00+00:00", "web does not answer."),
        ("resolved", "2026-01-05T03:12:00+00:00", "web answers again."),
    ]
    assert windows(snapshot) == {
        "Database upgrade": ("2026-02-10T22:00:00+00:00", "2026-02-10T23:00:00+00:00", ("api", "web"))
    }
    assert {item.title: item.redirect_from for item in snapshot.incidents}["Uploads are slow"] == (
        "events/report/10/",
    )
    assert messages(report) == {
        ("incident.json: incident 31", "It has no public monitor, or no time, so it was left out."),
        ("monitor.json", "These monitors are on no page and not public, so they were left out: db-internal."),
        (
            "status_report.json: report 10",
            "A report does not say how badly components were hit. Degraded performance was taken.",
        ),
        ("status_report.json: report 11", "Not all of its updates were saved. Save them, and import again."),
        (
            "status_report.json: report 11",
            "It names no component. Add those that were hit, if you know them.",
        ),
    }
    assert "secret" not in "".join(
        file.read_text(encoding="utf-8") for file in (site.root / "status").rglob("*.*")
    )


def test_a_page_of_instatus_may_come_from_the_list_of_pages(site: Site, tmp_path: Path) -> None:
    page = {"id": "p", "subdomain": "acme", "name": "Acme", "customDomain": None}
    component = {"id": "c", "name": "Web", "status": "OPERATIONAL", "group": {"id": "g", "name": "Pages"}}
    folder = write_files(tmp_path / "old", {"all.json": json.dumps([page, component])})
    imported(site, "instatus", folder)
    assert (config_of(site).page.name, config_of(site).page.url) == ("Acme", "https://acme.instatus.com/")
    assert members(site) == [("Pages", "Web", "")]


def test_an_answer_of_instatus_that_may_not_be_all_is_named(site: Site, tmp_path: Path) -> None:
    row: dict[str, Any] = {"name": "Slow", "started": "2026-03-01T08:00:00Z", "updates": []}
    rows = [row | {"id": f"i{number}"} for number in range(50)]
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ProblemsFound, match="Nothing that was read names a component"):
        imported(site, "instatus", file)
    assert list(site.root.iterdir()) == []
    rows[0]["components"] = [{"name": "Web", "status": "OPERATIONAL"}]
    file.write_text(json.dumps(rows), encoding="utf-8")
    report = imported(site, "instatus", file)
    words = "One answer holds 50 entries at most. If there are more, save ?page=2 too."
    assert ("incidents.json", words) in messages(report)


def test_upptime(site: Site) -> None:
    report = imported(site, "upptime", CASES / "upptime")
    config = config_of(site)
    assert (config.page.name, config.page.url) == ("Acme status", "https://status.acme.example/")
    assert members(site) == [("", "Web Shop", ""), ("", "API (EU)", "")]
    assert [(item.name, item.until) for item in config.retired] == [("Old Blog", date(2025, 6, 2))]
    snapshot = pictured(site)
    assert hits(snapshot) == {
        "Web Shop is down": ("critical", {"web-shop": "major_outage"}, True),
        "API (EU) has degraded performance": ("minor", {"api-eu": "degraded_performance"}, True),
        "Old Blog is down": ("critical", {"old-blog": "major_outage"}, True),
        "Certificate trouble": ("minor", {"web-shop": "degraded_performance"}, False),
    }
    told = timelines(snapshot)
    assert [it[:2] for it in told["Web Shop is down"]] == [
        ("investigating", "2026-02-01T03:00:00+00:00"),
        ("investigating", "2026-02-01T03:10:00+00:00"),
        ("resolved", "2026-02-01T04:00:00+00:00"),
        ("postmortem", "2026-02-02T09:00:00+00:00"),
    ]
    assert told["Web Shop is down"][1][2] == "A disk is full."
    assert told["Web Shop is down"][2][2].startswith("**Resolved:** Web Shop is back up")
    assert told["Move to a new host"] == [
        ("scheduled", "2026-03-20T10:00:00+00:00", "The shop is away."),
        ("completed", "2026-04-01T21:30:00+00:00", "Completed."),
    ]
    assert windows(snapshot) == {
        "Move to a new host": (
            "2026-04-01T20:00:00+00:00",
            "2026-04-01T22:00:00+00:00",
            ("web-shop", "api-eu"),
        )
    }
    assert messages(report) == {
        ("issues.json: #41", "Comments of people who are not in the team were left out."),
        ("issues.json: #43", "It names components that the page has no more: Old Blog."),
        (
            "issues.json: #44",
            "Its title does not say how badly components were hit. Degraded performance was taken.",
        ),
        ("issues.json: #46", "It does not say when the work was to begin and end, so it was left out."),
    }


def test_upptime_from_the_rest_api_and_without_issues(site: Site, tmp_path: Path) -> None:
    issue = {
        "number": 7,
        "title": "🛑 Web is down",
        "body": "Down.",
        "state": "closed",
        "labels": ["status", "web"],
        "created_at": "2026-02-01T03:00:00Z",
        "closed_at": "2026-02-01T03:30:00Z",
        "comments": 3,
    }
    folder = write_files(
        tmp_path / "old",
        {
            ".upptimerc.yml": "owner: acme\nrepo: up\nsites: [{name: Web, url: 'https://w.example'}]\n",
            "issues.json": json.dumps([issue, issue | {"number": 8, "pull_request": {}}]),
        },
    )
    report = imported(site, "upptime", folder)
    assert config_of(site).page.url == "https://acme.github.io/up/"
    assert hits(pictured(site)) == {"Web is down": ("critical", {"web": "major_outage"}, True)}
    assert (
        "issues.json: #7",
        "The comments are not in the export. Make it with gh to take them over.",
    ) in messages(report)
    (folder / "issues.json").unlink()
    [problem] = imported(site, "upptime", folder).problems
    assert problem.message.startswith(
        "Incidents are issues on GitHub. Save them in the folder, and import again: gh "
    )


def kuma_db(folder: Path, *scripts: str) -> Path:
    file = folder / "kuma.db"
    with closing(sqlite3.connect(file)) as database:
        for name in scripts:
            database.executescript((CASES / "kuma" / name).read_text(encoding="utf-8"))
    return file


KUMA = {
    "API was down": ("critical", {"api": "major_outage"}, True),
    "Slow pages": ("minor", {}, True),
    "Welcome": ("none", {}, True),
    "Odd": ("minor", {}, True),
}


@pytest.mark.parametrize(("scripts", "is_over"), [(("1.sql",), False), (("1.sql", "2.sql"), True)])
def test_uptime_kuma(scripts: tuple[str, ...], is_over: bool, site: Site, tmp_path: Path) -> None:
    file = kuma_db(tmp_path, *scripts)
    before = fingerprint(tmp_path)
    report = imported(site, "kuma", file)
    assert {name: it for name, it in fingerprint(tmp_path).items() if not name.startswith("site")} == {
        name: it for name, it in before.items() if not name.startswith("site")
    }
    config = config_of(site)
    assert (config.page.name, config.page.url) == ("Acme", "https://status.acme.example/")
    assert config.page.time_zone == "Europe/Berlin"
    assert members(site) == [("Services", "API", ""), ("Pages", "Web", "")]
    snapshot = pictured(site)
    found = hits(snapshot)
    assert {name: it for name, it in found.items() if name in KUMA} == KUMA
    assert found["We are down"] == ("major", {}, is_over)
    assert set(found) == {*KUMA, "We are down", "Web was down"}
    assert [
        [(it.status.value, it.at.isoformat()) for it in item.updates]
        for item in snapshot.incidents
        if item.title in ("API was down", "Web was down")
    ] == [
        [("investigating", "2026-02-05T10:00:00+00:00")],
        [("investigating", "2026-02-03T10:00:00+00:00"), ("resolved", "2026-02-03T10:30:00+00:00")],
        [
            ("investigating", "2026-02-01T10:00:00.123000+00:00"),
            ("resolved", "2026-02-01T10:20:00.456000+00:00"),
        ],
    ]
    assert windows(snapshot) == {
        "New disks": ("2026-07-01T22:00:00-04:00", "2026-07-01T23:00:00-04:00", ("api",)),
        "New cables": ("2026-07-03T22:00:00+02:00", "2026-07-03T23:00:00+02:00", ("web",)),
    }
    told = messages(report)
    assert ("kuma.db", "These monitors are on no published page, so they were left out: Database.") in told
    assert (
        "kuma.db: maintenance 2",
        "It repeats, or is begun by hand. It was left out: write it with `repeats`.",
    ) in told
    assert (
        "kuma.db: monitor 2",
        "It was down when this was saved, so it is open. Close it if it is over: Web.",
    ) in told
    written = "".join(it.read_text(encoding="utf-8") for it in (site.root / "status").rglob("*.*"))
    for secret in (
        "hunter2",
        "tok3n",
        "10.0.0.7",
        "db7",
        "inside.example",
        "Secret",
        "Inside",
        "do-not-read",
    ):
        assert secret not in written


def test_windows_of_an_old_uptime_kuma_are_in_utc(site: Site, tmp_path: Path) -> None:
    imported(site, "kuma", kuma_db(tmp_path, "1.sql", "timeslots.sql"))
    found = sorted(
        (item.work.title, item.work.scheduled_for.isoformat()) for item in pictured(site).maintenances
    )
    assert found == [
        ("New disks", "2026-07-02T02:00:00+00:00"),
        ("Weekly restart", "2026-01-05T03:00:00+00:00"),
        ("Weekly restart", "2026-01-12T03:00:00+00:00"),
    ]


def test_a_backup_of_uptime_kuma_has_monitors_only(site: Site) -> None:
    report = imported(site, "kuma", CASES / "kuma/backup.json")
    assert members(site) == [("Services", "API", ""), ("", "Web", "")]
    assert (
        "backup.json",
        "A backup in JSON knows of no status page and no history. Leave out what is not for customers.",
    ) in messages(report)
    assert "hunter2" not in (site.root / "status/status.yml").read_text(encoding="utf-8")


def test_a_database_that_was_not_closed_is_refused(site: Site, tmp_path: Path) -> None:
    file = kuma_db(tmp_path, "1.sql")
    (tmp_path / "kuma.db-wal").write_bytes(b"x")
    with pytest.raises(ProblemsFound, match="Stop Uptime Kuma first"):
        imported(site, "kuma", file)


def test_a_damaged_database_is_refused(site: Site, tmp_path: Path) -> None:
    file = kuma_db(tmp_path, "1.sql")
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(ProblemsFound, match="The database cannot be read"):
        imported(site, "kuma", file)


def test_a_database_that_keeps_sqlite_busy_is_given_up(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kuma_db(tmp_path, "1.sql")
    with closing(sqlite3.connect(file)) as database:
        rows = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) "
        rows += "SELECT 1, 1, x % 2, x FROM n"
        database.execute(f"INSERT INTO heartbeat (important, monitor_id, status, time) {rows}")
        database.commit()
    monkeypatch.setattr(kuma_database, "MAX_STEPS", 1_000_000)
    with pytest.raises(ProblemsFound, match="The database cannot be read: interrupted"):
        imported(site, "kuma", file)


def test_views_and_odd_values_of_a_database_do_no_harm(site: Site, tmp_path: Path) -> None:
    file = kuma_db(tmp_path, "1.sql")
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            "DROP TABLE incident; CREATE VIEW incident AS SELECT 1 AS id, 'View' AS title;"
            "UPDATE monitor SET name = CAST(x'41ff42' AS TEXT) WHERE id = 2;"
            "INSERT INTO heartbeat (important, monitor_id, status, time) VALUES (1, 'x', NULL, NULL), (1, 1, 0, x'00');"
            "INSERT INTO maintenance (title, description, start_date, end_date, timezone) "
            "VALUES (7, NULL, 3, 4, 'Mars/Base');"
            "INSERT INTO maintenance_status_page (status_page_id, maintenance_id) VALUES (1, 5);"
        )
    report = imported(site, "kuma", file)
    found = hits(pictured(site))
    assert "View" not in found
    assert found["A\ufffdB was down"][0] == "critical"
    assert ("kuma.db: maintenance 5", "The time zone 'Mars/Base' is not known. UTC was taken.") in messages(
        report
    )


ODD: tuple[Any, ...] = (None, 7, "text", [], [None, 7, "x", {}, []], {}, {"id": {"a": 1}, "name": 5})


@pytest.mark.parametrize("importer", ["instatus", "openstatus", "kuma"])
@pytest.mark.parametrize("document", ODD)
def test_what_is_no_history_is_refused(importer: str, document: Any, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "saved.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ProblemsFound, match="There are no incidents, no maintenance and no components"):
        imported(site, importer, file)
    assert list(site.root.iterdir()) == []


@pytest.mark.parametrize("importer", ["instatus", "openstatus", "kuma", "upptime"])
def test_a_place_that_is_not_there_is_refused(importer: str, site: Site, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound):
        imported(site, importer, tmp_path / "gone")


def _mangled(value: Any, odd: Any) -> Any:
    """Return a document with every plain value replaced."""
    if isinstance(value, dict):
        return {key: _mangled(it, odd) for key, it in value.items()}
    return [_mangled(it, odd) for it in value] if isinstance(value, list) else odd


@pytest.mark.parametrize("odd", [None, True, -1, 1e300, "", "\ud800\x00]]>{{", "9" * 400, [], {}])
@pytest.mark.parametrize("importer", ["instatus", "openstatus", "upptime"])
def test_odd_values_are_no_accident(importer: str, odd: Any, site: Site, tmp_path: Path) -> None:
    for file in (CASES / importer).rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            text = json.dumps(_mangled(json.loads(text), odd)) if file.suffix == ".json" else text
            write_files(tmp_path / "old", {file.relative_to(CASES / importer).as_posix(): text})
    try:
        imported(site, importer, tmp_path / "old")
    except ProblemsFound:
        assert list(site.root.iterdir()) == []
    else:
        pictured(site)


@pytest.mark.parametrize("importer", ["instatus", "openstatus", "upptime"])
def test_a_second_import_changes_nothing(importer: str, site: Site) -> None:
    first = imported(site, importer, CASES / importer)
    before = fingerprint(site.root)
    second = imported(site, importer, CASES / importer)
    assert fingerprint(site.root) == before
    assert second.problems == first.problems
