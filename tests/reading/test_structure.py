from __future__ import annotations

import pytest

from waypost.formats.article import PageKind
from waypost.reading.rules.structure import weakness

QUESTION, STEPS = "## How do I?\n", "1. Do it.\n"
CASES = [
    ("a question", "faq", f"Words.\n\n{QUESTION}\nSo.\n", True),
    ("an underlined question", "faq", "How do I?\n---------\n\nSo.\n", True),
    ("a rule is no question", "faq", "Words.\n\n---\n\nSo.\n", False),
    ("a smaller heading", "faq", "### How do I?\n", False),
    ("a larger heading", "faq", "# How do I?\n", False),
    ("a question in code", "faq", f"```md\n{QUESTION}```\n", False),
    ("a question in a longer fence", "faq", f"````\n```\n{QUESTION}```\n````\n", False),
    ("a question in code that shows a fence", "faq", f"```\n```py\n{QUESTION}```\n", False),
    ("a question after code", "faq", f"~~~\n```\n~~~\n\n{QUESTION}", True),
    ("code that is never closed", "faq", f"```\n\n{QUESTION}", False),
    ("steps", "tutorial", f"## Steps\n\n{STEPS}", True),
    ("steps right below a heading", "tutorial", f"## Steps\n{STEPS}", True),
    ("steps joined to a line", "tutorial", f"Steps:\n{STEPS}", True),
    ("steps in code", "tutorial", f"```\n\n{STEPS}```\n", False),
    ("steps in an admonition", "tutorial", f'!!! tip "A"\n    Words.\n\n    {STEPS}', False),
    ("a plain list", "tutorial", "- a\n- b\n", False),
    ("a number", "tutorial", "1.5 litres\n\n2026. A year.\n", True),
    ("steps", "troubleshooting", STEPS, True),
    ("nothing", "troubleshooting", "", False),
    ("nothing", "page", "", True),
    ("nothing", PageKind.HOME, "", True),
]


@pytest.mark.parametrize(
    ("what", "kind", "body", "fine"), CASES, ids=[f"{row[1]}: {row[0]}" for row in CASES]
)
def test_a_text_holds_what_its_kind_promises(what: str, kind: str, body: str, fine: bool) -> None:
    found = weakness(kind, body)
    assert (not found) is fine, what
    assert fine or "Write" in found
