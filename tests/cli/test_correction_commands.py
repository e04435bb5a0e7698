"""waypost incident edit, reopen, merge, split, withdraw and postmortem, and updates that change states."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from helpers.cases import Case, golden
from helpers.sites import fingerprint, minimal_site, replace
from waypost.cli import main, writing
from waypost.lint.lint import lint
from waypost.problems import errors
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDER = "status/incidents"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    for file in (site.root / FOLDER).glob("*.md"):
        file.unlink()
    monkeypatch.chdir(site.root)
    return site


def asked(*arguments: str, minutes: float = 0, answer: str = "") -> tuple[int, str, str]:
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        result = CliRunner().invoke(main, ["incident", *arguments], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def run(*arguments: str, minutes: float = 0) -> str:
    code, out, err = asked(*arguments, "--yes", minutes=minutes)
    assert (code, err) == (0, "")
    return out


def texts(site: Site) -> dict[str, bytes]:
    return {file.stem: file.read_bytes() for file in (site.root / FOLDER).glob("*.md")}


@golden("authoring/corrections.yml")
def test_files_are_as_commands_leave_them(case: Case, site: Site) -> None:
    end = "\r\n" if case.get("crlf") else "\n"

    def encoded(files: dict[str, str]) -> dict[str, bytes]:
        return {name: text.replace("\n", end).encode() for name, text in files.items()}

    before, after = encoded(case["before"]), encoded(case.get("after", {}))
    for name, data in before.items():
        (site.root / FOLDER / f"{name}.md").write_bytes(data)
    *first, last = case["run"]
    for arguments in first:
        run(*arguments)
    code, _, err = asked(*last, "--yes")
    assert code == (1 if "refused" in case else 0), err
    assert case.get("refused", "") in err
    found, expected = texts(site), {**before, **after}
    # A new file has the line ends of the skeleton.
    assert found == {
        name: data if name in before else data.replace(b"\r", b"") for name, data in expected.items()
    }
    if "refused" not in case:
        assert errors(lint(site, NOW + timedelta(minutes=1))) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["edit", "a"], "Say with --message"),
        (["edit", "a", "--impact", "huge"], "'huge' is not one of"),
        (["edit", "a", "--update", "1"], "Say with --message"),
        (["reopen", "b"], "Say with --message"),
        (["reopen", "b", "--status", "resolved", "--message", "x"], "'resolved' is not one of"),
        (["merge", "a", "--message", "x"], "Missing option '--into'"),
        (["split", "a", "--title", "T", "--message", "x"], "Missing option '--component'"),
        (["split", "a", "--component", "web", "--message", "x"], "Missing option '--title'"),
        (["resolve", "a"], "Say with --message"),
        (["withdraw", "a"], "Say with --message"),
        (["postmortem", "b"], "Say with --message"),
        (["update", "a", "--component", "web", "--message", "x"], "--component web=degraded_performance"),
        (
            ["open", "T", "--component", "web=major_outage", "--component", "web", "--message", "x"],
            "'web' is named with two states.",
        ),
        (["update", "a", "--component", "web=bad", "--message", "x"], "Expected one of: operational"),
        (["update", "a", "--component", "web=under_maintenance", "--message", "x"], "Expected one of"),
        (
            ["update", "a", "--status", "resolved", "--component", "web=operational", "--message", "x"],
            "Leave --component out",
        ),
        (["open", "T", "--started", "soon", "--message", "x"], "Or say how long ago, such as 20m."),
        (["open", "T", "--started", "2026-11-20T13:30", "--message", "x"], "This is to come."),
        (["open", "T", "--started", "2026-10-25T02:30", "--message", "x"], "the time comes twice"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(arguments: list[str], words: str, site: Site) -> None:
    run("open", "a", "--component", "web", "--message", "x")
    run("open", "b", "--component", "web", "--message", "x")
    run("resolve", "b", "--message", "x", minutes=1)
    before = fingerprint(site.root)
    code, out, err = asked(*arguments, minutes=2)
    assert (code, out) == (2, "")
    assert words in err
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("20m", "2026-11-20T12:40:00+01:00"),
        ("90s ago", "2026-11-20T12:58:30+01:00"),
        ("2026-11-20T09:50", "2026-11-20T09:50:00+01:00"),
        ("2026-11-20T09:50Z", "2026-11-20T09:50:00+00:00"),
    ],
)
def test_an_incident_began_before_it_was_opened(given: str, written: str, site: Site) -> None:
    options = ("--component", "web", "--component", "mail=major_outage", "--state", "degraded_performance")
    run("open", "T", *options, "--started", given, "--message", "x")
    assert texts(site)["2026-11-20-t"].decode() == (
        '---\ntitle: "T"\nimpact: minor\ncomponents: {web: degraded_performance, mail: major_outage}\n'
        f"started: {written}\n---\n## investigating · 2026-11-20T12:00:00+00:00\nx\n"
    )


def without_checks(site: Site) -> None:
    """Leave every state to what people write."""
    file = site.root / "status/status.yml"
    checks, rest = file.read_text(encoding="utf-8").partition("        checks:\n")[::2]
    file.write_text(f"{checks}  - id: mail{rest.partition('  - id: mail')[2]}", encoding="utf-8")
    for work in (site.root / "status/maintenance").glob("*.md"):
        work.unlink()


def test_an_incident_without_a_component_is_about_reports(site: Site) -> None:
    without_checks(site)
    run("open", "Some see errors", "--message", "We are looking into reports.")
    assert b"components: {}\n" in texts(site)["2026-11-20-some-see-errors"]
    page = published(site, 1)
    assert page["status"]["indicator"] == "minor"
    assert [item["name"] for item in page["incidents"]] == ["Some see errors"]
    assert states(page) == {"Web pages": "operational", "Mail": "operational"}


def published(site: Site, minutes: float) -> Any:
    """Return what the API says at a moment."""
    publish(site, load_project(site), NOW + timedelta(minutes=minutes))
    return json.loads((site.status_output / "api/v2/summary.json").read_text(encoding="utf-8"))


def states(page: Any) -> dict[str, str]:
    known = {item["name"]: item["status"] for item in page["components"] if not item["group"]}
    return {name: known[name] for name in ("Web pages", "Mail")}


def test_the_page_follows_every_step(site: Site) -> None:
    without_checks(site)
    run("open", "Pages", "--component", "web=major_outage", "--message", "1")
    run("open", "Mail", "--component", "mail", "--message", "2")
    assert states(published(site, 1)) == {"Web pages": "major_outage", "Mail": "partial_outage"}

    run("update", "pages", "--component", "web=degraded_performance", "--message", "3", minutes=2)
    assert states(published(site, 3)) == {"Web pages": "degraded_performance", "Mail": "partial_outage"}

    run("merge", "mail", "--into", "pages", "--message", "4", minutes=4)
    page = published(site, 5)
    assert states(page) == {"Web pages": "degraded_performance", "Mail": "partial_outage"}
    assert [item["name"] for item in page["incidents"]] == ["Pages"]
    merged = (site.status_output / "incidents/2026-11-20-mail/index.html").read_text(encoding="utf-8")
    assert "status/incidents/2026-11-20-pages/" in merged

    run("split", "pages", "--component", "web", "--title", "Slow pages", "--message", "5", minutes=6)
    page = published(site, 7)
    assert states(page) == {"Web pages": "degraded_performance", "Mail": "partial_outage"}
    assert sorted(item["name"] for item in page["incidents"]) == ["Pages", "Slow pages"]

    run("withdraw", "slow", "--message", "6", minutes=8)
    page = published(site, 9)
    assert states(page) == {"Web pages": "operational", "Mail": "partial_outage"}
    assert [item["name"] for item in page["incidents"]] == ["Pages"]

    run("resolve", "2026-11-20-pages", "--message", "7", minutes=10)
    assert states(published(site, 11)) == {"Web pages": "operational", "Mail": "operational"}
    run("reopen", "2026-11-20-pages", "--message", "8", minutes=12)
    page = published(site, 13)
    assert states(page)["Mail"] == "partial_outage"
    assert page["incidents"][0]["incident_updates"][0]["body"] == "8"


def test_what_is_opened_again_or_judged_afterwards_is_what_is_over(site: Site) -> None:
    for minutes, step in enumerate(("open", "resolve", "open")):
        run(step, "Pages" if step == "open" else "pages", "--message", str(minutes), minutes=minutes)
    run("postmortem", "page", "--message", "A", minutes=3)
    run("reopen", "page", "--message", "B", minutes=4)
    found = texts(site)
    assert b"A\n\n## investigating" in found["2026-11-20-pages"]
    assert b"## investigating \xc2\xb7 2026-11-20T12:02:00+00:00\n2\n" in found["2026-11-20-pages-2"]


def test_merging_shows_both_and_commits_nothing_that_is_not_meant(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("open", "Pages", "--component", "web=major_outage", "--message", "1")
    run("open", "Mail", "--component", "mail", "--message", "2")
    before = fingerprint(site.root)
    monkeypatch.setattr(writing, "is_terminal", lambda: True)
    code, out, err = asked("merge", "mail", "--into", "pages", "--message", "One.", minutes=1, answer="n\n")
    assert (code, out) == (1, "")
    assert "Status:     resolved, 2026-11-20 13:01" in err
    assert "Components: Web pages (major_outage), Mail (partial_outage)" in err
    assert fingerprint(site.root) == before


@pytest.mark.parametrize("changed", ["2026-11-20-mail", "2026-11-20-pages"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("merge", "mail", "--into", "pages", "--message", "x"),
        ("split", "CHANGED", "--component", "web", "--title", "New", "--message", "x"),
        ("edit", "CHANGED", "--title", "New", "--message", "x"),
    ],
)
def test_what_another_person_wrote_meanwhile_stops_all_of_it(
    changed: str, arguments: tuple[str, ...], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Pages", "Mail"):
        run("open", title, "--component", "web", "--component", "mail", "--message", "1")
    file = site.root / FOLDER / f"{changed}.md"

    def someone_is_faster() -> bool:
        file.write_bytes(file.read_bytes() + b"\n")
        return True

    expected = {**texts(site), changed: file.read_bytes() + b"\n"}
    monkeypatch.setattr(writing, "is_terminal", someone_is_faster)
    words = [changed if word == "CHANGED" else word for word in arguments]
    code, out, err = asked(*words, minutes=1, answer="y\n")
    assert (code, out) == (1, "")
    assert "was changed while the command waited" in err
    assert texts(site) == expected


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> Path:
    """Let the editor replace what stands above the mark, and keep what it was given."""
    given, program = tmp_path / "given.md", tmp_path / "editor.py"
    program.write_text(
        "import sys\nfrom pathlib import Path\nfile = Path(sys.argv[1])\n"
        f"text = file.read_text()\nPath({str(given)!r}).write_text(text)\n"
        f"file.write_text({words!r} + '\\n' + text[text.index('<!--'):])\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EDITOR", f"python3 {program}")
    monkeypatch.setattr(writing, "is_terminal", lambda: True)
    return given


def test_the_editor_starts_with_the_words_that_are_edited(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("open", "Pages", "--component", "web", "--message", "Pagse fail.", "--next-update", "30m")
    given = editor(tmp_path, monkeypatch, "Pages fail.")
    run("edit", "pages", minutes=1)
    assert given.read_text(encoding="utf-8").startswith("Pagse fail.\n\n<!--")
    assert texts(site)["2026-11-20-pages"].endswith(
        b"Pages fail.\n\nNext update by 2026-11-20T12:30:00+00:00.\n\nEdited 2026-11-20T12:01:00+00:00\n"
    )


@pytest.mark.parametrize(("language", "first"), [("en", "### Summary"), ("de", "### Zusammenfassung")])
def test_a_postmortem_starts_with_its_sections_in_the_language_of_the_site(
    language: str, first: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(site.root / "mkdocs.yml", "name: material", f"name: material, language: {language}")
    run("open", "Pages", "--component", "web", "--impact", "critical", "--message", "x")
    run("resolve", "pages", "--message", "x", minutes=1)
    given = editor(tmp_path, monkeypatch, "### Cause\nA disk.")
    run("postmortem", "pages", minutes=2)
    sections = given.read_text(encoding="utf-8").partition("<!--")[0]
    assert sections.startswith(first)
    # With a sentence in each, the rule for postmortems finds every section that it asks for.
    filled = sections.replace("\n\n", "\nWe. Owner: Web. Due: 2026-12-01.\n\n")
    replace(site.root / FOLDER / "2026-11-20-pages.md", "### Cause\nA disk.", filled.strip())
    found = [
        problem for problem in lint(site, NOW + timedelta(hours=1)) if problem.code == "incident-postmortem"
    ]
    assert found == []
