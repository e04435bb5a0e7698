"""What writers put in the front matter of a Markdown file, and the article that comes of it."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, GetPydanticSchema, WithJsonSchema
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticKnownError, core_schema

from waypost.base.intervals import day_start
from waypost.base.markdown.plain_text import plain_code
from waypost.base.tokens import fold
from waypost.formats.field_types import (
    STRICT,
    ContentPath,
    Day,
    Duration,
    FilePath,
    FormerAddress,
    Line,
    MomentOrDay,
    Slug,
    WebUrl,
    fault,
)
from waypost.help.kinds import ARTICLE_KINDS, DEFAULT_KIND
from waypost.help.kinds.kind import ArticleKind, Structure

_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = 12
_UTC = ZoneInfo("UTC")

UNPLACED = 1000
"""The position of what names none."""

Position = Annotated[int, Field(ge=0, le=10_000)]
"""A place in an order; the lowest is first, and what has the same place is in the order of the titles."""

CategoryId = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?$", max_length=129)
]
"""The id of a category, or of a section: their folder in content/, such as downloads or downloads/zip."""


class PageKind(StrEnum):
    """The kinds of the help center's own pages, which are no articles."""

    CATEGORY = "category"
    HOME = "home"
    CONTACT = "contact"


class Hidden(StrEnum):
    """The parts of a page that an article can do without."""

    NAVIGATION = "navigation"
    TOC = "toc"
    FEEDBACK = "feedback"
    RELATED = "related"


class Priority(StrEnum):
    """How urgent a request is, from the least to the most."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, config=STRICT)
class TicketHint:
    """What a ticket about an article starts with."""

    category: Slug
    """The category of the ticket, as the ticket form names it."""
    priority: Priority = Priority.MEDIUM
    """The priority the ticket form starts with."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Shortcut:
    """A link under the search box of the home page."""

    label: Line
    """What the link says: two or three words."""
    article: ContentPath
    """Where it leads: the path of an article from content/."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Prerequisite:
    """Something that must be at hand before the first step of a tutorial."""

    text: Line
    """What is needed, in a few words: "The 4 digits of the download PIN"."""
    article: ContentPath | None = None
    """The article that tells how to get it."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Video:
    """A video below the first words of an article; nothing of it is loaded before somebody presses play."""

    title: Line
    """What the video shows; screen readers say it too."""
    url: WebUrl | None = None
    """Where it is: a page of YouTube or Vimeo, or an https address that ends in .mp4 or .webm."""
    file: FilePath | None = None
    """In place of url: an .mp4 or .webm file, by its path from content/."""
    poster: FilePath | None = None
    """The picture before it plays: a .jpg, .png or .webp file, by its path from content/."""
    captions: FilePath | None = None
    """What is said in the video, as text in a .vtt file, by its path from content/; hosts keep their own."""

    def __post_init__(self) -> None:
        """Refuse a video from nowhere or from two places, and files that no browser could use."""
        if (self.url is None) == (self.file is None):
            raise fault(
                "bad-value",
                "Say where the video is: give it either `url` or `file`.",
                "file" if self.url else None,
            )
        if self.url and not self.url.startswith("https://"):
            raise fault(
                "bad-value", "Browsers refuse a video without encryption. Use an https:// address.", "url"
            )
        for key, endings in _VIDEO_FILES.items():
            path = getattr(self, key)
            if path and not path.lower().endswith(endings):
                raise fault("bad-value", f"Expected a file that ends in {' or '.join(endings)}.", key)


_VIDEO_FILES = {
    "file": (".mp4", ".webm"),
    "poster": (".jpg", ".jpeg", ".png", ".webp"),
    "captions": (".vtt",),
}


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Download:
    """A file that readers of an article can save."""

    label: Line
    """What it is, as the link says it."""
    file: FilePath
    """The file, by its path from content/."""


def known_kinds() -> tuple[str, ...]:
    """Return what writers may put as `kind`."""
    return (*ARTICLE_KINDS, *PageKind)


def _check_kind(written: Any) -> Any:
    if written not in known_kinds():
        raise PydanticKnownError("enum", {"expected": ", ".join(known_kinds())})
    return written


def _schema(*kinds: str) -> WithJsonSchema:
    """Tell editors which kinds belong to a format; readers choose the format by the kind."""
    return WithJsonSchema({"type": "string", "enum": [str(kind) for kind in kinds]})


