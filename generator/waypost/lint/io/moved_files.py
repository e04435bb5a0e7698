"""Which articles the commits at hand have moved or deleted, as git tells.

The commits are those since the branch that they are meant for; on that branch itself, the last one, and what is
not committed yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from waypost.base.files.git_reading import ask_git

_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""Variables in which hosts name the branch that a request is meant for."""


def moved_files(root: Path) -> Mapping[str, str]:
    """Return the present path of each file of content/ that was moved, by its former one; empty for a deleted one.

    Drafts are left out: nobody knew their address. Without git, or with half a history, nothing is known.
    """
    folder = root / "content"
    try:
        base = _base(folder) if folder.is_dir() else ""
        if not base:
            return {}
        moved = dict(_moved(folder, base))
        drafts = _drafts(folder, base) if moved else ()
        return {path: now for path, now in moved.items() if path not in drafts}
    except OSError:
        return {}


def _base(folder: Path) -> str:
    """Return the commit to compare with; nothing where git does not know it."""
    if _line(folder, "rev-parse", "--is-shallow-repository") != "false":
        return ""
    head = _line(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    named = [f"origin/{name}" for variable in _TARGETS if (name := os.environ.get(variable))]
    for branch in (*named, "origin/HEAD", "origin/main", "origin/master", "main", "master"):
        base = _line(folder, "merge-base", "HEAD", f"refs/remotes/{branch}" if "/" in branch else branch)
        if base and base != head:
            return base
        if base:
            break
    return _line(folder, "rev-parse", "--verify", "--quiet", "HEAD~1") or head


def _moved(folder: Path, base: str) -> Iterator[tuple[str, str]]:
    options = ("--no-ext-diff", "--no-textconv", "--find-renames", "--name-status", "-z", "--relative")
    answer = ask_git(folder, ["diff", *options, base, "--", "."])
    words = iter(answer.output.decode(errors="surrogateescape").split("\0")[:-1] if answer.code == 0 else ())
    for letter in words:
        path = next(words, "")
        present = next(words, "") if letter[0] in "RC" else ""
        if letter[0] in "RD" and path.endswith(".md"):
            yield path, present


def _drafts(folder: Path, base: str) -> frozenset[str]:
    found = ask_git(folder, ["grep", "-l", "-z", "-E", "^draft: *(true|yes|on)", base, "--", "."])
    names = found.output.decode(errors="surrogateescape").split("\0")
    return frozenset(name.partition(":")[2] for name in names)


def _line(folder: Path, *arguments: str) -> str:
    answer = ask_git(folder, arguments)
    return answer.output.decode(errors="replace").strip() if answer.code == 0 else ""
