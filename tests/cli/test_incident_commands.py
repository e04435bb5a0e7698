"""waypost incident open, update, resolve and list."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from helpers.sites import fingerprint, minimal_site, replace
from waypost.cli import main, writing
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "2026-11-20-pages-do-not-open"
WRITING = ("open", "update", "resolve")
OPEN = ("open", "Pages do not open", "--component", "web")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str, minutes: int = 0) -> tuple[int, str, str]:
    return asked(*arguments, *(["--yes"] if arguments[0] in WRITING else []), minutes=minutes)


def asked(*arguments: str, minutes: int = 0, answer: str = "") -> tuple[int, str, str]:
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        result = CliRunner().invoke(main, ["incident", *arguments], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def text_of(site: Site) -> str:
    return (site.root / "status/incidents" / f"{NAME}.md").read_text(encoding="utf-8")


def test_an_incident_is_told_from_its_beginning_to_its_end(site: Site) -> None:
    said = run(
        *OPEN, "--impact", "major", "--state", "major_outage", "--message", "White.", "--next-update", "30m"
    )
    assert said == (
        0,
        f"Opened status/incidents/{NAME}.md. It is shown when the status page is published.\n",
        "",
    )
    said = run("update", "pages", "--status", "identified", "--message", "A disk.", minutes=5)
    assert said == (0, f"Added 'identified' to status/incidents/{NAME}.md.\n", "")
    said = run("resolve", NAME, "--message", "Done.", "--draft-article", minutes=9)
    assert said == (
        0,
        f"Resolved status/incidents/{NAME}.md.\n"
        "Drafted content/start/known-pages-do-not-open.md. Read it, then remove `draft: true` to publish it.\n",
        "",
    )
    assert text_of(site) == (
        '---\ntitle: "Pages do not open"\nimpact: major\ncomponents: {web: major_outage}\n'
        "articles: [start/known-pages-do-not-open.md]\n---\n"
        "## investigating · 2026-11-20T12:00:00+00:00\nWhite.\n\nNext update by 2026-11-20T12:30:00+00:00.\n\n"
        "## identified · 2026-11-20T12:05:00+00:00\nA disk.\n\n"
        "## resolved · 2026-11-20T12:09:00+00:00\nDone.\n"
    )


def test_new_incident_starts_the_same_file_with_words_to_replace(site: Site) -> None:
    with time_machine.travel(NOW, tick=False):
        arguments = ["new", "incident", "Pages do not open", "--component", "web"]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    head, _, body = text_of(site).partition("## investigating · 2026-11-20T12:00:00+00:00\n")
    assert head == '---\ntitle: "Pages do not open"\nimpact: minor\ncomponents: {web: partial_outage}\n---\n'
    assert body.startswith("Say what customers see")


def test_what_has_to_be_added_by_hand_is_said(site: Site) -> None:
    run(*OPEN, "--message", "White.")
    replace(site.root / "status/incidents" / f"{NAME}.md", "impact:", "articles: [start/first.md]\nimpact:")
    _, out, _ = run(
        "resolve", "pages", "--message", "Done.", "--draft-article", "--category", "start", minutes=9
    )
    assert out.endswith(
        "To show it with the incident, add start/known-pages-do-not-open.md to `articles` in "
        f"status/incidents/{NAME}.md.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["open", "T"], "Say with --message"),
        (["open", "T", "--component", "web"], "Say with --message"),
        (["open", "T", "--component", "web", "--impact", "huge", "--message", "x"], "'huge' is not one of"),
        (["open", "T", "--component", "web", "--state", "operational", "--message", "x"], "is not one of"),
        (
            ["open", "T", "--component", "web", "--message", "x", "--next-update", "soon"],
            "Expected a duration",
        ),
        (["update", "mail", "--component", "mail", "--message", "x"], "Say how 'mail' is"),
        (["update", "mail", "--status", "scheduled", "--message", "x"], "'scheduled' is not one of"),
        (["update", "mail", "--status", "postmortem"], "Say with --message"),
        (["resolve", "mail", "--message", "x", "--category", "start"], "needs --draft-article"),
        (["close", "mail"], "No such command 'close'"),
    ],
)
def test_wrong_usage_ends_with_2_and_changes_nothing(arguments: list[str], words: str, site: Site) -> None:
    before = fingerprint(site.root)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*OPEN[:3], "wbe", "--message", "x"], "Did you mean 'web'?"),
        (["update", "gone", "--status", "monitoring", "--message", "x"], "There is no incident 'gone'."),
        (["resolve", "mail", "--message", "x"], "The incident is resolved already"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_changes_nothing(
    arguments: list[str], words: str, site: Site
) -> None:
    before = fingerprint(site.root)
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert words in err
    assert fingerprint(site.root) == before


def test_the_same_title_twice_on_one_day_is_a_second_incident(site: Site) -> None:
    run(*OPEN, "--message", "White.")
    files = {path: path.read_bytes() for path in (site.root / "status/incidents").glob("*.md")}
    code, out, _ = run(*OPEN, "--message", "White again.")
    assert code == 0
    (second,) = {*(site.root / "status/incidents").glob("*.md")} - {*files}
    assert second.stem.endswith("-2")
    assert second.name in out
    assert {path: path.read_bytes() for path in files} == files


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> Path:
    """Let $EDITOR be a program that keeps what it was given and writes something else."""
    script = tmp_path / "editor.py"
    keep = "import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\n"
    keep += f"pathlib.Path({str(tmp_path / 'given')!r}).write_bytes(file.read_bytes())\n"
    script.write_text(keep + program, encoding="utf-8")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(writing, "is_terminal", lambda: True)
    return tmp_path / "given"


def test_at_a_terminal_the_editor_asks_for_the_message(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another time than now, as an editor is trusted to have saved only then.
    program = "import os\ntext = file.read_text()\nfile.write_text('One.\\n\\nTwo.' + text)\nos.utime(file, (1, 1))\n"
    given = editor(tmp_path, monkeypatch, program)
    assert run(*OPEN)[0] == 0
    assert "Pages do not open: investigating" in given.read_text(encoding="utf-8")
    assert run("update", "pages", "--status", "monitoring", minutes=5)[0] == 0
    assert "Pages do not open: monitoring" in given.read_text(encoding="utf-8")
    assert run("resolve", "pages", minutes=6)[0] == 0
    assert text_of(site).count("\nOne.\n\nTwo.\n") == 3
    assert "left out" not in text_of(site)


@pytest.mark.parametrize("program", ["", "import os\nfile.write_text(' \\n')\nos.utime(file, (1, 1))\n"])
def test_an_editor_left_without_a_word_changes_nothing(
    program: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, program)
    before = fingerprint(site.root)
    assert run(*OPEN) == (1, "", "waypost: The message is empty; nothing was changed.\n")
    assert fingerprint(site.root) == before


def test_nobody_is_asked_about_an_incident_that_is_not_there(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del site
    given = editor(tmp_path, monkeypatch, "")
    assert run("resolve", "gone")[0] == 1
    assert not given.exists()


def test_open_incidents_are_listed_and_all_if_asked_for(site: Site) -> None:
    del site
    assert run("list") == (0, "No incident is open.\n", "")
    assert "Mail arrives late" in run("list", "--all")[1]
    run(*OPEN, "--message", "White.")
    out = run("list")[1]
    assert "Pages do not open" in out
    assert NAME in out
    assert "Mail" not in out
    assert run("list", "--all")[1].index("Pages") < run("list", "--all")[1].index("Mail")


def test_the_list_has_the_times_of_the_page_and_names_their_zone(site: Site) -> None:
    replace(site.root / "status/status.yml", "time_zone: Europe/Berlin", "time_zone: Asia/Tokyo")
    run(*OPEN, "--message", "White.")
    out = run("list")[1]
    assert "2026-11-20 21:00" in out
    assert out.endswith("Times in Asia/Tokyo.\n")
    (site.root / "status/incidents" / f"{NAME}.md").write_text(
        text_of(site).replace("2026-11-20T", "2026-11-22T"), encoding="utf-8"
    )
    assert run("list")[1] == "No incident is open.\n"
    assert "not published yet" in run("list", "--all")[1]


def test_programs_read_the_list(site: Site) -> None:
    (site.root / "status/incidents/2026-10-02-mail-arrives-late.md").unlink()
    assert json.loads(run("list", "--all", "--json")[1]) == []
    assert run("list", "--all")[1] == "There is no incident.\n"
    run(*OPEN, "--message", "White.")
    assert json.loads(run("list", "--json")[1]) == [
        {
            "id": NAME,
            "title": "Pages do not open",
            "status": "investigating",
            "impact": "minor",
            "components": {"web": "partial_outage"},
            "articles": [],
            "started": "2026-11-20T12:00:00+00:00",
            "updated": "2026-11-20T12:00:00+00:00",
            "resolved": None,
        }
    ]


@pytest.mark.parametrize("title", ['"\\x9b31m red"', '"[red]x[/] [/]"'])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_title_steers_the_terminal(title: str, form: list[str], site: Site) -> None:
    file = site.root / "status/incidents/2026-10-02-mail-arrives-late.md"
    replace(file, "title: Mail arrives late", f"title: {title}")
    code, out, _ = run("list", "--all", *form)
    assert code == 0
    assert all(mark == "\n" or mark.isprintable() for mark in out)
    assert "[red]x[/] [/]" in out or "x9b" in title
    for arguments in (
        ("update", "\x1b[2J", "--status", "resolved", "--message", "x"),
        ("resolve", "\x9bx", "--message", "x"),
    ):
        code, _, err = run(*arguments)
        assert code == 1
        assert all(mark == "\n" or mark.isprintable() for mark in err), err


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "is_terminal", lambda: True)


def test_what_will_be_published_is_shown_and_asked_about(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    before = fingerprint(site.root)
    words = ("--message", "They stay *white*.\n\nAll of them.", "--next-update", "30m", "--impact", "major")
    code, out, err = asked(*OPEN, *words, answer="n\n")
    assert (code, out) == (1, "")
    assert err == (
        "Pages do not open\n\n"
        "  Impact:     major\n"
        "  Components: Web pages (partial_outage)\n"
        "  Status:     investigating, 2026-11-20 13:00 (Europe/Berlin)\n\n"
        "  They stay *white*.\n\n  All of them.\n\n"
        "  Next update by 2026-11-20 13:30 (Europe/Berlin)\n\n"
        f"  Page:       https://help.example.org/status/incidents/{NAME}/\n\n"
        "Write this? [y/N]: n\nwaypost: Nothing was changed.\n"
    )
    assert fingerprint(site.root) == before
    assert asked(*OPEN, *words, answer="y\n")[0] == 0
    assert "They stay *white*." in text_of(site)


@pytest.mark.parametrize(
    "arguments",
    [
        [*OPEN, "--message", "x"],
        ["update", "mail", "--status", "postmortem", "--message", "x"],
    ],
)
def test_where_nobody_can_be_asked_yes_must_be_said(arguments: list[str], site: Site) -> None:
    before = fingerprint(site.root)
    code, out, err = asked(*arguments)
    assert (code, out) == (2, "")
    assert "There is no terminal to ask on. Say --yes if it may be written." in err
    assert fingerprint(site.root) == before


def test_what_another_person_wrote_meanwhile_is_not_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*OPEN, "--message", "White.")
    file = site.root / "status/incidents" / f"{NAME}.md"

    def someone_is_faster() -> bool:
        file.write_text(
            text_of(site) + "\n## identified · 2026-11-20T12:04:00+00:00\nA disk.\n", encoding="utf-8"
        )
        return True

    monkeypatch.setattr(writing, "is_terminal", someone_is_faster)
    code, out, err = asked("resolve", "pages", "--message", "Done.", minutes=5, answer="y\n")
    assert (code, out) == (1, "")
    assert "was changed while the command waited" in err
    assert text_of(site).endswith("A disk.\n")


def test_the_preview_cannot_steer_the_terminal(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    del site
    at_a_terminal(monkeypatch)
    _, _, err = asked(*OPEN, "--message", "safe \u202e evil", answer="n\n")
    assert "\u202e" not in err
    assert "safe \ufffd evil" in err


def test_the_editor_advises_by_impact_and_starts_with_the_words_of_the_site(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = editor(tmp_path, monkeypatch, "import os\nos.utime(file, (1, 1))\n")
    run(*OPEN, "--impact", "critical")
    above, mark, below = given.read_text(encoding="utf-8").partition("<!-- Write above")
    assert above.strip() == ""
    assert mark
    assert "Say whether their data are safe" in below
    own = site.root / "status/templates/incidents/major.md"
    own.parent.mkdir(parents=True)
    own.write_text("We are sorry. Since … you cannot …\n", encoding="utf-8")
    before = fingerprint(site.root)
    code, _, err = run(*OPEN, "--impact", "major")
    assert given.read_text(encoding="utf-8").startswith("We are sorry.")
    assert (code, err) == (1, "waypost: The message is empty; nothing was changed.\n"), (
        "nobody has touched it"
    )
    assert fingerprint(site.root) == before


def test_new_incident_takes_the_words_of_its_impact(site: Site) -> None:
    with time_machine.travel(NOW, tick=False):
        arguments = ["new", "incident", "Pages do not open", "--component", "web", "--impact", "critical"]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    assert "impact: critical" in text_of(site)
    assert "Say whether their data are safe" in text_of(site)
