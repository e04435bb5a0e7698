"""What came of the questions when they were asked last, so that a run can tell what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from waypost.base.files.file_tree import write_atomic
from waypost.search.rules.evaluation import Figures

FORMAT = 1
"""Raised when the meaning of a run changes; older ones are not used then."""

MOST_RUNS = 20
"""Collections whose last run is kept."""

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answered:
    """What came of one question."""

    is_right: bool
    first: str
    """The path of what came first, or nothing."""


@dataclass(frozen=True)
class Run:
    """All questions of one collection, asked once."""

    figures: Figures
    questions: Mapping[str, Answered]
    """By their ids."""


@dataclass(frozen=True)
class Runs:
    """The last run of each collection."""

    format: int = FORMAT
    runs: Mapping[str, Run] = field(default_factory=dict)
    """By the name of the collection, the latest last."""

    def with_run(self, name: str, run: Run) -> Runs:
        """Return the same with another last run of one collection."""
        others = [(known, held) for known, held in self.runs.items() if known != name]
        return replace(self, runs=dict([*others[1 - MOST_RUNS :], (name, run)]))


_ADAPTER = TypeAdapter(Runs)


def load_runs(path: Path) -> Runs:
    """Read the last runs; none where there is no file that can be used."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Runs()
        runs = _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Runs()
    return runs if runs.format == FORMAT else Runs()


def save_runs(path: Path, runs: Runs) -> None:
    """Write the last runs."""
    write_atomic(path, json.dumps(asdict(runs), separators=(",", ":")).encode())
