from __future__ import annotations

import os
import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest

from helpers.repositories import Repository, day
from waypost.help.io.git_dates import GitDates, read_git_dates
from waypost.help.rules.feed_items import ArticleDates

LONG = "".join(f"Line {number} of a text that stays.\n" for number in range(20))


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


def dates(first: int | datetime | None, last: int | datetime) -> ArticleDates:
    def moment(value: int | datetime | None) -> datetime | None:
        return day(value) if isinstance(value, int) else value

    return ArticleDates(moment(first), moment(last))


def known(site: Repository) -> dict[str, ArticleDates]:
    found = read_git_dates(site.root)
    assert found.warning == ""
    return dict(found.dates)


def test_the_first_and_the_last_commit_of_each_file(site: Repository) -> None:
    site.commit(day(2), a="1", b="1")
    site.commit(day(5), a="2")
    site.commit(day(9), a="3", c="1")
    assert known(site) == {"a.md": dates(2, 9), "b.md": dates(2, 2), "c.md": dates(9, 9)}


def test_what_was_not_committed_has_no_date_and_changes_none(site: Repository) -> None:
    site.commit(day(2), a="1")
    site.write("a.md", "changed")
    site.write("new.md", "new")
    site.git("add", "content/new.md")
    assert known(site) == {"a.md": dates(2, 2)}


def test_a_renamed_file_is_the_same_article_through_all_its_names(site: Repository) -> None:
    site.commit(day(2), a=LONG)
    site.git("mv", "content/a.md", "content/b.md")
    site.commit(day(4))
    site.commit(day(5), b=LONG + "More.\n")
    (site.root / "content/deep").mkdir()
    site.git("mv", "content/b.md", "content/deep/c.md")
    site.commit(day(7))
    assert known(site) == {"deep/c.md": dates(2, 7)}


def test_a_file_that_got_the_name_of_a_renamed_one_begins_by_itself(site: Repository) -> None:
    site.commit(day(2), a=LONG)
    site.git("mv", "content/a.md", "content/b.md")
    site.commit(day(4))
    site.commit(day(6), a="Something else altogether.\n")
    assert known(site) == {"b.md": dates(2, 4), "a.md": dates(6, 6)}


def test_a_file_that_had_the_new_name_before_is_another_one(site: Repository) -> None:
    site.commit(day(1), b="Something else altogether.\n")
    (site.root / "content/b.md").unlink()
    site.commit(day(2), a=LONG)
    site.git("mv", "content/a.md", "content/b.md")
    site.commit(day(4))
    assert known(site)["b.md"] == dates(2, 4)


def test_a_rename_back_is_followed(site: Repository) -> None:
    site.commit(day(1), a=LONG)
    for at, old, new in ((2, "a", "b"), (3, "b", "a")):
        site.git("mv", f"content/{old}.md", f"content/{new}.md")
        site.commit(day(at))
    assert known(site) == {"a.md": dates(1, 3)}


def test_a_file_that_was_deleted_and_restored_keeps_its_beginning(site: Repository) -> None:
    site.commit(day(1), a=LONG)
    (site.root / "content/a.md").unlink()
    site.commit(day(2))
    site.commit(day(3), a=LONG)
    assert known(site) == {"a.md": dates(1, 3)}


def test_a_merge_keeps_the_dates_of_what_it_brings(site: Repository) -> None:
    site.commit(day(1), a="1")
    site.git("checkout", "--quiet", "-b", "side")
    site.commit(day(3), b="1")
    site.git("checkout", "--quiet", "main")
    site.commit(day(4), a="2")
    site.git("merge", "--quiet", "--no-edit", "side", at=day(8))
    assert known(site) == {"a.md": dates(1, 4), "b.md": dates(3, 3)}


def test_a_rename_on_one_branch_and_an_edit_on_another_are_one_article(site: Repository) -> None:
    site.commit(day(1), a=LONG)
    site.git("checkout", "--quiet", "-b", "side")
    site.commit(day(5), a=LONG + "An edit.\n")
    site.git("checkout", "--quiet", "main")
    site.git("mv", "content/a.md", "content/b.md")
    site.commit(day(3))
    site.git("merge", "--quiet", "--no-edit", "side", at=day(8))
    assert known(site)["b.md"].first == day(1)


def test_a_commit_older_than_its_parent_does_not_turn_time_round(site: Repository) -> None:
    site.commit(day(9), a="1")
    site.commit(day(4), a="2")
    assert known(site) == {"a.md": dates(9, 9)}


HOSTILE = (
    *(
        "with space.md",
        "tab\there.md",
        "new\nline.md",
        '"quoted".md',
        "ü-ß-🚀.md",
        "-dash.md",
        "@123 grafted.md",
    ),
    *("R100", "A", "back\\slash.md", ":(exclude)x.md", "\x1b[31mred.md"),
)


def test_names_of_files_may_be_anything(site: Repository) -> None:
    for name in HOSTILE:
        site.write(name, f"{name}\n{LONG}")
    Path(os.fsdecode(os.fsencode(site.root / "content") + b"/not-utf8-\xff.md")).write_text("x")
    site.commit(day(2))
    site.git("mv", "content/with space.md", "content/R")
    site.commit(day(3))
    names = {*HOSTILE, "R", os.fsdecode(b"not-utf8-\xff.md")} - {"with space.md"}
    assert set(known(site)) == names
    assert known(site)["R"] == dates(2, 3)


