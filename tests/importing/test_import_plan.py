"""Whole collections: files in, files out, and what a person has to look at."""

from __future__ import annotations

from pathlib import Path

from helpers.cases import Case, golden
from helpers.imports import outcome


@golden("import/*.yml")
def test_a_collection_becomes_what_the_case_says(case: Case, tmp_path: Path) -> None:
    assert case["why"]
    made = outcome(case["files"], tmp_path, **case.get("options", {}))
    assert made["out"] == case["out"]
    assert made.get("copies", {}) == case.get("copies", {})
    assert made["aside"] == case.get("aside", {})
    assert made["findings"] == case["findings"]
