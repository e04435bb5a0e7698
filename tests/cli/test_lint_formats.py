"""What `waypost lint` says to programs: GitHub's annotations, GitLab's report, JSON, and the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sites import minimal_site, replace
from waypost.authoring.incidents import new_incident
from waypost.base.clock import utc_now
from waypost.cli import main
from waypost.cli.lint import as_github, as_gitlab, as_json
from waypost.lint.lint import lint
from waypost.problems import CODES, Level, Location, Problem
from waypost.reading.site import Site

INCIDENT = """---
title: Service disruption
impact: minor
components: {web: major_outage}
---
## investigating · 2025-10-01T10:00:00+02:00
We are investigating an issue.

## resolved · 2025-10-01T10:30:00+02:00
The password=hunter2 was wrong on 10.0.0.7.
"""
MISTAKES = {
    # Each file with the lines on which something is wrong, and the names of what is found there.
    "content/start/second.md": (
        "---\ntitle: Sign in for the first time\nalso_asked_as: [how do I log in]\n---\n"
        "[A](no.md) ![](no.png)\n\n#### Deep\n\n[B](first.md#nowhere)\n",
        {
            2: ["duplicate-title", "missing-summary"],
            3: ["duplicate-alias"],
            5: ["broken-link", "broken-link", "missing-alt"],
            7: ["heading-order"],
            9: ["broken-anchor"],
        },
    ),
    "status/incidents/a.md": (
        INCIDENT,
        {
            2: ["incident-title"],
            6: ["incident-first-update"],
            9: ["incident-resolution"],
            10: ["leak", "leak"],
        },
    ),
    "status/incidents/b.md": (
        INCIDENT.replace("Service disruption", "Pages of web.corp fail").replace("We are", "OPS-7: we are"),
        {2: ["leak"], 7: ["leak"], 9: ["incident-resolution"], 10: ["leak", "leak"]},
    ),
    "status/maintenance/c.md": (
        "---\ntitle: New cables\ncomponents: [mail]\nscheduled_for: 2999-01-02T02:00:00+01:00\n"
        "scheduled_until: 2999-01-02T03:00:00+01:00\n---\n## scheduled · 2999-01-01T10:00:00+01:00\nMail waits.\n",
        {7: ["maintenance-notice"]},
    ),
    "status/maintenance/d.md": (
        "---\ntitle: New disks\ncomponents: [web, mail]\nscheduled_for: 2999-01-02T02:30:00+01:00\n"
        "scheduled_until: 2999-01-02T03:00:00+01:00\n---\n## scheduled · 2026-01-01T10:00:00+01:00\nMail waits.\n",
        {4: ["maintenance-overlap"]},
    ),
}
EXPECTED = sorted(
    (path, line, code)
    for path, (_, lines) in MISTAKES.items()
    for line, codes in lines.items()
    for code in codes
)


@pytest.fixture
def good(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture
def site(good: Site) -> Site:
    for path, (text, _) in MISTAKES.items():
        (good.root / path).write_text(text, encoding="utf-8")
    # One with warnings alone is wanted too, so the reviews of the minimal site must not grow old.
    (good.root / "lint.yml").write_text(
        "rules:\n  review-due: {level: off, reason: The site of the tests does not age.}\n"
    )
    return good


def run(site: Site, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["lint", "--site", str(site.root), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


COMMAND = re.compile(r"::(?P<command>[a-z]+) (?P<properties>.*?)::(?P<data>.*)", re.DOTALL)


def read_github(text: str) -> list[dict[str, str]]:
    """Read workflow commands as their documentation describes them: the first `::` after the properties ends those."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")) if text else []:
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match["properties"].split(","))
        values = {name: unquote(value) for name, value in properties.items()}
        found.append({**values, "command": match["command"], "message": unquote(match["data"])})
    return found


def check_gitlab(text: str) -> list[dict[str, Any]]:
    """Check a report against the fields that GitLab's documentation asks for."""
    report: list[dict[str, Any]] = json.loads(text)
    for entry in report:
        assert entry["description"]
        assert entry["check_name"] in CODES
        assert re.fullmatch(r"[0-9a-f]{32,}", entry["fingerprint"])
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not entry["location"]["path"].startswith(("/", "./", "../"))
        begin = entry["location"]["lines"]["begin"]
        assert isinstance(begin, int)
        assert begin >= 1
    prints = [entry["fingerprint"] for entry in report]
    assert len(set(prints)) == len(prints)
    return report


def test_every_mistake_of_a_folder_is_named_at_its_place_in_every_format(site: Site) -> None:
    code, out, err = run(site, "--format", "json")
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert sorted((item["path"], item["line"], item["code"]) for item in found) == EXPECTED

    code, out, err = run(site, "--format", "github")
    assert (code, err) == (1, "")
    commands = read_github(out)
    assert sorted((item["file"], int(item["line"]), item["title"]) for item in commands) == EXPECTED
    assert [item["command"] for item in commands] == [item["level"] for item in found]
    assert [item["message"] for item in commands] == [item["message"] for item in found]
    assert [int(item["col"]) for item in commands] == [item["column"] for item in found]

    code, out, err = run(site, "--format", "gitlab")
    assert (code, err) == (1, "")
    report = check_gitlab(out)
    places = [(i["location"]["path"], i["location"]["lines"]["begin"], i["check_name"]) for i in report]
    assert sorted(places) == EXPECTED
    severity = {"error": "major", "warning": "minor"}
    assert [item["severity"] for item in report] == [severity[item["level"]] for item in found]

    code, out, err = run(site)
    assert (code, out) == (1, "")
    heads = re.findall(r"^(\S+?):(\d+):\d+: \w+ ([a-z-]+): ", err, re.MULTILINE)
    assert sorted((path, int(line), rule) for path, line, rule in heads) == EXPECTED
    assert err.endswith("\n9 errors, 11 warnings\n")


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab"])
def test_what_leaks_is_repeated_in_no_format(site: Site, form: str) -> None:
    _, out, err = run(site, "--format", form)
    said = out + err
    assert "leak" in said
    assert [secret for secret in ("hunter2", "10.0.0.7", "web.corp", "OPS-7") if secret in said] == []


