"""The pages of a site that are no articles, and are found like them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from waypost.base.i18n import Words
from waypost.formats.article import PageKind
from waypost.formats.project import HelpCenter
from waypost.search.rules.documents import SearchDocument, search_documents
from waypost.support.rules.ticket_form import TICKET_URL

STATUS, CONTACT = "status", PageKind.CONTACT.value

PAGE_KINDS = (STATUS, CONTACT)
"""The kinds of results that are no articles, each with its word in `live.search.kind` of theme/i18n/."""


@dataclass(frozen=True)
class SitePage:
    """A page that Waypost makes; it is asked for in the words of `pages` in theme/search/CODE.yml."""

    name: str
    kind: str
    url: str
    """From the root of the help center. Those of the status page begin with status/, wherever that is."""
    title: str
    """The name of a text in theme/i18n/."""
    summary: str
    """The same."""


SITE_PAGES = (
    SitePage("status", STATUS, "status/", "search.status", "notice.start"),
    SitePage("subscribe", STATUS, "status/subscribe/", "status.follow.title", "status.subscribe.text"),
    SitePage("ticket", CONTACT, TICKET_URL, "ticket.title", "ticket.summary"),
)

Questions = Mapping[str, Sequence[str]]
"""What people ask for each page, by the name of the page."""


def page_documents(center: HelpCenter, words: Words, asked: Questions) -> Iterator[SearchDocument]:
    """Yield what is found of the pages that a site has beside its articles."""
    for page in SITE_PAGES:
        if page.name == "ticket" and not center.support:
            continue
        aliases = tuple(asked.get(page.name, ()))
        title, summary = words.say(page.title), words.say(page.summary)
        yield SearchDocument(page.url, page.url, title, aliases, page.kind, summary, ())
    if contact := center.only(PageKind.CONTACT):
        aliases = tuple(asked.get(CONTACT, ()))
        yield from (replace(document, aliases=aliases) for document in search_documents([contact]))
