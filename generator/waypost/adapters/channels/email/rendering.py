"""Render mails and the page behind their unsubscribe link with Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from waypost.adapters.markup import render_markdown
from waypost.model.status import ComponentStatus

LEAVE = Markup("<!--leave-->")
"""Where the link that only one recipient may have is put when a mail is sent.

No text from outside can hold it: all of that is escaped, so no `<` of it is left.
"""

_GREY = ("#566273", "#f1f3f6", "#9aa7b6", "#202832")
COLOURS: Mapping[ComponentStatus, tuple[str, str, str, str]] = {
    ComponentStatus.OPERATIONAL: ("#187747", "#e8f5ee", "#57c78d", "#15291f"),
    ComponentStatus.DEGRADED_PERFORMANCE: ("#8a5d00", "#fff6da", "#e0b341", "#2c2611"),
    ComponentStatus.PARTIAL_OUTAGE: ("#b04600", "#fff0e6", "#f28c4b", "#2f2015"),
    ComponentStatus.MAJOR_OUTAGE: ("#b42318", "#feeceb", "#f47067", "#331b1a"),
    ComponentStatus.UNDER_MAINTENANCE: ("#1f5fbf", "#e9f1fd", "#7fb0f5", "#172538"),
    ComponentStatus.NO_DATA: _GREY,
}
"""By state: colour and wash in light and in dark, those of theme/base/tokens.css.

They are written out because mail programs know no variables.
"""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def mail_html(values: Mapping[str, Any], body: str, help_url: str, status: ComponentStatus) -> str:
    """Return a mail as HTML, with `LEAVE` once in its footer; `body` is Markdown, of which no markup passes."""
    said = Markup(render_markdown(body, help_url))  # noqa: S704  # render_markdown lets no markup of the text pass
    template = _environment().get_template("mail.html")
    return template.render(values, said=said, colours=COLOURS[status], leave=LEAVE)


def leaving_page(values: Mapping[str, Any]) -> str:
    """Return the page that asks whether to leave, or says that it is done."""
    return _environment().get_template("leave.html").render(values)


def with_leave(html: str, link: str, text: str) -> str:
    """Put a recipient's own link into the footer of a mail."""
    made = Markup('<a class="quiet" href="{}" style="color:#566273;">{}</a>').format(link, text)
    before, _, after = html.rpartition(LEAVE)
    return f"{before}{made}{after}"
