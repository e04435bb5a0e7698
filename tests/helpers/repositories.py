"""Real git repositories with fixed times, for what Waypost reads from a site's history."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def day(number: int, hour: int = 12) -> datetime:
    """Return a moment of November 2026."""
    return datetime(2026, 11, number, hour, tzinfo=UTC)


class Repository:
    """A site under git, whose commits are made when a test says so."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: datetime | None = None) -> str:
        """Run git as somebody without settings of their own; return what it said."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        names = {"NAME": "A", "EMAIL": "a@example.org", "DATE": f"@{int((at or day(1)).timestamp())} +0000"}
        own = {f"GIT_{who}_{name}": value for who in ("AUTHOR", "COMMITTER") for name, value in names.items()}
        config = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            env={**kept, **own, **config},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, path: str, text: str) -> None:
        """Write a file below content/, uncommitted."""
        file = self.root / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def commit(self, at: datetime, **files: str) -> None:
        """Commit everything that is there; `files` are written before, named without `.md`."""
        for name, text in files.items():
            self.write(f"{name}.md", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=x", at=at)
