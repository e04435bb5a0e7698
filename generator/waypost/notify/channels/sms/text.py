"""A notice as one text message: what it is, what is affected where there is room, and the link."""

from __future__ import annotations

from waypost.base.printable import clean_line
from waypost.formats.notices import Notice, NoticeEvent, SubjectKind
from waypost.notify.channels.base import Composition
from waypost.notify.channels.chat import chat_message
from waypost.notify.channels.sms.gsm import cut, fits, only_gsm, transliterate
from waypost.publishing.pages.filters import StatusFormat
from waypost.status.rules.snapshot import Snapshot

LEAST_TITLE = 20
"""Letters of a text without which it says nothing; in another script a long link may leave fewer."""

_NEEDS_NO_WINDOW = (NoticeEvent.MAINTENANCE_COMPLETED, NoticeEvent.MAINTENANCE_CANCELLED)


def compose(composition: Composition) -> bytes:
    """Return the text of the message."""
    message = chat_message(composition)
    notice, link = composition.notice, message.wording.link
    state = transliterate(clean_line(message.wording.state))
    title = transliterate(clean_line(notice.title))
    text = _fitted(state, title, link)
    if text is None:
        text = _fitted(only_gsm(state), _readable(title), link)
    if text is None:
        return link.encode()
    # The state of a component is in the headline already.
    facts = () if notice.event is NoticeEvent.COMPONENT_STATUS else message.facts
    for more in (*_window(notice, composition.snapshot), *facts, composition.snapshot.page.name):
        text = _with(text, transliterate(clean_line(more)), link)
    return f"{text}\n{link}".encode()


def _fitted(state: str, title: str, link: str) -> str | None:
    """Return the headline, cut so that the link fits behind it; None where too little of it would be left."""
    whole = f"{state}: {title}" if state and title else state or title
    text = cut(whole, f"\n{link}")
    return text if text and (text == whole or len(text) >= LEAST_TITLE) else None


def _readable(title: str) -> str:
    """Return what of a title can be written with the alphabet; nothing where that is only scraps of it."""
    kept = only_gsm(title)
    return kept if 2 * len(kept) >= len(title) else ""


def _window(notice: Notice, snapshot: Snapshot) -> list[str]:
    """Say when the work is, shorter than other channels do."""
    if notice.subject.kind is not SubjectKind.MAINTENANCE or notice.event in _NEEDS_NO_WINDOW:
        return []
    return [
        f"{StatusFormat(snapshot, {}).window(item)} ({snapshot.page.time_zone})"
        for item in snapshot.maintenances
        if item.work.id == notice.subject.id
    ]


def _with(text: str, more: str, link: str) -> str:
    """Add a sentence where the message stays one."""
    longer = f"{text.rstrip('.')}. {more}"
    return longer if more and fits(f"{longer}\n{link}") else text
