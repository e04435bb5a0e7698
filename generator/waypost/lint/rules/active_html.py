"""The rule about HTML in articles that does more than show something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waypost.base.markdown.active_html import (
    FORM_ELEMENTS,
    FRAME_ELEMENTS,
    PLUGIN_ELEMENTS,
    active_html,
)
from waypost.lint.rules.rule import Finding, LintSite, at_line

_ADVICE: Mapping[str, str] = {
    **dict.fromkeys(FORM_ELEMENTS, "Link to the form."),
    **dict.fromkeys(
        FRAME_ELEMENTS, "Show a video by `![What it shows](address)`, and link to anything else."
    ),
    **dict.fromkeys(
        PLUGIN_ELEMENTS, "Show a picture or a video by `![What it shows](address)`, and link to other files."
    ),
    **dict.fromkeys(("style", "link"), "Put styles into a file that `extra_css` of mkdocs.yml names."),
    "script": "A script that the site needs is a file that `extra_javascript` of mkdocs.yml names.",
}
_ANY = "Take it out."


def active_html_in_articles(site: LintSite) -> Iterator[Finding]:
    """Find scripts, handlers, forms, frames and links that run code."""
    for path, page in site.pages.items():
        for found in active_html(page.body, page.body_line):
            message = f"Articles only show something, and {found.what} does more. {_ADVICE.get(found.element, _ANY)}"
            yield Finding(f"content/{path}", at_line(found.line, found.column), message)
