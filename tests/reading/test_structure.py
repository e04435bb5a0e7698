from __future__ import annotations

import pytest

from waypost.formats.article import FRONT_MATTER, Article, Kind
from waypost.reading.rules.structure import weakness

QUESTION, STEPS = "## How do I?\n", "1. Do it.\n"
CASES = [
    ("a question", Kind.FAQ, f"Words.\n\n{QUESTION}\nSo.\n", True),
    ("an underlined question", Kind.FAQ, "How do I?\n---------\n\nSo.\n", True),
    ("a rule is no question", Kind.FAQ, "Words.\n\n---\n\nSo.\n", False),
    ("a smaller heading", Kind.FAQ, "### How do I?\n", False),
    ("a larger heading", Kind.FAQ, "# How do I?\n", False),
    ("a question in code", Kind.FAQ, f"```md\n{QUESTION}```\n", False),
    ("a question in a longer fence", Kind.FAQ, f"````\n```\n{QUESTION}```\n````\n", False),
    ("a question in code that shows a fence", Kind.FAQ, f"```\n```py\n{QUESTION}```\n", False),
    ("a question after code", Kind.FAQ, f"~~~\n```\n~~~\n\n{QUESTION}", True),
    ("code that is never closed", Kind.FAQ, f"```\n\n{QUESTION}", False),
    ("steps", Kind.TUTORIAL, f"## Steps\n\n{STEPS}", True),
    ("steps right below a heading", Kind.TUTORIAL, f"## Steps\n{STEPS}", True),
    ("steps joined to a line", Kind.TUTORIAL, f"Steps:\n{STEPS}", False),
    ("steps in code", Kind.TUTORIAL, f"```\n\n{STEPS}```\n", False),
    ("steps in an admonition", Kind.TUTORIAL, f'!!! tip "A"\n    Words.\n\n    {STEPS}', False),
    ("a plain list", Kind.TUTORIAL, "- a\n- b\n", False),
    ("a number", Kind.TUTORIAL, "1.5 litres\n\n2026. A year.\n", True),
    ("steps", Kind.TROUBLESHOOTING, STEPS, True),
    ("nothing", Kind.TROUBLESHOOTING, "", False),
    ("nothing", Kind.PAGE, "", True),
    ("nothing", Kind.HOME, "", True),
]


@pytest.mark.parametrize(
    ("what", "kind", "body", "fine"), CASES, ids=[f"{row[1]}: {row[0]}" for row in CASES]
)
def test_a_text_holds_what_its_kind_promises(what: str, kind: Kind, body: str, fine: bool) -> None:
    article = Article("a/b.md", kind, "a", FRONT_MATTER[kind](title="T", kind=kind), body, 7)  # type: ignore[call-arg]
    found = weakness(article)
    assert (found is None) is fine, what
    if found:
        assert found.line == 7
        assert "Write" in found.message
