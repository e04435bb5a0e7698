"""The frozen body of a mail: subject, plain text and HTML, the same for every recipient; and the page to leave by."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from waypost.base.markdown.html import render_markdown
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.notices import Notice
from waypost.notify.rules.wording import Wording, colour_status, page_time, wording_of
from waypost.publishing.io.theme_assets import colours, state_colours
from waypost.status.rules.snapshot import Snapshot

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
    text = Markup(render_markdown(body, help_url))  # noqa: S704  # render_markdown lets no markup of the text pass
    template = _environment().get_template("mail.html")
    state = {"light": state_colours(status), "dark": state_colours(status, "dark")}
    return template.render(values, text=text, state_colours=state, leave=LEAVE)


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


MOST_BODY = 20_000
"""Characters of an update that a mail holds; Gmail cuts off what is longer than 102 kB. The page tells the rest."""

MOST_SUBJECT = 200
"""Characters of a title that go into the subject."""

ASKING = frozenset(
    {
        NoticeEvent.UPDATE_OVERDUE,
        NoticeEvent.CERTIFICATE_EXPIRING,
        NoticeEvent.ENDPOINT_DISABLED,
        NoticeEvent.MONITOR_TROUBLE,
        NoticeEvent.MONITOR_RECOVERED,
        NoticeEvent.ESCALATION,
        NoticeEvent.TEST,
    }
)
"""What asks something of its reader, or says that it is over, which the list of mails must show: its subject begins
with the state.

All else has the same subject over a thread, because Gmail and Outlook begin a new conversation with a new subject.
"""

_LINK = re.compile(r"(!?)\[([^\[\]]{0,500})\]\(([^()]{0,2000})\)")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
# Control characters, surrogates, and the marks that reverse the direction of the text after them.


@dataclass(frozen=True)
class FrozenMail:
    """The message of a mail as it is frozen, the same for every recipient."""

    subject: str
    text: str
    html: str
    leave: str
    """The text of the link by which a recipient leaves."""

    def to_bytes(self) -> bytes:
        """Write it down."""
        return json.dumps(self.__dict__, ensure_ascii=False, sort_keys=True).encode()

    @staticmethod
    def from_bytes(body: bytes) -> FrozenMail:
        """Read what `to_bytes` wrote; raises ValueError, KeyError or TypeError for anything else."""
        found = json.loads(body)
        return FrozenMail(*(str(found[name]) for name in ("subject", "text", "html", "leave")))


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Make the body of a notice's mails."""
    wording = wording_of(notice, snapshot)
    help_url = snapshot.page.help_url
    reason = snapshot.words.say("notify.email.reason", page=snapshot.page.name)
    time = page_time(snapshot, notice.at)
    title, body = one_line(wording.notice.title), _capped(clean(wording.body).strip())
    link = wording.link if wording.link.startswith(("https://", "http://")) else ""
    facts = [one_line(fact) for fact in wording.facts]
    subject = _subject(wording, snapshot)
    values = {
        "language": snapshot.words.language,
        "subject": subject,
        "state": wording.state,
        "title": title,
        "time": time,
        "facts": facts,
        "link": link,
        "link_text": wording.link_text,
        "reason": reason,
    }
    parts = [
        f"{wording.state}: {title}",
        "\n".join([time, *facts]),
        readable(body, help_url),
        f"{wording.link_text}: {link}" if link else "",
        reason,
    ]
    return FrozenMail(
        subject=subject,
        text="\n\n".join(part for part in parts if part) + "\n",
        html=mail_html(values, body, help_url, colour_status(wording.notice)),
        leave=snapshot.words.say("notify.email.leave"),
    ).to_bytes()


def _subject(wording: Wording, snapshot: Snapshot) -> str:
    if wording.notice.event in ASKING:
        return _short(one_line(wording.headline))
    title = _short(one_line(wording.notice.title))
    return snapshot.words.say(f"notify.email.subject.{wording.notice.subject.kind}", title=title)


def _short(text: str) -> str:
    return text if len(text) <= MOST_SUBJECT else text[: MOST_SUBJECT - 1].rstrip() + "…"


def _capped(text: str) -> str:
    """Cut a long text, at the end of a paragraph where there is one."""
    if len(text) <= MOST_BODY:
        return text
    kept = text[:MOST_BODY]
    paragraphs, _, _ = kept.rpartition("\n\n")
    return f"{paragraphs or kept}\n\n…"


def clean(text: str) -> str:
    """Leave out what nobody sees and what can do harm."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return a text without line breaks and runs of spaces."""
    return " ".join(clean(text).split())


def readable(markdown: str, help_url: str) -> str:
    """Return Markdown as the plain text that it nearly is: links are written out, with whole addresses."""

    def written(match: re.Match[str]) -> str:
        is_image, label, target = match[1], match[2].strip(), match[3].strip()
        # A title may stand behind the address: [label](address "title").
        address = target[1:].partition(">")[0] if target.startswith("<") else target.split(" ")[0]
        if address.startswith("/") and not address.startswith("//"):
            address = help_url + address[1:]
        if is_image or not address.startswith(("https://", "http://", "mailto:", "tel:")) or address == label:
            return label
        return f"{label} ({address})"

    return _LINK.sub(written, markdown)