KindName = Annotated[
    str,
    # With a name of its own, so that it gets no title in a JSON Schema.
    GetPydanticSchema(lambda _, __: core_schema.no_info_plain_validator_function(_check_kind, ref="kind")),
]
"""What a Markdown file is; it decides the template, the icon and what is checked."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class FrontMatter:
    """Keys that every Markdown file in content/ may have."""

    title: Line
    """The heading of the page, in the reader's words."""
    summary: Line = ""
    """One sentence for lists and search results."""
    description: Line = ""
    """What search engines and previews of links show; without it, `summary`."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ArticleFrontMatter(FrontMatter):
    """Front matter of an article: faq, troubleshooting, troubleshooter, tutorial or page."""

    kind: Annotated[KindName, _schema(*ARTICLE_KINDS)] = DEFAULT_KIND
    """faq, troubleshooting, troubleshooter, tutorial or page."""
    category: CategoryId | None = None
    """The category or section it belongs to, such as downloads or downloads/zip; without it, that of its folder."""
    position: Position = UNPLACED
    """Its place in the list of its category or section; the lowest is first, then the titles decide."""
    pinned: bool = False
    """true puts it first in its list, with a mark."""
    components: tuple[Slug, ...] = ()
    """Ids of the components it depends on, as in status/status.yml."""
    also_asked_as: tuple[Line, ...] = ()
    """The question as people ask it; search weighs these most."""
    tags: tuple[Line, ...] = ()
    """Words that it is also found by, listed below its text; each leads to what the search finds for it."""
    related: tuple[ContentPath, ...] = ()
    """Paths of articles that help further, from content/."""
    ticket: TicketHint | None = None
    """What a ticket about this article starts with."""
    reviewed: Day | None = None
    """The day somebody last checked that it is true."""
    owner: Slug | None = None
    """The team that keeps it true."""
    draft: bool = False
    """true keeps it out of everything that is published; `waypost lint` checks it all the same."""
    publish_on: MomentOrDay | None = None
    """When it comes: until then it is as a draft. A day begins at midnight in the time zone of status/status.yml."""
    expires_on: MomentOrDay | None = None
    """When it goes: from then on it is as a draft. A day is its first moment without the article."""
    search: bool = True
    """false keeps it out of the search, of suggestions and of what is found to be related."""
    toc: bool = True
    """false leaves out the list of its headings, as `hide: [toc]` does."""
    hide: tuple[Hidden, ...] = ()
    """Parts to leave out: navigation (the list beside it), toc (its headings), feedback, related."""
    redirect_from: tuple[FormerAddress, ...] = ()
    """Addresses that this page had once; each leads here. A page that moved is still found."""
    video: Video | None = None
    """A video that shows what the text says."""
    downloads: tuple[Download, ...] = ()
    """Files to save, listed below the text with their type and size."""
    time: Duration | None = None
    """Only in a tutorial: how long somebody needs who does it for the first time."""
    prerequisites: tuple[Prerequisite, ...] = ()
    """Only in a tutorial: what must be at hand before the first step."""
    next: ContentPath | None = None
    """Only in a tutorial: the article to go on with, by its path from content/."""

    def __post_init__(self) -> None:
        """Refuse keys that only other kinds show, so that nothing written is lost silently."""
        own = ARTICLE_KINDS[self.kind].own_keys if self.kind in ARTICLE_KINDS else ()
        for other in ARTICLE_KINDS.values():
            for key in other.own_keys:
                if key not in own and getattr(self, key):
                    message = (
                        f"Only a {other.name} shows `{key}`. Remove it here, or write `kind: {other.name}`."
                    )
                    raise fault("bad-value", message, key)
        if self.publish_on and self.expires_on and _first(self.publish_on) >= _first(self.expires_on):
            raise fault("bad-value", "It would go before it comes. Name a later time.", "expires_on")

    def hides(self, part: Hidden) -> bool:
        """Tell whether its page leaves out a part."""
        return part in self.hide or (part is Hidden.TOC and not self.toc)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CategoryFrontMatter(FrontMatter):
    """Front matter of the index.md of a folder: a category of the help center, or a section of one."""

    kind: Annotated[KindName, _schema(PageKind.CATEGORY)]
    """category."""
    icon: Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)+$", max_length=80)] = (
        "material/file-document-outline"
    )
    """The icon on its card, by its path among Material's icons, such as material/tray-arrow-down."""
    position: Position = UNPLACED
    """Its place among the categories, or among the sections of its category; the lowest is first."""
    components: tuple[Slug, ...] = ()
    """Ids of the components it depends on."""
    redirect_from: tuple[FormerAddress, ...] = ()
    """Addresses that this page had once; each leads here. A page that moved is still found."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class HomeFrontMatter(FrontMatter):
    """Front matter of content/index.md: the home page."""

    kind: Annotated[KindName, _schema(PageKind.HOME)]
    """home."""
    placeholder: Line = "Ask in your own words"
    """What stands in the empty search box."""
    often_asked: Annotated[tuple[Shortcut, ...], Field(max_length=5)] = ()
    """Up to five links under the search box."""
    popular: tuple[ContentPath, ...] = ()
    """Articles to show as good places to start."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ContactFrontMatter(FrontMatter):
    """Front matter of the contact page; channels and hours come from support.yml."""

    kind: Annotated[KindName, _schema(PageKind.CONTACT)]
    """contact."""
    components: tuple[Slug, ...] = ()
    """Ids of components to tell of above the page; without them, it tells of the whole service."""


