"""The parts of content/support.yml that reach beyond the site: where votes go, and programs and pages of others."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, HttpsUrl, Line, fault, https_url


def _endpoint(url: str) -> str:
    # Browsers read // and /\\ as the beginning of another host's name.
    is_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    if is_path and all(ch.isprintable() and not ch.isspace() for ch in url):
        return url
    if not url.startswith("https://"):
        message = (
            "Expected an address that starts with https://, or a path of the same host such as /feedback."
        )
        raise fault("bad-value", message)
    return https_url(url)


FeedbackUrl = Annotated[str, AfterValidator(_endpoint), Field(max_length=2000)]
"""An absolute https address, or a path of the same host that begins with a slash."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Feedback:
    """Where the answers to "Was this helpful?" are sent."""

    url: FeedbackUrl
    """An https address, or a path of the same host such as /feedback, that takes a POST."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class UnresolvedSearches:
    """Where searches that led to no answer are sent."""

    url: FeedbackUrl
    """An https address, or a path of the same host such as /searches, that takes a POST."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ChatEmbed:
    """A live chat: a program of somebody else, which is loaded only after a click."""

    script: HttpsUrl
    """The https address of the chat's script."""
    label: Line
    """What its button says."""
    note: Line | None = None
    """What people should know before they press it."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class LinkEmbed:
    """A page of somebody else: a plain link."""

    url: HttpsUrl
    """Its https address."""
    label: Line
    """What the link says."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Embeds:
    """More ways to a person, beside the channels. Nothing of them is loaded before a click."""

    chat: ChatEmbed | None = None
    """A live chat."""
    community: LinkEmbed | None = None
    """Where customers help each other."""
    call_back: LinkEmbed | None = None
    """Where a call can be booked."""
