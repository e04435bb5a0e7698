from __future__ import annotations

from typing import Any

import pytest

from helpers.cases import CASES, read_yaml
from waypost.search.io.detection import detect_language


@pytest.mark.parametrize("case", read_yaml(CASES / "search/detection.yml"), ids=lambda case: case["language"])
def test_a_language_is_known_by_its_script_and_its_stop_words(case: dict[str, Any]) -> None:
    assert detect_language(case["text"]) == case["language"]
