"""Every reason for which a search counts as unresolved is known wherever one is named."""

from __future__ import annotations

import json
import re

from waypost.base.files.resources import theme_folder
from waypost.cli.gaps import REASONS
from waypost.search.rules.grouping import UnresolvedReason

SENT = [reason.value for reason in UnresolvedReason if reason is not UnresolvedReason.TICKET]
"""Those that browsers send."""


def test_the_screen_has_words_for_each() -> None:
    assert list(REASONS) == [reason.value for reason in UnresolvedReason]


def test_browsers_keep_each_and_no_other() -> None:
    script = (theme_folder() / "help/journey.js").read_text(encoding="utf-8")
    found = re.search(r"const REASONS = (\[.*\]);", script)
    assert found
    assert json.loads(found[1]) == SENT


def test_the_documentation_explains_each() -> None:
    text = (theme_folder().parent / "docs/feedback-and-privacy.md").read_text(encoding="utf-8")
    assert re.findall(r"^- `(\w+)`: ", text, re.MULTILINE)[-len(SENT) :] == SENT
    assert f"UNRESOLVED = ({', '.join(json.dumps(reason) for reason in SENT)})" in text
