"""What is kept of the last runs, and what becomes of it when somebody else wrote there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from waypost.search.evaluate import (
    FORMAT,
    MOST_RUNS,
    EvaluationRun,
    EvaluationRuns,
    PastResult,
    load_runs,
    save_runs,
)
from waypost.search.rules.evaluation import figures

RUN = EvaluationRun(figures(()), {"why": PastResult(True, "a.md")})


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "runs.json"
    save_runs(path, EvaluationRuns().with_run("one", RUN))
    assert load_runs(path) == EvaluationRuns(FORMAT, {"one": RUN})


def test_a_new_run_takes_the_place_of_the_last_and_the_oldest_go() -> None:
    runs = EvaluationRuns()
    for number in range(MOST_RUNS + 5):
        runs = runs.with_run(f"run {number}", RUN)
    other = replace(RUN, questions={})
    runs = runs.with_run("run 7", other)
    assert list(runs.runs) == [f"run {number}" for number in range(5, MOST_RUNS + 5) if number != 7] + [
        "run 7"
    ]
    assert runs.runs["run 7"] == other


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": 0, "runs": {}}', '{"runs": {"a": {"questions": 7}}}', "[" * 10_000, "\xff"],
)
def test_what_cannot_be_used_is_as_if_there_was_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text, encoding="latin-1")
    assert load_runs(path) == EvaluationRuns()
    assert load_runs(tmp_path) == EvaluationRuns()
    assert load_runs(tmp_path / "missing.json") == EvaluationRuns()
