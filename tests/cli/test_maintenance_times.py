"""waypost maintenance move, extend and record."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from helpers.sites import fingerprint, minimal_site, replace
from waypost.cli import main, writing
from waypost.lint.lint import lint
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.maintenance import maintenance_at, maintenance_window

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGIN = datetime(2026, 11, 29, 1, tzinfo=UTC)  # 02:00 in Berlin
NAME = "2026-11-29-faster-archives"
HEAD = '---\ntitle: "Faster archives"\ncomponents: [web]\n'
ANNOUNCED = "## scheduled · 2026-11-20T12:00:00+00:00\nPages pause.\n"
HOUR = timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    for file in (site.root / "status/maintenance").glob("*.md"):
        file.unlink()
    monkeypatch.chdir(site.root)
    times = ("--from", "2026-11-29T02:00", "--for", "1h")
    run("schedule", "Faster archives", "--component", "web", *times, "--message", "Pages pause.")
    return site


def asked(*arguments: str, at: datetime = NOW, answer: str = "") -> tuple[int, str, str]:
    with time_machine.travel(at, tick=False):
        result = CliRunner().invoke(main, ["maintenance", *arguments], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def run(*arguments: str, at: datetime = NOW) -> str:
    code, out, err = asked(*arguments, "--yes", at=at)
    assert (code, err) == (0, "")
    return out


def file_of(site: Site) -> Path:
    return site.root / f"status/maintenance/{NAME}.md"


def text_of(site: Site) -> str:
    return file_of(site).read_text(encoding="utf-8")


def test_work_is_moved_and_says_so(site: Site) -> None:
    day = NOW + 24 * HOUR
    said = run("move", "archives", "--from", "2026-12-06T02:00", "--message", "The disks come later.", at=day)
    assert said == f"Moved status/maintenance/{NAME}.md.\n"
    assert text_of(site) == (
        f"{HEAD}scheduled_for: 2026-12-06T02:00:00+01:00\nscheduled_until: 2026-12-06T03:00:00+01:00\n---\n"
        f"{ANNOUNCED}\n## scheduled · 2026-11-21T12:00:00+00:00\nThe disks come later.\n\n"
        "The time has changed. Planned now: 6 Dec 2026, 02:00 (Europe/Berlin) to 6 Dec 2026, 03:00 (Europe/Berlin).\n"
    )
    publish(site, load_project(site), day + HOUR)
    summary = json.loads((site.status_output / "api/v2/summary.json").read_text(encoding="utf-8"))
    [work] = summary["scheduled_maintenances"]
    assert work["scheduled_for"] == "2026-12-06T01:00:00.000Z"
    assert "The disks come later." in work["incident_updates"][0]["body"]
    calendar = (site.status_output / "maintenance.ics").read_text(encoding="utf-8")
    assert "DTSTART:20261206T010000Z" in calendar


@pytest.mark.parametrize(
    ("options", "window"),
    [
        (("--for", "2h"), (BEGIN, BEGIN + 2 * HOUR)),
        (("--until", "2026-11-29T02:30"), (BEGIN, BEGIN + HOUR / 2)),
        (("--from", "2026-11-28T23:00Z"), (BEGIN - 2 * HOUR, BEGIN - HOUR)),
        (("--from", "2026-11-30T02:00", "--for", "20m"), (BEGIN + 24 * HOUR, BEGIN + 24 * HOUR + HOUR / 3)),
    ],
)
def test_what_is_not_named_stays(
    options: tuple[str, ...], window: tuple[datetime, datetime], site: Site
) -> None:
    run("move", "archives", *options, "--message", "x", at=NOW + HOUR)
    [work] = load_project(site).status.maintenances
    assert maintenance_window(work) == window


def test_front_matter_of_any_form_keeps_its_bytes(site: Site) -> None:
    head = (
        "---\r\n{title: 'It''s', components: [web], # all\r\n"
        " scheduled_for: 2026-11-29T02:00:00+01:00, 'scheduled_until': \"2026-11-29T03:00:00+01:00\"}\r\n---\r\n"
    )
    body = ANNOUNCED.replace("\n", "\r\n")
    file_of(site).write_bytes(f"{head}{body}".encode())
    run("extend", "archives", "--for", "90m", "--message", "More.", at=NOW + HOUR)
    changed = head.replace('"2026-11-29T03:00:00+01:00"', "2026-11-29T04:30:00+01:00")
    assert file_of(site).read_bytes().decode() == (
        f"{changed}{body}\r\n## scheduled · 2026-11-20T13:00:00+00:00\r\nMore.\r\n\r\n"
        "The work takes longer. It ends at the latest on 29 Nov 2026, 04:30 (Europe/Berlin).\r\n"
    )


@pytest.mark.parametrize("started", [None, BEGIN + HOUR / 6])
def test_work_that_runs_takes_longer_and_begins_when_it_began(started: datetime | None, site: Site) -> None:
    if started:
        run("start", "archives", "--message", "Now.", at=started)
    at = BEGIN + HOUR / 2
    said = run("extend", "archives", "--for", "30m", "--message", "A disk is slow.", at=at)
    assert said == f"Extended status/maintenance/{NAME}.md.\n"
    [work] = load_project(site).status.maintenances
    assert maintenance_window(work) == (started or BEGIN, BEGIN + 1.5 * HOUR)
    assert maintenance_at(work, at + HOUR / 60).status == "in_progress"
    assert maintenance_at(work, BEGIN + 1.25 * HOUR).status == "in_progress"
    assert maintenance_at(work, BEGIN + 1.5 * HOUR).status == "completed"
    run("complete", "archives", "--message", "Done.", at=BEGIN + 1.25 * HOUR)


def test_a_move_at_short_notice_and_onto_other_work_is_warned_of(site: Site) -> None:
    times = ("--from", "2026-12-06T02:00", "--for", "1h")
    run("schedule", "New disks", "--component", "web", *times, "--message", "Pages pause.")
    options = ("--from", "2026-12-06T02:30", "--message", "x", "--yes")
    code, _, err = asked("move", "archives", *options, at=NOW + HOUR)
    assert code == 0
    assert "warning maintenance-overlap: 'Faster archives' and 'New disks'" in err
    code, _, err = asked("move", "archives", "--from", "2026-11-22T02:30", *options[2:], at=NOW + 2 * HOUR)
    assert code == 0
    assert "warning maintenance-notice: Customers are told 1 day 13 hours before the work begins" in err


@pytest.mark.parametrize(
    ("arguments", "at", "words"),
    [
        (["move", "archives", "--for", "2h"], BEGIN + HOUR / 2, "The work has begun. Use `extend`"),
        (["move", "archives", "--for", "2h"], BEGIN + HOUR, "The work is over: completed."),
        (["extend", "archives", "--for", "2h"], BEGIN + HOUR, "The work is over: completed."),
        (["move", "archives", "--from", "2026-11-20T12:00"], NOW, "would have begun already. Use `start`"),
        (["move", "archives", "--for", "1h"], NOW, "This is the time that it has."),
        (
            ["extend", "archives", "--until", "2026-11-29T03:00"],
            NOW,
            "Say `complete` when it is done sooner.",
        ),
        (["extend", "nothing", "--for", "1h"], NOW, "There is no maintenance 'nothing'."),
        (
            ["record", "T", "--component", "web", "--from", "2026-11-20T12:30", "--for", "1h"],
            NOW,
            "The work is not over yet. Announce it with `schedule`.",
        ),
        (
            ["record", "T", "--component", "wbe", "--from", "2026-11-19T12:30", "--for", "1h"],
            NOW,
            "Did you mean 'web'?",
        ),
    ],
)
def test_what_cannot_be_ends_with_1_and_changes_nothing(
    arguments: list[str], at: datetime, words: str, site: Site
) -> None:
    before = fingerprint(site.root)
    code, out, err = asked(*arguments, "--message", "x", "--yes", at=at)
    assert (code, out) == (1, "")
    assert words in err
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["move", "archives", "--message", "x"], "Say the new time: with --from, --until or --for."),
        (["move", "archives", "--until", "2026-12-01T02:00", "--for", "1h"], "with --until, or with --for"),
        (["move", "archives", "--until", "2026-11-29T01:00"], "The work ends before it begins."),
        (["move", "archives", "--from", "soon"], "Expected a time such as"),
        (["move", "archives", "--for", "2h"], "Say with --message"),
        (["extend", "archives", "--message", "x"], "Say when the work ends"),
        (["extend", "archives", "--for", "1h"], "Say with --message"),
        (["record", "T", "--component", "web", "--from", "2026-11-19T02:00"], "Say when the work ends"),
        (["record", "T", "--component", "web", "--for", "1h"], "Missing option '--from'"),
        (["record", "T", "--from", "2026-11-19T02:00", "--for", "1h"], "Missing option '--component'"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(arguments: list[str], words: str, site: Site) -> None:
    before = fingerprint(site.root)
    code, out, err = asked(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    "arguments", [["move", "archives", "--for", "2h"], ["extend", "archives", "--for", "1h"]]
)
@pytest.mark.parametrize("message", ["x\n\n## completed · 2026-11-21T10:00:00+01:00\ny", " ", "a\x07"])
def test_a_message_that_would_spoil_the_file_is_refused(
    arguments: list[str], message: str, site: Site
) -> None:
    before = fingerprint(site.root)
    assert asked(*arguments, "--message", message, "--yes", at=NOW + HOUR)[:2] == (1, "")
    assert fingerprint(site.root) == before


@pytest.mark.parametrize("command", ["move", "extend"])
def test_of_work_that_repeats_the_window_is_moved_by_a_person(command: str, site: Site) -> None:
    replace(file_of(site), "---\n##", "repeats: {every: week, count: 4}\n---\n##")
    before = fingerprint(site.root)
    code, _, err = asked(command, "archives", "--for", "2h", "--message", "x", "--yes")
    assert code == 1
    assert "write an update `cancelled` with its day into the file, and announce the new time with" in err
    assert fingerprint(site.root) == before


def test_past_work_is_recorded_without_a_word_about_its_notice(site: Site) -> None:
    file_of(site).unlink()
    times = ("--from", "2026-11-18T02:00", "--until", "2026-11-18T02:40")
    said = run("record", "New disks", "--component", "web", *times, "--message", "Pages paused.")
    assert said == "Recorded status/maintenance/2026-11-18-new-disks.md.\n"
    assert (site.root / "status/maintenance/2026-11-18-new-disks.md").read_text(encoding="utf-8") == (
        '---\ntitle: "New disks"\ncomponents: [web]\nscheduled_for: 2026-11-18T02:00:00+01:00\n'
        "scheduled_until: 2026-11-18T02:40:00+01:00\n---\n"
        "## in_progress · 2026-11-18T02:00:00+01:00\nPages paused.\n\n"
        "## completed · 2026-11-18T02:40:00+01:00\nThe work is done.\n"
    )
    assert lint(site, NOW) == []
    publish(site, load_project(site), NOW)
    history = (site.status_output / "history/index.html").read_text(encoding="utf-8")
    assert "New disks" in history
    api = json.loads((site.status_output / "api/v2/scheduled-maintenances.json").read_text(encoding="utf-8"))
    [work] = api["scheduled_maintenances"]
    assert (work["status"], work["scheduled_for"]) == ("completed", "2026-11-18T01:00:00.000Z")
    assert [update["status"] for update in work["incident_updates"]] == ["completed", "in_progress"]


def test_what_is_said_of_the_new_time_is_in_the_language_of_the_site(site: Site) -> None:
    replace(site.root / "mkdocs.yml", "name: material", "name: material, language: de")
    run("move", "archives", "--for", "2h", "--message", "Länger.", at=NOW + HOUR)
    assert (
        "Geplant ist jetzt: 29. Nov. 2026, 02:00 Uhr (Europe/Berlin) bis 29. Nov. 2026, 04:00 Uhr (Europe/Berlin)."
        in text_of(site)
    )


def test_what_another_person_wrote_meanwhile_is_not_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def someone_is_faster() -> bool:
        file_of(site).write_text(f"{text_of(site)}\n", encoding="utf-8")
        return True

    monkeypatch.setattr(writing, "is_terminal", someone_is_faster)
    code, out, err = asked("move", "archives", "--for", "2h", "--message", "x", at=NOW + HOUR, answer="y\n")
    assert (code, out) == (1, "")
    assert "Until:      2026-11-29 04:00 (Europe/Berlin)" in err
    assert "was changed while the command waited" in err
    assert text_of(site).endswith("Pages pause.\n\n")
