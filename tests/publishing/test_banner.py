from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from waypost.base.files.languages import languages, load_words
from waypost.formats.status import ComponentStatus
from waypost.publishing.io import theme_assets
from waypost.publishing.io.theme_assets import banner_file


@pytest.mark.parametrize("language", languages())
def test_the_banner_is_small_and_has_its_words(language: str) -> None:
    words = load_words(language)
    script = banner_file(words)
    assert len(script) < 5000
    assert script.isascii(), "it is read the same whatever its host says of its characters"
    found = re.search(rb"^const words = (\{.*\});$", script, re.MULTILINE)
    assert found
    texts = json.loads(found[1])
    assert texts["dismiss"] == words.say("banner.dismiss")
    assert {status.value for status in ComponentStatus if status.is_trouble} < texts.keys()


def test_remarks_are_left_out_and_nothing_else() -> None:
    script = banner_file(load_words()).decode()
    assert not re.search(r"^\s*//", script, re.MULTILINE)
    assert "setInterval(" in script
    assert script.startswith("(() => {")
    assert script.endswith("})();\n")


def test_a_script_without_a_place_for_its_words_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / "banner.js").write_text("(() => {})();")
    monkeypatch.setattr(theme_assets, "theme_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match="no place for its words"):
        banner_file(load_words())
