"""Golden cases: YAML files under tests/cases/, one list of mappings with a `name` each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = Path(__file__).parent.parent / "cases"

Case = dict[str, Any]


def golden(pattern: str) -> pytest.MarkDecorator:
    """Parametrize a test by `case` with every case of the files that a pattern names (`states/*.yml`)."""
    files = sorted(CASES.glob(pattern))
    cases = [case for file in files for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
    names = [case["name"] for case in cases]
    if not cases or len(set(names)) != len(names):
        raise ValueError(f"{pattern}: no cases, or two of one name")
    return pytest.mark.parametrize("case", cases, ids=names)
