"""The frozen body of a mail: subject, plain text and HTML, the same for every recipient."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from waypost.formats.notices import NoticeEvent
from waypost.notify.channels.base import Composition
from waypost.notify.channels.email.rendering import mail_html
from waypost.notify.rules.wording import Wording, colour_status, time_writer, wording
from waypost.status.rules.snapshot import Snapshot

MOST_BODY = 20_000
"""Characters of an update that a mail holds; Gmail cuts off what is longer than 102 kB. The page tells the rest."""

MOST_SUBJECT = 200
"""Characters of a title that go into the subject."""

ASKING = frozenset(
    {
        NoticeEvent.UPDATE_OVERDUE,
        NoticeEvent.CERTIFICATE_EXPIRING,
        NoticeEvent.ENDPOINT_DISABLED,
        NoticeEvent.ESCALATION,
        NoticeEvent.TEST,
    }
)
"""What asks something of its reader, who must see so in the list of mails: its subject begins with the state.

All else has the same subject over a thread, because Gmail and Outlook begin a new conversation with a new subject.
"""

_LINK = re.compile(r"(!?)\[([^\[\]]{0,500})\]\(([^()]{0,2000})\)")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
# Control characters, surrogates, and the marks that reverse the direction of the text after them.


@dataclass(frozen=True)
class FrozenMail:
    """What is kept of a mail until it is sent."""

    subject: str
    text: str
    html: str
    leave: str
    """What the link says by which a recipient leaves."""

    def to_bytes(self) -> bytes:
        """Write it down."""
        return json.dumps(self.__dict__, ensure_ascii=False, sort_keys=True).encode()

    @staticmethod
    def from_bytes(body: bytes) -> FrozenMail:
        """Read what `to_bytes` wrote; raises ValueError, KeyError or TypeError for anything else."""
        found = json.loads(body)
        return FrozenMail(*(str(found[name]) for name in ("subject", "text", "html", "leave")))


def compose(composition: Composition) -> bytes:
    """Make the body of a notice's mails."""
    snapshot = composition.snapshot
    said = wording(composition.notice, snapshot)
    help_url = snapshot.page.help_url
    reason = snapshot.words.say("notify.email.reason", page=snapshot.page.name)
    time = time_writer(snapshot)(said.notice.at)
    title, body = one_line(said.notice.title), _capped(clean(said.body).strip())
    link = said.link if said.link.startswith(("https://", "http://")) else ""
    facts = [one_line(fact) for fact in said.facts]
    subject = _subject(said, snapshot)
    values = {
        "language": snapshot.words.language,
        "subject": subject,
        "state": said.state,
        "title": title,
        "time": time,
        "facts": facts,
        "link": link,
        "link_text": said.link_text,
        "reason": reason,
    }
    parts = [
        f"{said.state}: {title}",
        "\n".join([time, *facts]),
        readable(body, help_url),
        f"{said.link_text}: {link}" if link else "",
        reason,
    ]
    return FrozenMail(
        subject=subject,
        text="\n\n".join(part for part in parts if part) + "\n",
        html=mail_html(values, body, help_url, colour_status(said.notice)),
        leave=snapshot.words.say("notify.email.leave"),
    ).to_bytes()


def _subject(said: Wording, snapshot: Snapshot) -> str:
    if said.notice.event in ASKING:
        return _short(one_line(said.headline))
    title = _short(one_line(said.notice.title))
    return snapshot.words.say(f"notify.email.subject.{said.notice.subject.kind}", title=title)


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
