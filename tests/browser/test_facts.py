"""The facts below a title: a separator stands between two of them, and never begins a line."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser

# What is cut off cannot be hit, and a separator belongs to the fact behind it.
FACTS = """() => {
  const list = document.querySelector(".wp-facts");
  const edge = list.getBoundingClientRect().left;
  return [...list.children].filter((fact) => fact.offsetWidth).map((fact) => {
    const box = fact.getBoundingClientRect();
    const text = document.createRange();
    text.selectNodeContents(fact);
    return {
      begins: box.left - edge < 1,
      indent: Math.round(text.getClientRects()[0].left - box.left),
      separated: document.elementFromPoint(box.left - 8, box.top + 8) === fact,
    };
  });
}"""


def test_a_separator_never_begins_a_line(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("status/components/downloads/")
    for width, has_several in ((DESKTOP, False), (PHONE, True)):
        seen.size(width)
        facts = seen.page.evaluate(FACTS)
        lines = sum(fact["begins"] for fact in facts)
        assert (lines > 1) is has_several, "the facts stand in several lines on a phone"
        assert {fact["indent"] for fact in facts} == {0}
        assert [fact["separated"] for fact in facts] == [not fact["begins"] for fact in facts]
    seen.assert_quiet()
