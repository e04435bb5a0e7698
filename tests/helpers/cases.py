"""Golden cases: YAML files under tests/cases/, one list of mappings with a `name` each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = Path(__file__).parent.parent / "cases"

Case = dict[str, Any]


def read_yaml(path: Path) -> Any:
    """Read a file of cases, with the parser in C: every worker reads most of them before the first test."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def golden(pattern: str) -> pytest.MarkDecorator:
    """Parametrize a test by `case` with every case of the files that a pattern names (`states/*.yml`)."""
    files = sorted(CASES.glob(pattern))
    cases = [case for file in files for case in read_yaml(file)]
    names = [case["name"] for case in cases]
    if not cases or len(set(names)) != len(names):
        raise ValueError(f"{pattern}: no cases, or two of one name")
    return pytest.mark.parametrize("case", cases, ids=names)
