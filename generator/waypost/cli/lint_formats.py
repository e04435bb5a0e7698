"""The findings of `waypost lint` as programs read them."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waypost.cli.common import problem_json
from waypost.problems import Level, Problem

_SEVERITY = {Level.ERROR: "major", Level.WARNING: "minor"}


def from_here(problems: Sequence[Problem], root: Path) -> list[Problem]:
    """Name files as the caller sees them, who may stand above the site: a host knows paths of the repository."""
    where = Path(os.path.relpath(root)).as_posix()
    if where == "." or where.startswith(".."):
        return list(problems)
    return [
        replace(problem, location=replace(problem.location, path=f"{where}/{problem.location.path}"))
        for problem in problems
    ]


def as_json(problems: Sequence[Problem]) -> str:
    """Return a list of objects, one a problem."""
    return _dump([problem_json(problem) for problem in problems])


def as_github(problems: Sequence[Problem]) -> str:
    """Return workflow commands, which GitHub shows at their lines.

    Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "".join(
        f"::{problem.level} file={_property(problem.location.path)},line={problem.location.line or 1},"
        f"col={problem.location.column or 1},title={_property(problem.code)}::{_data(problem.message)}\n"
        for problem in problems
    )


def as_gitlab(problems: Sequence[Problem]) -> str:
    """Return a Code Quality report, which GitLab shows in a merge request.

    Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    report = []
    for problem in problems:
        key = (problem.location.path, problem.code, problem.message)
        seen[key] += 1
        report.append(
            {
                "description": problem.message,
                "check_name": problem.code,
                # Without the line, so that a finding that only moved is not a new one.
                "fingerprint": hashlib.sha256("\0".join([*key, str(seen[key])]).encode()).hexdigest(),
                "severity": _SEVERITY[problem.level],
                "location": {"path": problem.location.path, "lines": {"begin": problem.location.line or 1}},
            }
        )
    return _dump(report)


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "json": as_json,
    "github": as_github,
    "gitlab": as_gitlab,
}
"""Every form but the one for people, by its name."""


def _dump(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