def test_a_site_inside_of_a_larger_repository_sees_its_own_files(tmp_path: Path) -> None:
    whole = Repository(tmp_path)
    site = Repository.__new__(Repository)
    site.root = tmp_path / "help"
    site.write("a.md", LONG)
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("another")
    whole.commit(day(2))
    (tmp_path / "help/content/moved-in.md").write_bytes((tmp_path / "content/a.md").read_bytes())
    whole.commit(day(3))
    assert known(site) == {"a.md": dates(2, 2), "moved-in.md": dates(3, 3)}


def test_a_shallow_clone_knows_only_what_is_later_than_its_edge(site: Repository) -> None:
    site.commit(day(1), old="1", edited="1")
    site.git("branch", "grafted")
    site.commit(day(2), at_the_edge="1")
    site.commit(day(3), edited="2", new="1")
    clone = Repository(site.root.parent / "clone")
    clone.git("fetch", "--quiet", "--depth=2", f"file://{site.root}", "main")
    clone.git("checkout", "--quiet", "FETCH_HEAD")
    found = read_git_dates(clone.root)
    assert found.dates == {"edited.md": dates(None, 3), "new.md": dates(3, 3)}
    assert "git fetch --unshallow" in found.warning


def test_a_branch_or_tag_may_be_called_like_the_mark_of_a_shallow_clone(site: Repository) -> None:
    site.commit(day(1), a="1")
    site.git("branch", "grafted")
    site.git("tag", "grafted")
    assert known(site) == {"a.md": dates(1, 1)}


def no_git(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    del site
    monkeypatch.setenv("PATH", os.devnull)


def no_repository(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    shutil.rmtree(site.root / ".git")


def no_content(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    shutil.rmtree(site.root / "content")


def no_commit(site: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    no_repository(site, monkeypatch)
    site.git("init", "--quiet")


@pytest.mark.parametrize("lack", [no_git, no_repository, no_content, no_commit])
def test_a_site_without_history_is_in_order(
    lack: object, site: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.commit(day(1), a="1")
    assert callable(lack)
    lack(site, monkeypatch)
    assert read_git_dates(site.root) == GitDates()


def broken_head(site: Repository) -> None:
    (site.root / ".git/refs/heads/main").write_text("1" * 40 + "\n")


def broken_config(site: Repository) -> None:
    (site.root / ".git/config").write_text("[core\n")


@pytest.mark.parametrize("damage", [broken_head, broken_config])
def test_a_repository_that_git_cannot_read_is_told_of(damage: object, site: Repository) -> None:
    site.commit(day(1), a="1")
    assert callable(damage)
    damage(site)
    found = read_git_dates(site.root)
    assert found.dates == {}
    assert found.warning.startswith("git tells no dates of content/: ")
    assert "\n" not in found.warning


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


STRANGE = {
    # What a stand-in for git does, the dates that are kept of it, and some words of the warning.
    "owned by somebody else": (
        "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128",
        {},
        "git tells no dates of content/: fatal: detected dubious ownership in repository at '/x'",
    ),
    "fails without a word": ("exit 3", {}, "exit code 3"),
    "dies in the middle": (
        r"printf '@1793577600 \0\nM\0a.md\0A\0cut'; exit 128",
        {"a.md": dates(None, datetime.fromisoformat("2026-11-02T00:00:00+00:00"))},
        "exit code 128",
    ),
    "hangs": (
        r"printf '@1793577600 \0\nA\0a.md\0'; exec sleep 60",
        {"a.md": dates(*[datetime.fromisoformat("2026-11-02T00:00:00+00:00")] * 2)},
        "too long to read",
    ),
    "never ends": ("exec yes", {}, "too long to read"),
    "speaks another language": (r"printf 'hello\0world\0@x\0'", {}, "in a form that Waypost cannot read"),
    "tells impossible times": (
        r"printf '@-5 \0\nA\0a.md\0\0@99999999999999 \0\nA\0b.md\0'",
        {"a.md": ArticleDates(), "b.md": ArticleDates()},
        "",
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_git_that_misbehaves_costs_no_more_than_dates(
    name: str, site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, expected, words = STRANGE[name]
    site.commit(day(1), a="1")
    stand_in(tmp_path / "bin", script, monkeypatch)
    found = read_git_dates(site.root, timeout=1, max_bytes=100_000)
    kept = {path: each for path, each in found.dates.items() if path.endswith(".md")}
    assert kept == expected
    assert words in found.warning
    assert bool(words) == bool(found.warning)


def test_a_program_that_is_none_costs_no_more_than_dates(
    site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.commit(day(1), a="1")
    stand_in(tmp_path / "bin", "", monkeypatch)
    (tmp_path / "bin/git").write_bytes(b"\x7fELF")
    found = read_git_dates(site.root)
    assert found.dates == {}
    assert found.warning.startswith("git cannot be started")


def test_neither_environment_nor_settings_lead_git_elsewhere(
    site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.commit(day(2), a=LONG)
    site.git("mv", "content/a.md", "content/b.md")
    site.commit(day(3))
    other = Repository(tmp_path / "other")
    other.commit(day(20), a="other", x="other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.setenv("GIT_TRACE", "1")
    settings = {
        "log.showRoot": "false",
        "diff.renames": "false",
        "color.ui": "always",
        "log.decorate": "full",
        "format.pretty": "fuller",
        "diff.relative": "false",
        "core.quotePath": "true",
        "log.follow": "true",
        "diff.noprefix": "true",
        "log.showSignature": "true",
        "diff.external": "/bin/false",
    }
    for key, value in settings.items():
        site.git("config", key, value)
    assert known(site) == {"b.md": dates(2, 3)}
