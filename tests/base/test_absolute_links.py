"""Updates as programs get them: a link into the help center says where that is."""

from __future__ import annotations

import pytest

from waypost.base.markdown.html import render_markdown
from waypost.base.markdown.links import absolute_links

HELP = "https://help.lumen.example/"

CASES = [
    ("a link", "See [how](/a/b/).", f"See [how]({HELP}a/b/)."),
    ("with a query and an anchor", "[x](/a/?q=1#b)", f"[x]({HELP}a/?q=1#b)"),
    ("with a title", '[x](/a/ "The /b/ of it")', f'[x]({HELP}a/ "The /b/ of it")'),
    ("a target with spaces", "[x](</a b/>)", f"[x](<{HELP}a b/>)"),
    ("the root itself", "[x](/)", f"[x]({HELP})"),
    ("a picture", "![plan](/p.png)", f"![plan]({HELP}p.png)"),
    ("a picture in a link", "[![plan](/p.png)](/a/)", f"[![plan]({HELP}p.png)]({HELP}a/)"),
    ("a link by name", "See [x].\n\n[x]: /a/", f"See [x].\n\n[x]: {HELP}a/"),
    ("in a list and a quote", "- [x](/a/)\n\n> [y](/b/)", f"- [x]({HELP}a/)\n\n> [y]({HELP}b/)"),
    ("in a table", "| a |\n|---|\n| [x](/a/) |", f"| a |\n|---|\n| [x]({HELP}a/) |"),
    ("another host", "[x](//evil.example/) [y](https://a.example/b/)", None),
    ("relative, an anchor, mail", "[x](./a/) [y](#b) [z](mailto:a@b.example)", None),
    ("words that only look like it", "Look at /a/b/ [or] (/c/)", None),
    ("in a code span", "Write `[x](/a/)`.", None),
    ("in fenced code", "```\n[x](/a/)\n[y]: /b/\n```", None),
    ("in indented code", "So:\n\n    [x](/a/)\n", None),
    ("in a fence within a fence", "````\n```\n[x](/a/)\n```\n````", None),
    ("its bracket is a sign", r"[x\](/a/)", None),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_links_into_the_help_center_become_absolute_and_nothing_else(text: str, expected: str | None) -> None:
    assert absolute_links(text, HELP) == (text if expected is None else expected)


@pytest.mark.parametrize("text", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_they_lead_where_pages_lead_them(text: str) -> None:
    changed = absolute_links(text, HELP)
    assert render_markdown(changed, "https://wrong.example/") == render_markdown(text, HELP)
