"""Where videos may come from, and what a page needs to play one when somebody asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit

FILE_ENDINGS = (".mp4", ".webm")
"""Files that every supported browser plays by itself."""

_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_YOUTUBE_PATH = re.compile(r"/(?:embed|shorts|live|v)/([^/]+)/?")
_VIMEO_PATH = re.compile(r"/(?:video/)?(\d{5,12})(?:/([0-9a-f]{6,20}))?/?")
_START = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,6})s?)?")


@dataclass(frozen=True)
class Player:
    """How to play one video."""

    how: Literal["frame", "file"]
    """frame: the host's own player in an iframe; file: the browser's."""
    source: str
    """What to load when somebody presses play."""
    page: str
    """Where the video can be watched without our script."""
    host: str
    """Who is asked for it; empty for a file of this site."""


@dataclass(frozen=True)
class VideoHost:
    """A company that shows videos to others."""

    name: str
    example: str
    """An address that it gives to a video."""
    domains: frozenset[str]
    player: Callable[[SplitResult], str]
    """Returns the address of the player for an address of the host, or nothing where it is no video."""


def _youtube(parts: SplitResult) -> str:
    query = parse_qs(parts.query)
    if parts.hostname == "youtu.be":
        name = parts.path.strip("/")
    elif parts.path.rstrip("/") == "/watch":
        name = query.get("v", [""])[0]
    else:
        found = _YOUTUBE_PATH.fullmatch(parts.path)
        name = found[1] if found else ""
    if not _YOUTUBE_ID.fullmatch(name):
        return ""
    start = _seconds(query.get("t", query.get("start", [""]))[0])
    options = {"autoplay": 1, "rel": 0, **({"start": start} if start else {})}
    return f"https://www.youtube-nocookie.com/embed/{name}?{urlencode(options)}"


def _vimeo(parts: SplitResult) -> str:
    found = _VIMEO_PATH.fullmatch(parts.path)
    if not found:
        return ""
    # Videos that are not listed need this second part.
    key = found[2] or parse_qs(parts.query).get("h", [""])[0]
    options = {"autoplay": 1, "dnt": 1, **({"h": key} if re.fullmatch(r"[0-9a-f]{6,20}", key) else {})}
    return f"https://player.vimeo.com/video/{found[1]}?{urlencode(options)}"


HOSTS: tuple[VideoHost, ...] = (
    VideoHost(
        "YouTube",
        "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        frozenset(
            {"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "www.youtube-nocookie.com"}
        ),
        _youtube,
    ),
    VideoHost(
        "Vimeo",
        "https://vimeo.com/1084537",
        frozenset({"vimeo.com", "www.vimeo.com", "player.vimeo.com"}),
        _vimeo,
    ),
)
"""Every host whose player a page can show. YouTube is asked through its domain without cookies, Vimeo not to track."""


def find_player(address: str) -> Player | None:
    """Return how to play the video at an https address, or None where no player is known for it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname:
        return None
    for host in HOSTS:
        if parts.hostname in host.domains:
            source = host.player(parts)
            return Player("frame", source, address, host.name) if source else None
    if parts.path.lower().endswith(FILE_ENDINGS):
        return Player("file", address, address, parts.hostname)
    return None


def address_from(page_url: str, path: str) -> str:
    """Return the address of a file of content/ as a page links to it; `page_url` is from the site's root."""
    return "../" * page_url.count("/") + quote(path)


def _seconds(text: str) -> int:
    """Read the start of a video as hosts write it: 90, 90s or 1m30s."""
    found = _START.fullmatch(text)
    if not found:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
