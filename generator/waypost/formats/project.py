"""A whole site as people wrote it: everything the use cases start from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from waypost.formats.article import Article, CategoryFrontMatter, PageKind
from waypost.formats.incident_templates import IncidentTemplates
from waypost.formats.lint import Cadence
from waypost.formats.search import QueryFile, SynonymFile
from waypost.formats.status import Certificate, Coverage, Incident, Maintenance, StateChange, UplinkGap
from waypost.formats.status_config import StatusConfig
from waypost.formats.subscribers import SubscriberFile
from waypost.formats.support import SupportConfig
from waypost.formats.theme import Look


@dataclass(frozen=True)
class History:
    """What machines observed, as rows: confirmed changes of state, and when anybody was watching."""

    changes: tuple[StateChange, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    uplink: tuple[UplinkGap, ...] = ()
    """When our own connection was down, oldest first."""
    certificates: tuple[Certificate, ...] = ()
    """The certificate that each check last saw."""


@dataclass(frozen=True)
class HelpCenter:
    """The folder content/: pages by path, and how to reach a person."""

    pages: Mapping[str, Article] = field(default_factory=dict)
    """What is published."""
    support: SupportConfig | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each file that an article offers, by its path from content/."""
    drafts: Mapping[str, Article] = field(default_factory=dict)
    """Articles that nobody may see yet, by path; nothing that is published knows of them."""

    synonyms: SynonymFile = field(default_factory=SynonymFile)
    queries: QueryFile = field(default_factory=QueryFile)

    @property
    def with_drafts(self) -> HelpCenter:
        """The same help center as if its drafts were published, in the order of the paths."""
        return replace(self, pages=dict(sorted({**self.pages, **self.drafts}.items())))

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles proper, by path; home, category and contact pages are left out."""
        return tuple(page for page in self.pages.values() if page.article_kind)

    @property
    def categories(self) -> tuple[Article, ...]:
        """The category pages, in the order that writers gave them."""

        def order(page: Article) -> tuple[int, str]:
            position = page.front.position if isinstance(page.front, CategoryFrontMatter) else 0
            return position, page.title.casefold()

        return tuple(
            sorted((page for page in self.pages.values() if page.kind == PageKind.CATEGORY), key=order)
        )

    @property
    def contact_url(self) -> str:
        """The address of the contact page from the root; empty where there is none."""
        contact = self.only(PageKind.CONTACT)
        return contact.url if contact else ""

    def only(self, kind: str) -> Article | None:
        """Return the first page of a kind, such as the home page, or None."""
        return next((page for page in self.pages.values() if page.kind == kind), None)


@dataclass(frozen=True)
class StatusSite:
    """The folder status/: what is watched, what was written, and what earlier history is kept as text."""

    config: StatusConfig
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    history: History = field(default_factory=History)
    templates: IncidentTemplates = field(default_factory=IncidentTemplates)
    """The words of automatic incidents, where the site brings its own."""
    cadence: Cadence = field(default_factory=Cadence)
    """How long an open incident may be silent, from lint.yml."""
    subscribers: SubscriberFile = field(default_factory=SubscriberFile)
    """Who is told of what."""

    def without_articles(self, paths: Collection[str]) -> StatusSite:
        """Return the same site, whose incidents and maintenances do not name some articles."""
        if not paths:
            return self

        def left(articles: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(path for path in articles if path not in paths)

        return replace(
            self,
            incidents=tuple(replace(item, articles=left(item.articles)) for item in self.incidents),
            maintenances=tuple(replace(item, articles=left(item.articles)) for item in self.maintenances),
        )


@dataclass(frozen=True)
class Project:
    """One repository: a help center and the status page that it knows of."""

    help_center: HelpCenter
    status: StatusSite
    look: Look = field(default_factory=Look)
    language: str = "en"
    """The language of the theme in mkdocs.yml, such as `de`."""
