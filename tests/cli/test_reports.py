"""Commands that report: lint, status, doctor and schema, for people and for programs."""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pytest_httpserver import HTTPServer

from helpers.hostile_servers import closed_port
from helpers.sites import MINIMAL, ROOT, minimal_site, point_checks_at, replace
from helpers.stores import Store
from waypost.base.faults import Fault, FaultKind
from waypost.cli import main
from waypost.monitor.poll import poll_once
from waypost.monitor.store.faults import write_faults
from waypost.monitor.store.opening import open_database
from waypost.problems import CODES
from waypost.reading.json_schemas import FORMATS
from waypost.reading.project import load_project
from waypost.reading.site import Site


@pytest.fixture
def server(healthy_server: HTTPServer) -> HTTPServer:
    return healthy_server


@pytest.fixture
def site(server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    site = minimal_site(tmp_path / "site")
    point_checks_at(site, server.url_for("/health"))
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def read(*arguments: str, code: int = 0) -> Any:
    """Return what a command says to programs; nothing else may stand beside it."""
    found, out, err = run(*arguments, "--json")
    assert (found, err) == (code, "")
    return json.loads(out)


def poll_times(site: Site, number: int) -> None:
    store = Store(site.database_url)
    try:
        for _ in range(number):
            poll_once(load_project(site).status.config, store)
    finally:
        store.close()


# lint


def test_lint_of_a_good_site_says_so(site: Site) -> None:
    assert run("lint", "--site", str(site.root)) == (0, "Every file is fine.\n", "")
    assert read("lint") == []


def test_lint_names_every_problem_with_its_place(site: Site) -> None:
    replace(site.root / "content" / "start" / "first.md", "[web]", "[wbe]")
    replace(site.root / "status" / "status.yml", "time_zone:", "time_zoen:")
    code, out, err = run("lint")
    assert (code, out) == (1, "")
    assert "status/status.yml:4:3: error unknown-key: Unknown key 'time_zoen'." in err
    assert err.endswith("\n1 error\n"), "whether components exist cannot be told while they cannot be read"
    replace(site.root / "status" / "status.yml", "time_zoen:", "time_zone:")
    [problem] = read("lint", code=1)
    assert problem == {
        "path": "content/start/first.md",
        "line": 4,
        "column": 14,
        "level": "error",
        "code": "unknown-component",
        "message": "There is no component 'wbe' in status/status.yml. Did you mean 'web'?",
    }
    assert problem["code"] in CODES


def test_lint_reads_and_writes_nothing(site: Site) -> None:
    run("lint")
    assert {path.name for path in site.root.iterdir()} == {"content", "status", "mkdocs.yml"}


# status


def test_status_before_anything_was_polled(site: Site) -> None:
    code, out, err = run("status")
    assert (code, err) == (0, "")
    assert "No data" in out
    assert "Last checked: never" in out
    assert not (site.root / ".waypost").exists(), "looking makes no database"
    now = read("status")
    assert (now["checked_at"], now["components"]["web"]["status"]) == (None, "no_data")


def test_status_during_an_outage(site: Site, server: HTTPServer) -> None:
    server.clear()
    poll_times(site, 3)
    code, out, err = run("status")
    assert (code, err) == (0, ""), "the service is down, the command works"
    assert "Major outage" in out
    assert "Open: Web pages: outage (since " in out
    now = read("status")
    assert (now["indicator"], now["components"]["web"]["status"]) == ("critical", "major_outage")
    [incident] = now["incidents"]
    assert incident["title"] == "Web pages: outage"
    assert datetime.fromisoformat(now["checked_at"]) > datetime.now(UTC) - timedelta(minutes=5)


def test_status_shows_names_as_they_are(site: Site) -> None:
    replace(site.root / "status" / "status.yml", "name: Mail", 'name: "[bold]Mail[/bold] [/]"')
    code, out, _ = run("status")
    assert code == 0
    assert "[bold]Mail[/bold] [/]" in out


def note(site: Site, *faults: Fault) -> None:
    """Write faults into the database as a poller does that runs now."""
    with closing(open_database(site.database_url)) as database:
        write_faults(database, "poller", faults, datetime.now(UTC))


def test_status_names_the_faults_of_waypost_itself_that_last(site: Site) -> None:
    assert read("status")["faults"] == []
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    over = Fault(FaultKind.LOG, "", "The log is full.", began, until=began + timedelta(minutes=1))
    note(site, Fault(FaultKind.TASK, "housekeeping", "[bold] failed.", began), over)
    code, out, err = run("status")
    assert (code, err) == (0, ""), "the command works"
    assert re.search(r"\nWaypost itself, since \d{4}-\d\d-\d\d \d\d:\d\d: \[bold\] failed\.\n", out)
    assert "log" not in out
    [fault] = read("status")["faults"]
    assert datetime.fromisoformat(fault.pop("started_at")) == began
    assert fault == {"kind": "task", "subject": "housekeeping", "message": "[bold] failed.", "ended_at": None}


def test_no_public_page_holds_a_fault_of_waypost_itself(site: Site) -> None:
    note(site, Fault(FaultKind.PUBLISHING, "", "planted-fault", datetime.now(UTC) - timedelta(minutes=5)))
    assert run("publish")[0] == 0
    pages = [path for path in site.output.rglob("*") if path.is_file()]
    assert len(pages) > 10
    assert [path for path in pages if b"planted-fault" in path.read_bytes()] == []


# doctor


def by_subject(findings: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {finding["subject"]: finding for finding in findings}


def test_doctor_of_a_good_site(site: Site) -> None:
    code, out, err = run("doctor")
    assert (code, err) == (0, "")
    assert all(line.split(" ")[0] in ("ok", "note") for line in out.splitlines())
    found = by_subject(read("doctor"))
    assert set(found) >= {"python", "packages", "sqlite", "clock", "files", "site", "database", "checks"}
    assert all(set(finding) == {"subject", "level", "text"} for finding in found.values())
    assert found["checks"] == {"subject": "checks", "level": "ok", "text": "1 of 1 answer well"}
    assert found["database"]["text"] == "empty: nothing was polled yet"
    assert not (site.root / ".waypost").exists(), "looking records nothing"


def test_doctor_tells_which_check_fails_and_why(site: Site, server: HTTPServer) -> None:
    server.clear()
    server.expect_request("/health").respond_with_data("no", status=503)
    found = by_subject(read("doctor"))
    assert found["checks"]["level"] == "note", "a service that is down is not a fault of Waypost"
    assert found["check"]["text"] == "web http-1: HTTP status 503, expected 2xx"


def with_uplink(site: Site, *targets: str) -> None:
    listed = ", ".join(f'"{target}"' for target in targets)
    replace(
        site.root / "status" / "status.yml",
        "\ncomponents:",
        f"\nuplink: {{targets: [{listed}]}}\ncomponents:",
    )


def test_doctor_says_where_no_uplink_is_set(site: Site) -> None:
    found = by_subject(read("doctor"))["uplink"]
    assert found["level"] == "note"
    assert "a failure of our own connection is taken for one of the service" in found["text"]


def test_doctor_tries_each_host_of_the_uplink(site: Site, server: HTTPServer) -> None:
    with_uplink(site, f"localhost:{server.port}", f"127.0.0.1:{server.port}")
    assert by_subject(read("doctor"))["uplink"] == {
        "subject": "uplink",
        "level": "ok",
        "text": "every host can be reached",
    }


def test_doctor_says_that_an_uplink_without_a_name_knows_nothing_of_name_servers(
    site: Site, server: HTTPServer
) -> None:
    with_uplink(site, f"127.0.0.1:{server.port}", f"127.0.0.1:{closed_port()}")
    notes = [each["text"] for each in read("doctor") if each["subject"] == "uplink"]
    assert notes[0].startswith("not reached: 127.0.0.1:")
    assert notes[0].endswith(": the connection was refused")
    assert "Add a name" in notes[1]


def test_doctor_names_an_uplink_of_which_nothing_is_reached(site: Site) -> None:
    with_uplink(site, f"127.0.0.1:{closed_port()}")
    found = by_subject(read("doctor", code=1))["uplink"]
    assert found["level"] == "bad"
    assert "nothing would be judged" in found["text"]


def test_doctor_and_poll_say_why_a_status_page_cannot_be_read(site: Site, server: HTTPServer) -> None:
    replace(
        site.root / "status" / "status.yml",
        f'http: "{server.url_for("/health")}"',
        f'statuspage: "{server.url_for("/")}"',
    )
    server.expect_request("/api/v2/summary.json").respond_with_data("<html>")
    reason = "the status page is not JSON"
    assert by_subject(read("doctor"))["check"]["text"] == f"web statuspage-1: no data: {reason}"
    code, out, err = run("poll", "--json")
    assert (code, json.loads(out)) == (
        1,
        {
            "observations": [],
            "skipped": [{"component": "web", "check": "statuspage-1", "region": "", "reason": reason}],
        },
    )
    assert err == f"waypost: web/statuspage-1 has no data: {reason}.\n", "the journal of our own faults"
    assert run("poll")[:2] == (1, f"web statuspage-1: no data: {reason}\n")


def test_doctor_of_a_broken_site_points_to_lint(site: Site) -> None:
    (site.root / "content" / "index.md").write_text("no front matter", encoding="utf-8")
    code, out, _ = run("doctor")
    assert code == 1
    assert "bad  site: 1 error: run `waypost lint`" in out
    found = by_subject(read("doctor", code=1))
    assert found["site"]["level"] == "bad"
    assert found["python"]["level"] == "ok", "everything else is looked at all the same"


def test_doctor_names_the_faults_that_a_process_has_noted(site: Site) -> None:
    poll_times(site, 1)
    assert by_subject(read("doctor"))["faults"]["level"] == "ok"
    note(site, Fault(FaultKind.CAPACITY, "", "Checks are late.", datetime(2026, 11, 20, 10, tzinfo=UTC)))
    assert by_subject(read("doctor", code=1))["faults"] == {
        "subject": "faults",
        "level": "bad",
        "text": "since 2026-11-20 10:00 UTC: Checks are late.",
    }


def test_doctor_of_a_damaged_database(site: Site) -> None:
    poll_times(site, 1)
    database = site.root / ".waypost" / "waypost.db"
    assert "state changes" in by_subject(read("doctor"))["database"]["text"]
    database.write_bytes(b"not a database at all" * 500)
    found = by_subject(read("doctor", code=1))
    assert found["database"]["level"] == "bad"
    assert "faults" not in found, "nothing is known of them"
    assert "restore it from a backup" in found["database"]["text"]


def test_doctor_tells_what_cannot_be_written(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.output.mkdir()
    # Root may write everywhere, so the system's answer is made up.
    monkeypatch.setattr(
        "waypost.doctor.os.access", lambda path, right: (path, right) != (site.output, os.W_OK)
    )
    found = by_subject(read("doctor", code=1))
    assert (found["files"]["level"], found["files"]["text"]) == ("bad", f"cannot write {site.output}")


# schema


class EditorLoader(yaml.SafeLoader):
    """Reads YAML as editors do: by version 1.2, in which a date is text."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def data_of(path: Path) -> Any:
    text = path.read_text(encoding="utf-8").replace("${PORT:-8000}", "8000")
    return yaml.load(text if path.suffix == ".yml" else text.split("---\n")[1], EditorLoader)  # noqa: S506


EXAMPLES = {
    # Files of each format, which editors must find right.
    "status": [MINIMAL / "status/status.yml", ROOT / "status/status.yml"],
    "support": [MINIMAL / "content/support.yml", ROOT / "content/support.yml"],
    "article": [MINIMAL / "content/start/first.md", *sorted(ROOT.glob("content/*/[!i]*.md"))],
    "category": [MINIMAL / "content/start/index.md", *sorted(ROOT.glob("content/*/index.md"))],
    "home": [MINIMAL / "content/index.md", ROOT / "content/index.md"],
    "contact": [MINIMAL / "content/contact.md", ROOT / "content/contact.md"],
    "scenarios": sorted(ROOT.glob("content/*/*.scenarios.yml")),
    "synonyms": [ROOT / "content/synonyms.yml", ROOT / "docs/examples/synonyms.yml"],
    "queries": [ROOT / "content/queries.yml", ROOT / "docs/examples/queries.yml"],
    "lint": [ROOT / "docs/examples/lint.yml"],
    "incident": sorted([*MINIMAL.glob("status/incidents/*.md"), *ROOT.glob("status/incidents/*.md")]),
    "maintenance": sorted([*MINIMAL.glob("status/maintenance/*.md"), *ROOT.glob("status/maintenance/*.md")]),
    "subscribers": [ROOT / "docs/examples/subscribers.yml"],
    "template": [
        ROOT / "docs/examples/template.md",
        ROOT / "docs/examples/templates/opened.partial_outage.md",
    ],
}


def printed(name: str) -> dict[str, Any]:
    code, out, err = run("schema", name)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_every_format_has_examples_here() -> None:
    assert set(EXAMPLES) == set(FORMATS)
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_schema_is_valid_and_describes_every_key(name: str) -> None:
    document = printed(name)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["title"] == f"Waypost: {name}"
    definitions = document.get("$defs", {})
    shapes = [document, *definitions.values()]
    silent = [
        key
        for shape in shapes
        for key, value in shape.get("properties", {}).items()
        if "description" not in {**definitions.get(str(value.get("$ref")).rpartition("/")[2], {}), **value}
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_files_that_waypost_takes_are_right_for_editors_too(name: str) -> None:
    validator = Draft202012Validator(printed(name))
    for path in EXAMPLES[name]:
        data = data_of(path)
        problems = [
            f"{path.name}: {error.json_path}: {error.message}" for error in validator.iter_errors(data)
        ]
        assert problems == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_editors_find_a_misspelt_key(name: str) -> None:
    validator = Draft202012Validator(printed(name))
    data = data_of(EXAMPLES[name][0])
    assert list(validator.iter_errors({**data, "tytle": "x"}))


# Faults of our own


def test_a_fault_of_our_own_is_a_sentence_and_its_traceback_is_in_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr("waypost.publishing.current.current_status", fail)
    code, out, err = run("status")
    assert (code, out) == (1, "")
    assert err == "waypost: Waypost has a fault. .waypost/waypost.log has its traceback; --debug shows it.\n"
    log = (site.root / ".waypost" / "waypost.log").read_text(encoding="utf-8")
    assert "KeyError: 'planted'" in log
    code, _, err = run("status", "--debug")
    assert code == 1
    assert "KeyError: 'planted'" in err, "--debug shows it"


def test_debug_shows_where_a_refusal_came_from_and_nothing_else_does(site: Site) -> None:
    (site.root / ".waypost").mkdir()
    (site.root / ".waypost" / "waypost.db").write_bytes(b"no database" * 500)
    code, _, err = run("status")
    assert (code, err.count("\n")) == (1, 1)
    code, _, err = run("status", "--debug")
    assert code == 1
    assert "Traceback" in err