FRONT_MATTER: dict[str, type[FrontMatter]] = {
    PageKind.CATEGORY: CategoryFrontMatter,
    PageKind.HOME: HomeFrontMatter,
    PageKind.CONTACT: ContactFrontMatter,
}
"""The front matter of the pages that are no articles, by their kind."""


def front_matter_of(kind: str) -> type[FrontMatter]:
    """Return the model of the front matter of a kind."""
    return FRONT_MATTER.get(kind, ArticleFrontMatter)


def components_of(front: FrontMatter) -> tuple[str, ...]:
    """Return the ids of the components that a page depends on."""
    depends = ArticleFrontMatter | CategoryFrontMatter | ContactFrontMatter
    return front.components if isinstance(front, depends) else ()


def is_draft(front: FrontMatter) -> bool:
    """Tell whether a page is not to be published yet."""
    return isinstance(front, ArticleFrontMatter) and front.draft


def _first(time: date, zone: ZoneInfo = _UTC) -> datetime:
    """Return a moment, or the first one of a day."""
    return time if isinstance(time, datetime) else day_start(time, zone)


@dataclasses.dataclass(frozen=True)
class Schedule:
    """When an article comes and goes by itself."""

    publish: datetime | None = None
    expire: datetime | None = None

    def hides(self, now: datetime) -> bool:
        """Tell whether it is not published at a moment."""
        return bool((self.publish and now < self.publish) or self.has_expired(now))

    def has_expired(self, now: datetime) -> bool:
        """Tell whether it was published, and is no longer."""
        return self.expire is not None and self.expire <= now


def schedule_of(front: FrontMatter, zone: ZoneInfo = _UTC) -> Schedule:
    """Return when a page comes and goes; a day begins at midnight in `zone`."""
    if not isinstance(front, ArticleFrontMatter) or front.draft:
        return Schedule()
    times = (front.publish_on, front.expires_on)
    return Schedule(*(_first(time, zone) if time else None for time in times))


def page_url(path: str) -> str:
    """Return the address of the page of a file of content/, from the root of the site."""
    stem = path.removesuffix(".md")
    return stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else f"{stem}/"


@dataclasses.dataclass(frozen=True)
class Article:
    """One Markdown file of the help center."""

    path: str
    """Its path from content/, with forward slashes: `downloads/zip-stops.md`."""
    kind: str
    """The name of its kind: an article's, or one of PageKind."""
    category: str
    """The id of its category or section, `downloads` or `downloads/zip`: the folder it is in unless it says
    otherwise, empty at the top. The page of a category has its own id."""
    front: FrontMatter
    body: str
    """The Markdown below the front matter."""
    body_line: int
    """The line of the file on which the body starts, from 1."""

    @property
    def url(self) -> str:
        """The address of its page from the root of the site: `downloads/zip-stops/`."""
        return page_url(self.path)

    @property
    def article_kind(self) -> ArticleKind | None:
        """The record of its kind; None for a page that is no article, such as the home page."""
        return ARTICLE_KINDS.get(self.kind)

    @property
    def structure(self) -> Structure:
        """What its text is made of."""
        return self.article_kind.structure if self.article_kind else Structure.TEXT

    @property
    def title(self) -> str:
        """Its heading as plain text."""
        return plain_code(self.front.title)

    @property
    def order(self) -> tuple[bool, int, str, str]:
        """Its place in a list: pinned, then by position, then by title without case and accents, 9 before 10."""
        front = self.front
        position = front.position if isinstance(front, ArticleFrontMatter | CategoryFrontMatter) else UNPLACED
        is_pinned = isinstance(front, ArticleFrontMatter) and front.pinned
        words = _DIGITS.sub(lambda found: found[0].zfill(_LONGEST_NUMBER), fold(self.title))
        return not is_pinned, position, words, self.path
