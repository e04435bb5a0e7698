"""Render mails and the page behind their unsubscribe link with Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from waypost.base.markup import render_markdown
from waypost.formats.status import ComponentStatus
from waypost.publishing.io.theme_assets import colours, state_colours

LEAVE = Markup("<!--leave-->")
"""Where the link that only one recipient may have is put when a mail is sent.

No text from outside can hold it: all of that is escaped, so no `<` of it is left.
"""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Written out in every style, because mail programs know no variables.
    environment.globals.update(light=colours("light"), dark=colours("dark"))
    return environment


def mail_html(values: Mapping[str, Any], body: str, help_url: str, status: ComponentStatus) -> str:
    """Return a mail as HTML, with `LEAVE` once in its footer; `body` is Markdown, of which no markup passes."""
    said = Markup(render_markdown(body, help_url))  # noqa: S704  # render_markdown lets no markup of the text pass
    template = _environment().get_template("mail.html")
    state = {"light": state_colours(status), "dark": state_colours(status, "dark")}
    return template.render(values, said=said, state_colours=state, leave=LEAVE)


def leaving_page(values: Mapping[str, Any]) -> str:
    """Return the page that asks whether to leave, or says that it is done."""
    return _environment().get_template("leave.html").render(values)


def with_leave(html: str, link: str, text: str) -> str:
    """Put a recipient's own link into the footer of a mail."""
    made = Markup('<a class="quiet" href="{}" style="color:{};">{}</a>').format(
        link, colours("light")["muted"], text
    )
    before, _, after = html.rpartition(LEAVE)
    return f"{before}{made}{after}"
