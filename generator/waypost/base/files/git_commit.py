"""Make a git commit of some files and nothing else; what others have staged stays staged."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from waypost.problems import Refused

TIMEOUT = 120.0
"""Seconds for each step: hooks of the repository and a signature may take a while."""

_MEANT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG", "GIT_SSH", "GIT_EXEC_PATH")
"""Variables that say how to commit; the others say where, and a hook that calls us has its own idea of that."""


class GitRefused(Refused):
    """Git made no commit; the message says why in a sentence."""


def commit_files(root: Path, files: Sequence[Path], message: str) -> str:
    """Commit exactly these files of a site and return the short id of the commit; raises GitRefused."""
    program = shutil.which("git")
    if program is None:
        raise GitRefused("git is not installed.")
    # Names are names: a star in one of them means a star.
    git = [program, "-C", str(root), "--literal-pathspecs"]
    paths = [str(path) for path in files]
    # A file that git has never seen cannot be committed alone before it is told of; its text stays unstaged.
    new = [path for path in _run([*git, "ls-files", "-z", "--others", "--", *paths]).split("\0") if path]
    _run([*git, "add", "--intent-to-add", "--", *paths])
    try:
        _run([*git, "commit", "--quiet", "--only", f"--message={message}", "--", *paths])
    except GitRefused:
        # What git was told of for this commit alone must not be left for the next one.
        if new:
            with suppress(GitRefused):
                _run([*git, "rm", "--cached", "--force", "--quiet", "--", *new])
        raise
    return _run([*git, "rev-parse", "--short", "HEAD"]).strip()


def _run(command: list[str]) -> str:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_MEANT)
    }
    try:
        done = subprocess.run(  # noqa: S603  # a list of words, no shell, paths after `--` only
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            env={**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
        )
    except subprocess.TimeoutExpired:
        raise GitRefused(f"git did not answer within {TIMEOUT:.0f} seconds.") from None
    except OSError as error:
        raise GitRefused(f"git cannot be started: {error.strerror}.") from None
    if done.returncode:
        raise GitRefused(_reason(done.stderr + done.stdout))
    return done.stdout.decode(errors="replace")


def _reason(output: bytes) -> str:
    """Return what git complained of first, in a line; hooks may write a whole page."""
    lines = [line.strip() for line in output[:8192].decode(errors="replace").splitlines() if line.strip()]
    if any("not a git repository" in line for line in lines):
        return "this site is not in a git repository."
    if any("Please tell me who you are" in line for line in lines):
        return "git does not know who you are. Set `git config user.name` and `git config user.email`."
    words = next(
        (line for line in lines if line.startswith(("fatal:", "error:"))), (lines or ["no reason given"])[0]
    )
    return words.removeprefix("fatal:").removeprefix("error:").strip()[:300]