@pytest.mark.parametrize(("form", "empty"), [("json", "[]\n"), ("github", ""), ("gitlab", "[]\n")])
def test_of_a_good_site_nothing_is_told(good: Site, form: str, empty: str) -> None:
    replace(good.root / "content" / "start" / "first.md", "reviewed: 2026-11-02\n", "")
    assert run(good, "--format", form) == (0, empty, "")
    assert run(good, "--format", form, "--strict") == (0, empty, "")
    assert run(good, "--strict") == (0, "Every file is fine.\n", "")


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab"])
def test_warnings_fail_only_where_they_are_asked_to(good: Site, form: str) -> None:
    replace(
        good.root / "content" / "start" / "first.md", "Open the link in", "![](https://x.example/x.png) Open"
    )
    assert run(good, "--format", form)[0] == 0
    assert run(good, "--format", form, "--strict")[0] == 1
    (good.root / "lint.yml").write_text("rules:\n  missing-alt: {level: error, reason: We mean it.}\n")
    assert run(good, "--format", form)[0] == 1


@pytest.mark.parametrize("form", ["json", "github", "gitlab"])
def test_a_file_that_cannot_be_read_is_told_in_the_same_form(site: Site, form: str) -> None:
    (site.root / "status" / "status.yml").write_text("page: [", encoding="utf-8")
    code, out, err = run(site, "--format", form)
    assert (code, err) == (1, "")
    assert "status/status.yml" in out
    assert "leak" not in out, "rules are asked where every file can be read"
    assert read_github(out) if form == "github" else json.loads(out)


def test_a_name_with_every_sign_of_the_format_comes_back(good: Site) -> None:
    name = "a,b%2C::c=d e.md"
    (good.root / "status" / "incidents" / name).write_text("no front matter")
    _, out, _ = run(good, "--format", "github")
    assert {item["file"] for item in read_github(out)} >= {f"status/incidents/{name}"}
    report = check_gitlab(run(good, "--format", "gitlab")[1])
    assert f"status/incidents/{name}" in {item["location"]["path"] for item in report}


TEXTS = st.text(
    st.one_of(st.sampled_from("%:,\r\n=\"'"), st.characters(exclude_categories=["Cs"])), min_size=1
)
PROBLEMS = st.builds(
    Problem,
    st.builds(Location, TEXTS.map(lambda text: f"content/{text}"), st.integers(0, 9999), st.integers(0, 999)),
    st.sampled_from(sorted(CODES)),
    TEXTS,
    st.sampled_from(Level),
)


@given(st.lists(PROBLEMS, max_size=4))
@settings(deadline=None)
def test_whatever_a_problem_says_comes_back(problems: list[Problem]) -> None:
    commands = read_github(as_github(problems))
    wanted = [
        {
            "command": str(problem.level),
            "file": problem.location.path,
            "line": str(problem.location.line or 1),
            "col": str(problem.location.column or 1),
            "title": problem.code,
            "message": problem.message,
        }
        for problem in problems
    ]
    assert commands == wanted
    report = check_gitlab(as_gitlab(problems))
    assert [(item["description"], item["location"]["path"]) for item in report] == [
        (problem.message, problem.location.path) for problem in problems
    ]
    assert [item["message"] for item in json.loads(as_json(problems))] == [item.message for item in problems]


def test_a_finding_that_only_moved_keeps_its_fingerprint() -> None:
    def prints(*lines: int) -> list[str]:
        found = [Problem(Location("content/a.md", line), "missing-alt", "Say it.") for line in lines]
        return [entry["fingerprint"] for entry in check_gitlab(as_gitlab(found))]

    assert prints(3) == prints(9)
    assert prints(3, 9) == prints(4, 10)
    assert prints(3, 9)[:1] == prints(3), "another one below it is new, and it is not"


def test_the_skeleton_of_an_incident_is_told_what_is_missing_and_is_no_error(good: Site) -> None:
    path = new_incident(good, "Pages do not open", "web", utc_now())
    found = [
        problem for problem in lint(good, utc_now()) if problem.location.path.startswith("status/incidents/2")
    ]
    assert {problem.location.path for problem in found} == {path.relative_to(good.root).as_posix()}
    assert [(problem.code, problem.level) for problem in found] == [
        ("incident-first-update", Level.WARNING),
        ("incident-next-update", Level.WARNING),
    ]


def test_files_are_named_from_where_the_caller_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = minimal_site(tmp_path / "help" / "site")
    replace(site.root / "content/start/first.md", "Open the link in our mail", "[Open](gone.md)")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["lint", "--site", "help/site", "--format", "github"])
    assert result.stdout.startswith("::error file=help/site/content/start/first.md,line=10,")
    (entry,) = json.loads(
        CliRunner().invoke(main, ["lint", "--site", "help/site", "--format", "gitlab"]).stdout
    )
    assert entry["location"]["path"] == "help/site/content/start/first.md"
