"""What git tells of pages that were moved, on a branch, on its target, and where git knows too little."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.repositories import Repository, day
from waypost.lint.io.moved_files import moved_files

LONG = "".join(f"Line {number} of a text that stays.\n" for number in range(20))


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    site = Repository(tmp_path / "site")
    site.commit(day(1), a=LONG, b=LONG.replace("stays", "is another one"), c="x")
    return site


def move(site: Repository, old: str, new: str) -> None:
    site.git("mv", f"content/{old}.md", f"content/{new}.md")


def test_a_branch_is_compared_with_where_it_began(site: Repository) -> None:
    site.git("checkout", "--quiet", "-b", "edit")
    move(site, "a", "d")
    site.commit(day(2))
    site.git("rm", "--quiet", "content/c.md")
    site.commit(day(3), e="new")
    assert moved_files(site.root) == {"a.md": "d.md", "c.md": ""}
    site.git("checkout", "--quiet", "main")
    site.git("rm", "--quiet", "content/b.md")
    site.commit(day(4))
    site.git("checkout", "--quiet", "edit")
    assert moved_files(site.root) == {"a.md": "d.md", "c.md": ""}, "what others delete is theirs"


def test_on_the_branch_itself_the_last_commit_and_what_is_not_committed(site: Repository) -> None:
    move(site, "a", "d")
    assert moved_files(site.root) == {"a.md": "d.md"}, "there is one commit only"
    site.commit(day(2))
    move(site, "b", "f")
    assert moved_files(site.root) == {"a.md": "d.md", "b.md": "f.md"}
    site.commit(day(3))
    site.commit(day(4), g="new")
    assert moved_files(site.root) == {}


def test_a_host_names_the_branch_that_a_request_is_for(
    site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.git("branch", "trunk")
    move(site, "a", "d")
    site.commit(day(2))
    site.commit(day(3), g="new")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(site.root), str(clone)], check=True)
    assert moved_files(clone) == {}
    monkeypatch.setenv("GITHUB_BASE_REF", "trunk")
    assert moved_files(clone) == {"a.md": "d.md"}


def test_half_a_history_and_no_git_say_nothing(
    site: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(site, "a", "d")
    site.commit(day(2))
    shallow = tmp_path / "shallow"
    command = ["git", "clone", "--quiet", "--depth=1", f"file://{site.root}", str(shallow)]
    subprocess.run(command, check=True)
    assert moved_files(shallow) == {}
    assert moved_files(tmp_path / "nowhere") == {}
    (tmp_path / "plain/content").mkdir(parents=True)
    assert moved_files(tmp_path / "plain") == {}
    monkeypatch.setenv("PATH", "")
    assert moved_files(site.root) == {}


def test_a_site_in_a_folder_of_a_repository_knows_its_own_paths(tmp_path: Path) -> None:
    site = Repository(tmp_path / "whole")
    nested = site.root / "help/content"
    nested.mkdir(parents=True)
    (nested / "a.md").write_text(LONG)
    (nested / "draft.md").write_text("---\ntitle: D\ndraft: true\n---\n")
    site.commit(day(1))
    site.git("mv", "help/content/a.md", "help/content/ä b.md")
    site.git("rm", "--quiet", "help/content/draft.md")
    site.commit(day(2))
    assert moved_files(site.root / "help") == {"a.md": "ä b.md"}
