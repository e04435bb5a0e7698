"""waypost review: what is due, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from helpers.sites import fingerprint, minimal_site, replace
from waypost.cli import main
from waypost.reading.site import Site

NOW = "2026-11-20T12:00:00+00:00"
VOTE = {"page": "start/first/", "helpful": False, "reason": "unclear", "language": "en"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    with time_machine.travel(NOW, tick=False):
        result = CliRunner().invoke(main, ["review", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def read(*arguments: str) -> Any:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def article(site: Site, name: str, front: str, title: str = "Title") -> None:
    path = site.root / "content/start" / f"{name}.md"
    path.write_text(f"---\ntitle: {title}\n{front}\n---\nText.\n", encoding="utf-8")


def votes(site: Site, *lines: dict[str, Any] | str) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (site.root / "votes.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
    return "votes.jsonl"


def test_a_site_in_order_has_nothing_due(site: Site) -> None:
    before = fingerprint(site.root)
    assert run() == (0, "Nothing is due.\n", "")
    assert read() == {"reviewed_within_days": 365, "articles": 1, "due": [], "moved": [], "votes": None}
    assert fingerprint(site.root) == before


def test_the_table_says_what_is_due_and_why(site: Site) -> None:
    (site.root / "lint.yml").write_text("reviewed_within: 30d\n", encoding="utf-8")
    article(site, "late", "reviewed: 2026-09-01\nowner: support\ncomponents: [mail]", "Late")
    article(site, "soon", "reviewed: 2026-10-22\nowner: support", "Soon")
    article(site, "never", "components: [mail]", "Never")
    log = votes(site, VOTE, {**VOTE, "helpful": True, "reason": None}, {**VOTE, "page": "start/soon/"}, "?")
    code, out, err = run("--votes", log)
    assert (code, err) == (0, "")
    text = " ".join("".join(" " if mark in "│┃━─┏┓┡┩├┤└┘┴┬┼╇┳╋" else mark for mark in out).split())
    assert text == (
        "support Article Why "
        "Late Reviewed 2026-09-01, 50 days late content/start/late.md 1 incident since, it was: Mail arrives late "
        "Soon Reviewed 2026-10-22, due in 1 day content/start/soon.md 1 of 1 said No (100%): unclear 1 "
        "Without an owner Article Why "
        "Never Never reviewed content/start/never.md 1 incident so far, it was: Mail arrives late "
        "Sign in for the first time Reviewed 2026-11-02, due in 12 days content/start/first.md "
        "1 of 2 said No (50%): unclear 1 "
        "4 of 4 articles due. Votes: 3 read, 1 line not understood. "
        "3 of them do not say when they arrived, and count as since the last review."
    )


def test_programs_read_the_same(site: Site) -> None:
    article(site, "never", "components: [mail]\nowner: support")
    found = read("--votes", votes(site, {**VOTE, "page": "start/never/", "at": "2026-11-20T10:00:00Z"}, "?"))
    assert found["votes"] == {"read": 1, "bad_lines": 1, "without_time": 0, "bytes_left_out": 0}
    assert found["due"] == [
        {
            "path": "content/start/never.md",
            "title": "Title",
            "owner": "support",
            "reviewed": None,
            "due": None,
            "days_late": 0,
            "never_reviewed": True,
            "points": 11,
            "incidents": [
                {
                    "id": "2026-10-02-mail-arrives-late",
                    "title": "Mail arrives late",
                    "started": "2026-10-02T10:00:00+02:00",
                }
            ],
            "votes": {"total": 1, "no": 1, "share": 1.0, "reasons": {"unclear": 1}},
        }
    ]


def test_one_team_sees_its_own(site: Site) -> None:
    article(site, "a", "owner: support")
    article(site, "b", "owner: billing")
    article(site, "c", "summary: x")
    assert [entry["owner"] for entry in read()["due"]] == ["billing", "support", None]
    assert [entry["path"] for entry in read("--owner", "support")["due"]] == ["content/start/a.md"]
    assert run("--owner", "suport") == (
        0,
        "Nothing is due.\n",
        "waypost: No article has the owner 'suport'. Did you mean 'support'?\n",
    )
    assert "\x1b" not in run("--owner", "\x1b[2J")[2]


@pytest.mark.parametrize(("within", "number"), [("0d", 0), ("11d", 0), ("12d", 1), ("366d", 1), ("288h", 1)])
def test_how_far_to_look_ahead_can_be_said(within: str, number: int, site: Site) -> None:
    (site.root / "lint.yml").write_text("reviewed_within: 30d\n", encoding="utf-8")
    assert len(read("--within", within)["due"]) == number


def test_what_lint_yml_excepts_is_left_alone(site: Site) -> None:
    article(site, "never", "summary: x")
    assert len(read()["due"]) == 1
    silence = "silence: [{rule: review-due, files: ['content/start/n*'], reason: News.}]\n"
    (site.root / "lint.yml").write_text(silence, encoding="utf-8")
    assert read()["due"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--within", "soon"], "Expected a duration"),
        (["--within", "-1d"], "Expected a duration"),
        (["--within", "400d"], "at most 366 days"),
        (["--votes", "gone.jsonl"], "does not exist"),
        (["--votes", "content"], "is a directory"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], words: str, site: Site) -> None:
    del site
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_a_broken_site_or_rule_file_is_told_of(site: Site) -> None:
    (site.root / "lint.yml").write_text("reviewed_withni: 30d\n", encoding="utf-8")
    code, out, err = run()
    assert (code, out) == (1, "")
    assert "lint.yml:1:1: error unknown-key" in err
    (site.root / "lint.yml").unlink()
    replace(site.root / "content/start/first.md", "[web]", "[wbe]")
    assert "unknown-component" in run()[2]


HOSTILE = {
    "escape": '"\\e[2J\\e]0;owned\\a"',
    "eight bits": '"\\x9b31mred"',
    "markup": '"[red]x[/] [link=file:///etc/passwd]y[/link] [/]"',
    "reversed": "Right to \\u200f left",
    "html": "<b>x</b>",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_title_steers_the_terminal(name: str, form: list[str], site: Site) -> None:
    article(site, "never", "components: [mail]", HOSTILE[name])
    incident = site.root / "status/incidents/2026-10-02-mail-arrives-late.md"
    replace(incident, "title: Mail arrives late", f"title: {HOSTILE[name]}")
    log = votes(site, {**VOTE, "text": "\x1b[2J"}, "\x1b[31m\x9b")
    code, out, err = run("--votes", log, *form)
    assert code == (1 if name == "escape" else 0), err
    for mark in out + err:
        assert mark == "\n" or mark.isprintable() or mark in "\u200f", repr(mark)
    if name == "markup":
        assert "[link=file:///etc/passwd]" in out


def test_a_log_of_nothing_but_noise_is_counted(site: Site) -> None:
    (site.root / "votes.jsonl").write_bytes(bytes(range(256)) * 4000)
    found = read("--votes", "votes.jsonl")["votes"]
    assert found["read"] == 0
    assert found["bad_lines"] > 0
