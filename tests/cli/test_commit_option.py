"""--commit: exactly the files that were written, and a plain sentence where git makes no commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.sites import minimal_site
from waypost.cli import main
from waypost.reading.site import Site

OPEN = (
    "incident",
    "open",
    "Pages do not open",
    "--component",
    "web",
    "--message",
    "White.",
    "--yes",
    "--commit",
)


def git(site: Site, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=site.root, capture_output=True, text=True, check=True)
    return done.stdout


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    # As in a hook: these lead elsewhere, and are not meant for the site.
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "another-index"))
    site = minimal_site(tmp_path / "site")
    monkeypatch.chdir(site.root)
    return site


@pytest.fixture
def repository(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.delenv("GIT_INDEX_FILE")
    git(site, "init", "--quiet")
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "-m", "All")
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere/index")
    return site


def changed(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.delenv("GIT_INDEX_FILE", raising=False)
    return git(site, "show", "--name-only", "--format=%s", "HEAD").split("\n")[:-1]


def test_a_commit_that_a_hook_refuses_leaves_nothing_behind_in_git(
    repository: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_INDEX_FILE")
    (repository.root / "staged.txt").write_text("staged", encoding="utf-8")
    git(repository, "add", "staged.txt")
    hook = repository.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'No commits on Sunday.' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere/index")

    code, out, err = run(*OPEN)

    assert code == 1
    assert out.startswith("Opened status/incidents/")
    assert "It is written, and there is no commit: No commits on Sunday." in err
    monkeypatch.delenv("GIT_INDEX_FILE")
    told = git(repository, "status", "--porcelain").splitlines()
    assert [line[:3] for line in told if "incidents" in line] == ["?? "], "nothing of it is staged"
    assert "A  staged.txt" in told, "what others staged still is"
    # Once the hook is content, the same file goes in with its next update.
    hook.unlink()
    code, _, err = run(
        *("incident", "update", "pages-do-not-open", "--status", "identified"),
        *("--message", "A disk.", "--yes", "--commit"),
    )
    assert (code, err) == (0, "")
    assert any(name.startswith("status/incidents/") for name in changed(repository, monkeypatch))


def test_the_commit_holds_the_incident_and_nothing_that_others_staged(
    repository: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_INDEX_FILE")
    (repository.root / "content/start/first.md").write_text("half done", encoding="utf-8")
    (repository.root / "staged.txt").write_text("staged", encoding="utf-8")
    git(repository, "add", "staged.txt", "content/start/first.md")
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere/index")

    code, out, err = run(*OPEN)

    assert (code, err) == (0, "")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert out.endswith(f"Committed as {git(repository, 'rev-parse', '--short', 'HEAD').strip()}.\n")
    [subject, gap, file] = changed(repository, monkeypatch)
    assert (subject, gap) == ("Incident: Pages do not open (investigating)", "")
    assert file.endswith("-pages-do-not-open.md")
    staged = git(repository, "diff", "--cached", "--name-only").split()
    assert staged == ["content/start/first.md", "staged.txt"], "what was staged still is"


def test_a_draft_is_committed_with_its_incident(repository: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(*OPEN)[0] == 0
    code, _, _ = run(
        "incident", "resolve", "pages", "--message", "Done.", "--draft-article", "--yes", "--commit"
    )
    assert code == 0
    [subject, _, article, incident] = changed(repository, monkeypatch)
    assert subject == "Incident: Pages do not open (resolved)"
    assert article == "content/start/known-pages-do-not-open.md"
    assert incident.startswith("status/incidents/")


def test_without_a_repository_the_file_stays_and_it_is_said(site: Site) -> None:
    code, out, err = run(*OPEN)
    assert code == 1
    assert out.startswith("Opened status/incidents/")
    assert err == "waypost: It is written, and there is no commit: this site is not in a git repository.\n"
    assert len(list((site.root / "status/incidents").glob("*-pages-do-not-open.md"))) == 1


def test_without_git_it_is_said(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run(*OPEN)
    assert (code, err) == (1, "waypost: It is written, and there is no commit: git is not installed.\n")
    assert list((site.root / "status/incidents").glob("*-pages-do-not-open.md"))


def test_a_hook_that_refuses_leaves_the_file_and_its_words(repository: Site) -> None:
    hook = repository.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'No commits on \x1b[31mFridays' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    code, _, err = run(*OPEN)
    assert code == 1
    assert err == "waypost: It is written, and there is no commit: No commits on \ufffd[31mFridays\n"
    assert list((repository.root / "status/incidents").glob("*-pages-do-not-open.md"))


def test_a_file_that_git_ignores_is_told_of(repository: Site) -> None:
    (repository.root / ".git/info/exclude").write_text("status/incidents/*\n", encoding="utf-8")
    code, _, err = run(*OPEN)
    assert code == 1
    assert "ignored" in err


def test_an_unknown_committer_is_told_what_to_set(repository: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{name}_NAME")
        monkeypatch.delenv(f"GIT_{name}_EMAIL")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    code, _, err = run(*OPEN)
    assert code == 1
    assert "git does not know who you are" in err
    assert list((repository.root / "status/incidents").glob("*-pages-do-not-open.md"))
