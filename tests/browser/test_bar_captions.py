"""What is written at the bars speaks of the days that are shown, at every width and to every reader."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "days"), [(DESKTOP, 90), (PHONE, 45), (360, 45)], ids=["desktop", "phone", "small phone"]
)
@pytest.mark.parametrize("path", ["status/", "status/components/downloads/"])
def test_the_caption_and_the_name_of_a_bar_are_of_the_days_it_shows(
    calm: Served, visit: Any, width: int, days: int, path: str
) -> None:
    seen: Visit = visit(calm, width=width)
    seen.goto(path)
    names = [
        bar.get_attribute("aria-label") or ""
        for bar in seen.page.get_by_role("img", name="The last").all()
        if "operational" in (bar.get_attribute("aria-label") or "")
    ]
    captions = [text.inner_text() for text in seen.page.locator(".wp-axis > :nth-child(2):visible").all()]
    starts = [text.inner_text() for text in seen.page.locator(".wp-axis > :first-child:visible").all()]
    shown = [caption for caption, start in zip(captions, starts, strict=True) if start == f"{days} days ago"]
    assert len(shown) == len(names) > 0
    for name, caption in zip(names, shown, strict=True):
        assert name.startswith(f"The last {days} days: ")
        assert name.endswith(f" Uptime: {caption}.")
        assert " % of " in caption
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not seen.page.evaluate(wide)
    seen.assert_quiet()
