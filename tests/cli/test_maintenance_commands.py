"""waypost maintenance schedule, start, complete, cancel and list."""

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
from waypost.problems import errors
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGIN = timedelta(days=9, hours=-11)  # 2026-11-29, 02:00 in Berlin
NAME = "2026-11-29-faster-archives"
PLAN = ("schedule", "Faster archives", "--component", "web", "--from", "2026-11-29T02:00", "--for", "1h")
SAID = (*PLAN, "--message", "Pages pause.")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    for file in (site.root / "status/maintenance").glob("*.md"):
        file.unlink()
    monkeypatch.chdir(site.root)
    return site


def asked(*arguments: str, after: timedelta = timedelta(), answer: str = "") -> tuple[int, str, str]:
    with time_machine.travel(NOW + after, tick=False):
        result = CliRunner().invoke(main, ["maintenance", *arguments], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def run(*arguments: str, after: timedelta = timedelta()) -> tuple[int, str, str]:
    return asked(*arguments, *([] if arguments[0] == "list" else ["--yes"]), after=after)


def text_of(site: Site) -> str:
    return (site.root / "status/maintenance" / f"{NAME}.md").read_text(encoding="utf-8")


def test_work_is_told_from_its_announcement_to_its_end(site: Site) -> None:
    assert run(*SAID) == (
        0,
        f"Scheduled status/maintenance/{NAME}.md. It is shown when the status page is published.\n",
        "",
    )
    written = text_of(site)
    assert written == (
        '---\ntitle: "Faster archives"\ncomponents: [web]\n'
        "scheduled_for: 2026-11-29T02:00:00+01:00\nscheduled_until: 2026-11-29T03:00:00+01:00\n---\n"
        "## scheduled · 2026-11-20T12:00:00+00:00\nPages pause.\n"
    )
    said = run("start", "archives", "--message", "They pause now.", after=BEGIN + timedelta(minutes=5))
    assert said == (0, f"Added 'in_progress' to status/maintenance/{NAME}.md.\n", "")
    # The clock ended it after an hour; a person knows better.
    said = run("complete", NAME, "--message", "It took longer.", after=BEGIN + timedelta(minutes=90))
    assert said == (0, f"Added 'completed' to status/maintenance/{NAME}.md.\n", "")
    [work] = load_project(site).status.maintenances
    assert work.ended_at == NOW + BEGIN + timedelta(minutes=90)


def test_it_begins_and_ends_within_its_window(site: Site) -> None:
    run(*SAID)
    before = text_of(site)
    assert run("start", "archives", "--message", "Earlier.", after=BEGIN - timedelta(minutes=5))[0] == 0
    assert run("complete", "archives", "--message", "Done.", after=BEGIN + timedelta(minutes=20))[0] == 0
    assert text_of(site) == (
        f"{before}\n## in_progress · 2026-11-29T00:55:00+00:00\nEarlier.\n"
        "\n## completed · 2026-11-29T01:20:00+00:00\nDone.\n"
    )
    [work] = load_project(site).status.maintenances
    assert work.ended_at == NOW + BEGIN + timedelta(minutes=20)
    assert errors(lint(site, NOW + BEGIN)) == []


def test_what_has_not_begun_can_be_called_off(site: Site) -> None:
    run(*SAID)
    assert run("cancel", "archives", "--message", "Another way was found.", after=timedelta(days=1)) == (
        0,
        f"Added 'cancelled' to status/maintenance/{NAME}.md.\n",
        "",
    )
    assert text_of(site).endswith("## cancelled · 2026-11-21T12:00:00+00:00\nAnother way was found.\n")
    later = timedelta(days=2)
    assert run("list", after=later) == (0, "No maintenance is planned.\n", "")
    assert "cancelled" in run("list", "--all", after=later)[1]
    code, _, err = run("start", "archives", "--message", "x", after=later)
    assert code == 1
    assert "The work is over: cancelled. Announce new work with `schedule`." in err


@pytest.mark.parametrize(
    ("step", "after", "words"),
    [
        ("complete", timedelta(days=1), "The work has not begun. Say `cancel` to call it off"),
        ("start", BEGIN + timedelta(hours=1), "The time of the work is over."),
        ("cancel", BEGIN + timedelta(days=9), "The time of the work is over."),
    ],
)
def test_a_step_that_does_not_fit_the_clock_is_refused(
    step: str, after: timedelta, words: str, site: Site
) -> None:
    run(*SAID)
    before = fingerprint(site.root)
    code, out, err = run(step, "archives", "--message", "x", after=after)
    assert (code, out) == (1, "")
    assert words in err
    assert f"status/maintenance/{NAME}.md:1:1: error incident-order" in err
    assert fingerprint(site.root) == before


def test_work_can_be_called_off_while_it_runs(site: Site) -> None:
    run(*SAID)
    assert (
        run("cancel", "archives", "--message", "It does not fit.", after=BEGIN + timedelta(minutes=5))[0] == 0
    )
    [work] = load_project(site).status.maintenances
    assert work.ended_at == NOW + BEGIN + timedelta(minutes=5)


def test_what_was_said_is_not_said_twice(site: Site) -> None:
    run(*SAID)
    minutes = [BEGIN + timedelta(minutes=number) for number in range(10)]
    assert run("start", "archives", "--message", "Now.", after=minutes[1])[0] == 0
    assert "The work has begun already." in run("start", "archives", "--message", "Now.", after=minutes[2])[2]
    assert run("complete", "archives", "--message", "Done.", after=minutes[3])[0] == 0
    before = fingerprint(site.root)
    for step in ("start", "complete", "cancel"):
        assert "The work is over: completed." in run(step, "archives", "--message", "x", after=minutes[4])[2]
    assert fingerprint(site.root) == before


def test_short_notice_and_other_work_at_the_time_are_warned_of(site: Site) -> None:
    run(*SAID)
    code, out, err = run(
        *("schedule", "Moving mail", "--component", "web", "--component", "mail"),
        *("--from", "2026-11-29T01:30", "--until", "2026-11-29T02:30", "--message", "Mail waits."),
        after=BEGIN - timedelta(hours=10),
    )
    assert code == 0
    assert out.startswith("Scheduled status/maintenance/2026-11-29-moving-mail.md.")
    assert "warning maintenance-notice: Customers are told 9 hours 30 minutes before" in err
    assert "warning maintenance-overlap: " in err
    assert "work on 'web' at the same time" in err


def test_a_rule_that_lint_yml_turns_off_says_nothing(site: Site) -> None:
    (site.root / "lint.yml").write_text(
        "rules:\n  maintenance-notice: {level: 'off', reason: We tell by phone.}\n", encoding="utf-8"
    )
    assert run(*SAID, after=BEGIN - timedelta(hours=10))[2] == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (PLAN, "Say with --message"),
        (("schedule", "T", "--component", "web", "--message", "x"), "Missing option '--from'"),
        ((*SAID, "--until", "2026-11-29T03:00"), "with --until, or with --for"),
        (
            ("schedule", "T", "--component", "web", "--from", "2026-11-29T02:00"),
            "with --until, or with --for",
        ),
        ((*SAID[:4], "--from", "2026-11-29T02:00", "--until", "2026-11-29T02:00"), "ends before it begins"),
        ((*SAID[:4], "--from", "soon", "--for", "1h"), "Invalid value for '--from': Expected a time such as"),
        ((*SAID[:4], "--from", "2026-11-29T02:00", "--until", "2027-03-28T02:30"), "there is no such time"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(
    arguments: tuple[str, ...], words: str, site: Site
) -> None:
    before = fingerprint(site.root)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in " ".join(err.split())
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*SAID[:3], "wbe", *SAID[4:]), "Did you mean 'web'?"),
        ((*SAID[:-1], "a\n## completed · 2026-11-29T03:00:00+01:00\nb"), "holds a second update"),
        ((*SAID[:5], "2026-11-01T02:00", *SAID[6:]), "The work would be over already."),
        (("start", "gone", "--message", "x"), "There is no maintenance 'gone'."),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_changes_nothing(
    arguments: tuple[str, ...], words: str, site: Site
) -> None:
    before = fingerprint(site.root)
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert words in err
    assert fingerprint(site.root) == before


