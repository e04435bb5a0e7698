"""Histories of other status pages: imported, published, and told again as they were."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.imports import NOW, notes_about, pictured
from helpers.sites import fingerprint, minimal_site
from waypost.importing.articles import Fate
from waypost.importing.registry import IMPORTERS
from waypost.importing.rules.timelines import plain_markup
from waypost.importing.status_history import StatusImport, import_status
from waypost.problems import ProblemsFound, errors
from waypost.publishing.api.statuspage import incident_json, maintenance_json
from waypost.publishing.publish import PublishCache, publish
from waypost.publishing.rules.redirects import redirect_files
from waypost.reading.io.status_files import load_status_config
from waypost.reading.project import load_project
from waypost.reading.site import Site

CASES = Path(__file__).parent.parent / "cases/import_status"
STATUSPAGE = str(CASES / "statuspage")
CSTATE = CASES / "cstate"


def import_statuspage(site: Site, place: str, *, dry_run: bool = False) -> StatusImport:
    return import_status(site, IMPORTERS["statuspage"], place, dry_run=dry_run)


def import_cstate(site: Site, folder: Path, *, dry_run: bool = False) -> StatusImport:
    return import_status(site, IMPORTERS["cstate"], str(folder), dry_run=dry_run)


@pytest.fixture
def empty(tmp_path: Path) -> Site:
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


def same(text: str) -> str:
    """Return a text as a page shows it: white space, invisible characters and the level of headings do not count."""
    visible = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", plain_markup(text))
    return " ".join(re.sub(r"^(#+ )", "# ", visible, flags=re.MULTILINE).split()).removesuffix(" ```")


def document(name: str, key: str) -> dict[str, dict[str, Any]]:
    rows = json.loads((CASES / "statuspage" / name).read_text(encoding="utf-8"))[key]
    return {row["id"]: row for row in rows if isinstance(row, dict)}


EXACT = ("kctbh9vrtdwd", "sametitle001", "p31zjtct2jer")


def test_a_statuspage_comes_over_with_everything_that_can(empty: Site) -> None:
    report = import_statuspage(empty, STATUSPAGE)
    assert (report.incidents, report.maintenances, report.components) == (8, 2, 4)
    assert {file.fate for file in report.files} == {Fate.NEW}
    config, problems = load_status_config(empty.root)
    assert problems == []
    assert config is not None
    assert (config.page.name, config.page.url) == ("Acme Cloud", "https://status.acme.example/")
    assert config.page.time_zone == "America/Los_Angeles"
    members = [(group, item.id, item.name) for group, items in config.groups for item in items]
    assert members == [
        ("Storage", "api", "API"),
        ("Storage", "uploads", "Uploads"),
        ("", "web-app", "Web app"),
        ("", "e-mail-delivery", "E-mail { { delivery }}"),
    ]
    assert config.flat[3].description == "Sent $ {HOME} by us and others", "no secret of ours is put in"


def test_the_incidents_are_published_as_they_were(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    snapshot = pictured(empty)
    published = {
        item.redirect_from[0].split("/")[1]: incident_json(snapshot, item) for item in snapshot.incidents
    }
    originals = document("incidents.json", "incidents")
    assert set(published) == set(originals) - {"../../etc"}
    for code, found in published.items():
        original = originals[code]
        assert found["impact"] == original["impact"]
        assert found["resolved_at"] == original["resolved_at"]
        assert found["started_at"] == original["started_at"]
        texts = {same(update["body"]) for update in found["incident_updates"]}
        assert {same(update["body"]) for update in original["incident_updates"] if update["body"]} <= texts
    for code in EXACT:
        found, original = published[code], originals[code]
        assert found["name"] == original["name"]
        assert [item["name"] for item in found["components"]] == [
            item["name"].replace("{{", "{ {") for item in original["components"]
        ]
        assert found["created_at"] == original["created_at"]
        assert [
            (update["display_at"], update["status"], same(update["body"]))
            for update in found["incident_updates"]
        ] == [
            (update["display_at"], update["status"].replace("update", "investigating"), same(update["body"]))
            for update in original["incident_updates"]
        ]


def test_the_maintenance_is_published_as_it_was(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    snapshot = pictured(empty)
    found = {
        item.work.redirect_from[0].split("/")[1]: maintenance_json(snapshot, item)
        for item in snapshot.maintenances
    }
    originals = document("scheduled-maintenances.json", "scheduled_maintenances")
    assert set(found) == {"maint0000001", "maint0000002"}
    keys = ("name", "status", "impact", "scheduled_for", "scheduled_until", "created_at")
    first = originals["maint0000001"]
    assert {key: found["maint0000001"][key] for key in keys} == {key: first[key] for key in keys}
    assert [
        (it["display_at"], it["status"], it["body"]) for it in found["maint0000001"]["incident_updates"]
    ] == [(it["display_at"], it["status"], it["body"]) for it in first["incident_updates"]]
    assert found["maint0000002"]["scheduled_until"] == "2026-12-01T04:00:00.000Z", "an hour, which is said"


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("retroactive01", "It was told only when it was over."),
        ("noupdates001", "It has no update."),
        ("noupdates001", "It names no component."),
        ("noupdates001", "No update says that it is over."),
        ("hostile00001", "Two updates have the same time."),
        ("sametitle002", "An update has no text."),
        ("no id", "An update has no time that can be read"),
        ("no id", "It has neither updates nor a time, so it was left out."),
        ("maint0000002", "It does not say when the work was to end."),
        ("maint0000003", "It does not say when the work was to begin, so it was left out."),
    ],
)
def test_what_cannot_come_over_is_named(origin: str, words: str, empty: Site) -> None:
    assert any(
        message.startswith(words) for message in notes_about(import_statuspage(empty, STATUSPAGE), origin)
    )


def test_the_states_of_components_are_those_that_updates_name(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    [found] = [item for item in pictured(empty).incidents if "elevated" in item.id]
    # One was named by the updates; of the other only the impact is known.
    assert dict(found.components) == {"api": "major_outage", "uploads": "partial_outage"}


def test_hostile_text_forges_nothing(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    [found] = [item for item in pictured(empty).incidents if "onerror" in item.id]
    assert [update.status for update in found.updates] == [
        "investigating",
        "identified",
        "monitoring",
        "resolved",
    ]
    assert found.title == '<img src=x onerror=alert(1)> "quoted" { { config }} ]]> \U0001f680'
    assert "javascript:" not in "".join(
        update.body for item in pictured(empty).incidents for update in item.updates
    )


def test_a_second_import_changes_nothing(empty: Site) -> None:
    first = import_statuspage(empty, STATUSPAGE)
    before = fingerprint(empty.root)
    second = import_statuspage(empty, STATUSPAGE)
    assert fingerprint(empty.root) == before
    assert {file.fate for file in second.files} == {Fate.SAME}
    assert second.problems == first.problems


def test_what_a_person_wrote_is_kept_also_under_another_name(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    folder = empty.root / "status/incidents"
    (folder / "2026-05-01-slow.md").write_text("Mine.\n", encoding="utf-8")
    (folder / "2026-10-03-delayed-e-mail.md").rename(folder / "2026-10-03-mail-is-late.md")
    before = fingerprint(empty.root)
    report = import_statuspage(empty, STATUSPAGE)
    assert fingerprint(empty.root) == before
    assert [file.path for file in report.files if file.fate is Fate.KEPT] == [
        "status/incidents/2026-05-01-slow.md"
    ]
    assert any("is there already and was kept" in message for message in notes_about(report, "sametitle001"))


def test_a_dry_run_writes_nothing(empty: Site) -> None:
    assert import_statuspage(empty, STATUSPAGE, dry_run=True).incidents == 8
    assert list(empty.root.iterdir()) == []


def test_a_site_with_components_keeps_them_and_is_told_which_are_missing(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    config = (site.root / "status/status.yml").read_bytes()
    report = import_cstate(site, CSTATE)
    assert (site.root / "status/status.yml").read_bytes() == config
    assert report.components == 0
    assert notes_about(report, "status/status.yml") == [
        "The time of this history counts as watched, if all incidents were written down. Add to `reported`: "
        "- {from: 2020-04-13T15:54:00+02:00, until: 2021-04-01T10:01:00+00:00, source: cstate}",
        'This component is missing. Add it, and import again to name it: - {id: backups, name: "Backups"}',
        'This component is missing. Add it, and import again to name it: - {id: gitea, name: "Gitea"}',
        "This component is missing. Add to `retired`, and import again to name it: "
        '- {id: old-system, name: "Old system", until: 2020-04-14}',
    ]
    [named] = [it for it in report.problems if "not in status/status.yml" in it.message]
    assert "so it does not name them: Backups, Gitea, Old system. (4 places: " in named.message
    pictured(site)


def test_an_incident_names_a_component_that_was_added_later(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    import_cstate(site, CSTATE)
    outage = next((site.root / "status/incidents").glob("2020-04-13-*"))
    assert "components: {}" in outage.read_text(encoding="utf-8")
    touched = next(
        file
        for file in sorted((site.root / "status/incidents").glob("2*.md"))
        if file != outage and "components: {}" in file.read_text(encoding="utf-8")
    )
    touched.write_text(touched.read_text(encoding="utf-8") + "By hand.\n", encoding="utf-8")
    by_hand = touched.read_bytes()
    config = site.root / "status/status.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace(
            "components:\n", "components:\n  - {id: gitea, name: Gitea}\n", 1
        ),
        encoding="utf-8",
    )

    before = fingerprint(site.root)
    planned = import_cstate(site, CSTATE, dry_run=True)
    assert fingerprint(site.root) == before
    report = import_cstate(site, CSTATE)
    fates = {file.path: file.fate for file in report.files}
    assert fates == {file.path: file.fate for file in planned.files}
    assert fates[f"status/incidents/{outage.name}"] is Fate.NAMED
    assert "components: {gitea: major_outage}" in outage.read_text(encoding="utf-8")
    assert touched.read_bytes() == by_hand
    assert {file.fate for file in import_cstate(site, CSTATE).files} <= {Fate.SAME, Fate.KEPT}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((r"components: {}", "components: {web: major_outage}"), "a person named another one"),
        ((r"title: ", "title: Mine, "), "a person changed the title"),
        ((r"components: {}", "components: {}\narticles: []"), "a person added a line"),
        ((r"\Z", "\nBy hand."), "a person wrote below"),
        ((r"(?m)^(?=[A-Z])", "Indeed: "), "a person changed the text"),
    ],
)
def test_what_a_person_changed_names_no_component_by_itself(
    change: tuple[str, str], reason: str, tmp_path: Path
) -> None:
    site = minimal_site(tmp_path / "site")
    import_cstate(site, CSTATE)
    outage = next((site.root / "status/incidents").glob("2020-04-13-*"))
    changed = re.sub(*change, outage.read_text(encoding="utf-8"), count=1)
    assert changed != outage.read_text(encoding="utf-8")
    outage.write_text(changed, encoding="utf-8")
    config = site.root / "status/status.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace(
            "components:\n", "components:\n  - {id: gitea, name: Gitea}\n", 1
        ),
        encoding="utf-8",
    )
    before = outage.read_bytes()
    report = import_cstate(site, CSTATE)
    assert outage.read_bytes() == before, reason
    assert {file.path: file.fate for file in report.files}[f"status/incidents/{outage.name}"] is Fate.KEPT


def test_components_of_one_name_in_two_groups_stay_two(empty: Site, tmp_path: Path) -> None:
    rows = [
        {"id": "g1", "name": "Europe", "group": True},
        {"id": "g2", "name": "America", "group": True},
        {"id": "c1", "name": "API", "group": False, "group_id": "g1"},
        {"id": "c2", "name": "API", "group": False, "group_id": "g2"},
    ]
    incident = {
        "id": "one",
        "name": "Slow API",
        "impact": "minor",
        "incident_updates": [
            {"status": "investigating", "body": "Slow.", "created_at": "2026-05-01T10:00:00.000Z"}
        ],
        "components": [{"id": "c2", "name": "API"}],
    }
    page = {"name": "P", "url": "not an address", "time_zone": "Mars/Olympus"}
    file = tmp_path / "saved.json"
    file.write_text(json.dumps({"page": page, "components": rows, "incidents": [incident]}), encoding="utf-8")
    report = import_statuspage(empty, str(file))
    snapshot = pictured(empty)
    assert [(item.group, item.name) for item in snapshot.components] == [
        ("Europe", "Europe: API"),
        ("America", "America: API"),
    ]
    assert list(snapshot.incidents[0].components) == ["america-api"]
    assert notes_about(report, "status/status.yml") == [
        "The address of the page is not known. Correct `page.url`."
    ]
    assert notes_about(report, "page") == ["The time zone 'Mars/Olympus' is not known. UTC was taken."]


def test_fifty_incidents_may_not_be_all(empty: Site, tmp_path: Path) -> None:
    update = {"status": "investigating", "body": "Slow.", "created_at": "2026-05-01T10:00:00.000Z"}
    rows = [{"id": f"id{number}", "name": "Slow", "incident_updates": [update]} for number in range(50)]
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps({"incidents": rows}), encoding="utf-8")
    (empty.root / "status").mkdir()
    shutil.copyfile(
        minimal_site(tmp_path / "other").root / "status/status.yml", empty.root / "status/status.yml"
    )
    report = import_statuspage(empty, str(file))
    assert "The API tells of the latest 50 incidents only. Older ones are not in it." in notes_about(
        report, "incidents.json"
    )
    assert len(list((empty.root / "status/incidents").iterdir())) == 50


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("broken.json", "{", "is not JSON"),
        ("deep.json", "[" * 90_000, "nests too deeply"),
        ("list.json", "[]", "There are no incidents, no maintenance and no components"),
        ("empty.json", "{}", "There are no incidents, no maintenance and no components"),
        ("gone.json", None, "There is no file and no folder of this name."),
        ("folder", "", "Expected one to 1000 files that end in .json"),
    ],
)
def test_what_is_no_statuspage_is_refused(
    name: str, text: str | None, words: str, empty: Site, tmp_path: Path
) -> None:
    place = tmp_path / name
    if name == "folder":
        place.mkdir()
    elif text is not None:
        place.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound, match=words):
        import_statuspage(empty, str(place))
    assert list(empty.root.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b'{"incidents": [\n  {"id": "a",}\n]}', 2, 14, "is not JSON from here on: "),
        (b'{"incidents": [\n  {"id": "a"', 2, 13, "is not JSON from here on: "),
        (b'{\n "name": "\xff"}', 2, 11, "is not JSON, because it is not text in UTF-8"),
        (b"", 1, 1, "is not JSON from here on: "),
    ],
)
def test_a_broken_document_is_named_with_its_line_and_column(
    data: bytes, line: int, column: int, words: str, empty: Site, tmp_path: Path
) -> None:
    (tmp_path / "saved.json").write_bytes(data)
    with pytest.raises(ProblemsFound) as raised:
        import_statuspage(empty, str(tmp_path / "saved.json"))
    (problem,) = raised.value.problems
    assert (problem.location.line, problem.location.column) == (line, column)
    assert problem.message.startswith(f"The file {words}")


@pytest.mark.parametrize(
    ("row", "lost"),
    [
        ({}, True),
        ({"id": 5, "name": ["x"], "incident_updates": {"a": 1}, "components": "all"}, True),
        ({"id": "a", "name": "Only a date", "created_at": "2026-05-01T10:00:00Z"}, False),
        ({"name": "No component, no address", "created_at": "2026-05-01T10:00:00Z"}, False),
        ({"name": "Year", "created_at": "0001-01-01T00:00:00Z"}, True),
        ({"id": "b", "name": "N" * 5000, "created_at": "2026-05-01T10:00:00-07:00", "impact": "huge"}, False),
    ],
)
def test_missing_and_odd_fields_are_no_accident(
    row: dict[str, Any], lost: bool, empty: Site, tmp_path: Path
) -> None:
    file = tmp_path / "odd.json"
    components = [{"id": "c", "name": "Web"}, {"id": "d"}, 7, None]
    file.write_text(json.dumps({"components": components, "incidents": [row]}), encoding="utf-8")
    report = import_statuspage(empty, str(file))
    assert len(pictured(empty).incidents) == (0 if lost else 1)
    assert report.problems


def test_text_that_nests_too_deep_or_is_too_long_comes_over_plainly(empty: Site, tmp_path: Path) -> None:
    def row(code: str, body: str) -> dict[str, Any]:
        update = {"status": "investigating", "body": body, "created_at": "2026-05-01T10:00:00.000Z"}
        return {"id": code, "name": code, "incident_updates": [update]}

    rows = [row("deep", "- " * 4000 + "end"), row("long", "word " * 5000)]
    file = tmp_path / "long.json"
    file.write_text(
        json.dumps({"components": [{"id": "c", "name": "Web"}], "incidents": rows}), encoding="utf-8"
    )
    report = import_statuspage(empty, str(file))
    bodies = {item.title: item.updates[0].body for item in pictured(empty).incidents}
    assert bodies["deep"] == "end"
    assert len(bodies["long"]) < 10_000
    assert bodies["long"].endswith("word…")
    assert "The marks in its text could not be kept." in notes_about(report, "deep")
    assert "A text beyond 9900 characters was cut." in notes_about(report, "long")


def test_issues_of_cstate_come_over_with_the_times_of_their_updates(empty: Site) -> None:
    report = import_cstate(empty, CSTATE)
    assert (report.incidents, report.components) == (4, 3)
    snapshot = pictured(empty)
    assert [(item.group, item.name) for item in snapshot.components] == [
        ("", "Gitea"),
        ("Storage", "Backups"),
    ]
    timelines = {
        item.title: [(update.status.value, update.at.isoformat(), update.body) for update in item.updates]
        for item in snapshot.incidents
    }
    assert timelines["A major outage"] == [
        ("investigating", "2020-04-13T15:54:00+02:00", "Gitea does not answer."),
        (
            "monitoring",
            "2020-04-13T16:50:00+02:00",
            "After a reboot the systems recover.\n\nWe go on watching.",
        ),
        ("resolved", "2020-04-13T17:25:00+02:00", "The systems recovered; we are sorry."),
    ]
    assert timelines["Updates without times"] == [
        ("investigating", "2021-03-01T10:00:00+01:00", "Something is odd."),
        ("investigating", "2021-03-01T10:00:01+01:00", "It still is."),
        ("resolved", "2021-03-01T12:00:00+01:00", "It was a cable."),
    ]
    assert [status for status, _, _ in timelines["Slow backups: nights only"]] == ["investigating"]
    hit = {item.title: (item.impact.value, dict(item.components)) for item in snapshot.incidents}
    assert hit["A major outage"] == ("critical", {"gitea": "major_outage", "old-system": "major_outage"})
    assert hit["Slow backups: nights only"] == ("major", {"backups": "partial_outage"})
    assert hit["Updates without times"] == ("minor", {"gitea": "degraded_performance"})
    assert hit["We have a new logo"] == ("none", {"gitea": "operational"})


def test_without_times_the_end_that_stands_above_tells_that_the_newest_comes_first(
    empty: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "old/content/issues"
    folder.mkdir(parents=True)
    front = "---\ntitle: T\ndate: 2021-03-01 10:00:00\nresolved: true\nresolvedWhen: 2021-03-01 12:00:00\n"
    body = "*Resolved* - Well.\n\n*Update* - Soon.\n\n*Investigating* - Ill.\n"
    text = f"{front}severity: down\naffected: [Web]\n---\n{body}"
    (folder / "one.md").write_text(text, encoding="utf-8")
    import_cstate(empty, tmp_path / "old")
    config = empty.root / "status/status.yml"
    assert 'url: "https://status.example.com/"' in config.read_text(encoding="utf-8"), (
        "nobody said where it is"
    )
    [found] = pictured(empty).incidents
    assert [(update.status.value, update.body) for update in found.updates] == [
        ("investigating", "Ill."),
        ("investigating", "Soon."),
        ("resolved", "Well."),
    ]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("2021-01-05-slow-backups.md", "A former address of it cannot be kept."),
        ("2021-03-01-no-times.md", "The updates have no times of their own."),
        ("2021-05-01-draft.md", "It is a draft, so it was left out."),
        ("2021-06-01-undated.md", "It has no date that can be read, so it was left out."),
    ],
)
def test_what_cstate_does_not_say_is_named(file: str, words: str, empty: Site) -> None:
    assert any(message.startswith(words) for message in notes_about(import_cstate(empty, CSTATE), file))


def test_a_folder_without_issues_is_refused(empty: Site, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="There is no content/issues"):
        import_cstate(empty, tmp_path)


def test_a_cstate_with_toml_and_without_configuration(empty: Site, tmp_path: Path) -> None:
    shutil.copytree(CSTATE, tmp_path / "old")
    (tmp_path / "old/config.yml").unlink()
    report = import_cstate(empty, tmp_path / "old", dry_run=True)
    assert any("There is no config.yml" in item.message for item in report.problems)
    (tmp_path / "old/config.toml").write_text(
        'title = "T"\nbaseURL = "https://s.example/"\n[params]\n[[params.systems]]\nname = "Gitea"\n'
        'description = "Code"\n',
        encoding="utf-8",
    )
    import_cstate(empty, tmp_path / "old")
    config, _ = load_status_config(empty.root)
    assert config is not None
    assert (config.page.name, config.flat[0].description) == ("T", "Code")


def test_former_addresses_lead_on(empty: Site) -> None:
    import_statuspage(empty, STATUSPAGE)
    files = redirect_files(pictured(empty))
    page = files["incidents/kctbh9vrtdwd/index.html"].decode()
    target = "../../incidents/2026-11-18-elevated-error-rates-on-the-api/"
    assert f'content="0; url={target}"' in page
    assert f'<a href="{target}">Elevated error rates on the API</a>' in page
    assert (
        "../../maintenance/2026-10-15-database-upgrade/"
        in files["incidents/maint0000001/index.html"].decode()
    )
    hostile = files["incidents/hostile00001/index.html"].decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in hostile
    assert "<img" not in hostile


def test_an_import_lints_without_an_error(tmp_path: Path) -> None:
    from waypost.lint.lint import lint  # noqa: PLC0415  # it brings the search along, which only this test needs

    site = minimal_site(tmp_path / "site")
    (site.root / "status/status.yml").unlink()
    for folder in ("incidents", "maintenance"):
        shutil.rmtree(site.root / "status" / folder, ignore_errors=True)
    import_cstate(site, CSTATE)
    found = errors(lint(site, NOW + timedelta(days=1)))
    # Pages of the help center still name the components that were there before.
    assert {item.code for item in found} <= {"unknown-component"}


def test_what_is_published_is_what_was_imported(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    for folder in ("incidents", "maintenance"):
        shutil.rmtree(site.root / "status" / folder, ignore_errors=True)
    import_statuspage(site, STATUSPAGE)
    cache = PublishCache()
    first = publish(site, load_project(site), NOW, cache=cache)
    assert "incidents/kctbh9vrtdwd/index.html" in first.changed
    api = json.loads((site.status_output / "api/v2/incidents.json").read_text(encoding="utf-8"))
    originals = document("incidents.json", "incidents")
    names = {row["name"] for code, row in originals.items() if code in EXACT}
    assert names <= {row["name"] for row in api["incidents"]}
    assert len(api["incidents"]) == 8
    # What nobody changed is not written again.
    second = publish(site, load_project(site), NOW + timedelta(minutes=1), cache=cache)
    assert not any("kctbh9vrtdwd" in path for path in second.changed)
    assert (site.status_output / "incidents/kctbh9vrtdwd/index.html").is_file()
