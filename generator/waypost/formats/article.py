"""What writers put in the front matter of a Markdown file, and the article that comes of it."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

from pydantic import Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import (
    STRICT,
    ContentPath,
    Day,
    Duration,
    FilePath,
    FormerAddress,
    Line,
    Slug,
    WebUrl,
    fault,
)


class Kind(StrEnum):
    """What a Markdown file is; it decides the template, the icon and what is checked."""

    FAQ = "faq"
    TROUBLESHOOTING = "troubleshooting"
    TROUBLESHOOTER = "troubleshooter"
    TUTORIAL = "tutorial"
    PAGE = "page"
    CATEGORY = "category"
    HOME = "home"
    CONTACT = "contact"


ARTICLE_KINDS = (Kind.FAQ, Kind.TROUBLESHOOTING, Kind.TROUBLESHOOTER, Kind.TUTORIAL, Kind.PAGE)
"""The kinds that count as articles; the others are the help center's own pages."""


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


def _schema(*kinds: Kind) -> WithJsonSchema:
    """Tell editors which kinds belong to a format; readers choose the format by the kind."""
    return WithJsonSchema({"type": "string", "enum": [kind.value for kind in kinds]})


@dataclass(frozen=True, config=STRICT, kw_only=True)
class FrontMatter:
    """Keys that every Markdown file in content/ may have."""

    title: Line
    """The heading of the page, in the reader's words."""
    summary: Line = ""
    """One sentence for lists and search results."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ArticleFrontMatter(FrontMatter):
    """Front matter of an article: faq, troubleshooting, troubleshooter, tutorial or page."""

    kind: Annotated[Kind, _schema(*ARTICLE_KINDS)] = Kind.PAGE
    """faq, troubleshooting, troubleshooter, tutorial or page."""
    category: Slug | None = None
    """The category it belongs to; without it, the folder the file is in."""
    components: tuple[Slug, ...] = ()
    """Ids of the components it depends on, as in status/status.yml."""
    also_asked_as: tuple[Line, ...] = ()
    """The question as people ask it; search weighs these most."""
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
        """Refuse what only a tutorial shows in any other kind, so that nothing written is lost silently."""
        if self.kind is Kind.TUTORIAL:
            return
        for key in ("time", "prerequisites", "next"):
            if getattr(self, key):
                message = f"Only a tutorial shows `{key}`. Remove it here, or write `kind: tutorial`."
                raise fault("bad-value", message, key)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CategoryFrontMatter(FrontMatter):
    """Front matter of the index.md of a folder: a category of the help center."""

    kind: Annotated[Kind, _schema(Kind.CATEGORY)]
    """category."""
    icon: Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)+$", max_length=80)] = (
        "material/file-document-outline"
    )
    """The icon on its card, by its path among Material's icons, such as material/tray-arrow-down."""
    position: Annotated[int, Field(ge=0, le=10_000)] = 1000
    """Its place among the categories; the lowest is first."""
    components: tuple[Slug, ...] = ()
    """Ids of the components it depends on."""
    redirect_from: tuple[FormerAddress, ...] = ()
    """Addresses that this page had once; each leads here. A page that moved is still found."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class HomeFrontMatter(FrontMatter):
    """Front matter of content/index.md: the home page."""

    kind: Annotated[Kind, _schema(Kind.HOME)]
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

    kind: Annotated[Kind, _schema(Kind.CONTACT)]
    """contact."""
    components: tuple[Slug, ...] = ()
    """Ids of components to tell of above the page; without them, it tells of the whole service."""


FRONT_MATTER: dict[Kind, type[FrontMatter]] = {
    **dict.fromkeys(ARTICLE_KINDS, ArticleFrontMatter),
    Kind.CATEGORY: CategoryFrontMatter,
    Kind.HOME: HomeFrontMatter,
    Kind.CONTACT: ContactFrontMatter,
}
"""Which front matter belongs to which kind."""


def components_of(front: FrontMatter) -> tuple[str, ...]:
    """Return the ids of the components that a page depends on."""
    depends = ArticleFrontMatter | CategoryFrontMatter | ContactFrontMatter
    return front.components if isinstance(front, depends) else ()


def is_draft(front: FrontMatter) -> bool:
    """Tell whether a page is not to be published yet."""
    return isinstance(front, ArticleFrontMatter) and front.draft


@dataclasses.dataclass(frozen=True)
class Article:
    """One Markdown file of the help center."""

    path: str
    """Its path from content/, with forward slashes: `downloads/zip-stops.md`."""
    kind: Kind
    category: str
    """The id of its category: the folder it is in unless it says otherwise; empty at the top."""
    front: FrontMatter
    body: str
    """The Markdown below the front matter."""
    body_line: int
    """The line of the file on which the body starts, from 1."""

    @property
    def url(self) -> str:
        """The address of its page from the root of the site: `downloads/zip-stops/`."""
        stem = self.path.removesuffix(".md")
        if stem == "index" or stem.endswith("/index"):
            return stem.removesuffix("index")
        return f"{stem}/"

    @property
    def title(self) -> str:
        """Its heading."""
        return self.front.title