def test_the_same_work_on_one_day_is_announced_beside_the_first(site: Site) -> None:
    run(*SAID)
    (first,) = (site.root / "status/maintenance").glob("*.md")
    before = first.read_bytes()
    assert run(*SAID)[0] == 0
    names = sorted(path.stem for path in (site.root / "status/maintenance").glob("*.md"))
    assert names == [first.stem, f"{first.stem}-2"]
    assert first.read_bytes() == before


def test_it_is_shown_and_asked_about(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(site.root)
    assert asked(*SAID)[0] == 2, "nobody can be asked"
    monkeypatch.setattr(writing, "is_terminal", lambda: True)
    code, _, err = asked(*SAID, answer="\n")
    assert code == 1
    for line in (
        "Faster archives",
        "  From:       2026-11-29 02:00 (Europe/Berlin)",
        "  Until:      2026-11-29 03:00 (Europe/Berlin)",
        "  Components: Web pages",
        "  Status:     scheduled, 2026-11-20 13:00 (Europe/Berlin)",
        "  Pages pause.",
        f"  Page:       https://help.example.org/status/maintenance/{NAME}/",
    ):
        assert line in err.split("\n")
    assert fingerprint(site.root) == before


def test_work_is_listed_for_people_and_programs(site: Site) -> None:
    del site
    assert run("list", "--all") == (0, "There is no maintenance.\n", "")
    run(*SAID)
    assert "Faster archives" in run("list")[1]
    assert json.loads(run("list", "--json")[1]) == [
        {
            "id": NAME,
            "title": "Faster archives",
            "status": "scheduled",
            "components": ["web"],
            "articles": [],
            "scheduled_for": "2026-11-29T02:00:00+01:00",
            "scheduled_until": "2026-11-29T03:00:00+01:00",
            "updated": "2026-11-20T12:00:00+00:00",
        }
    ]
    [entry] = json.loads(run("list", "--json", after=BEGIN)[1])
    assert entry["status"] == "in_progress", "the clock moves it on"
    assert run("list", after=BEGIN + timedelta(hours=1))[1] == "No maintenance is planned.\n"


def test_the_list_has_the_times_of_the_page_and_names_their_zone(site: Site) -> None:
    run(*SAID)
    out = run("list")[1]
    assert "2026-11-29 02:00" in out
    assert out.endswith("Times in Europe/Berlin.\n")


def test_work_that_nobody_can_read_of_yet_is_listed_as_such(site: Site) -> None:
    run(*SAID, after=timedelta(days=2))
    assert run("list") == (0, "No maintenance is planned.\n", "")
    assert "not published yet" in run("list", "--all")[1]


def test_of_work_that_repeats_a_person_says_which_window_is_meant(site: Site) -> None:
    run(*SAID)
    replace(
        site.root / "status/maintenance" / f"{NAME}.md",
        "---\n##",
        "repeats: {every: week, count: 4}\n---\n##",
    )
    before = fingerprint(site.root)
    code, _, err = run("cancel", "archives", "--message", "x")
    assert code == 1
    assert "This work repeats. Write the update into its file" in err
    assert fingerprint(site.root) == before
    assert len(json.loads(run("list", "--json")[1])) == 4
