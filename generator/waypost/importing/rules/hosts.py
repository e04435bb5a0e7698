"""The hosts that a collection was published on: addresses of help desks, and what still leads to them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from waypost.importing.rules.collection import Conversion, ImportNote, SourceLine
from waypost.problems import Problem
from waypost.reading.rules.videos import find_player

CANONICAL_KEYS = ("html_url", "canonical", "canonical_url", "canonicalUrl", "publicUrl", "url")
"""Keys of front matter that name the address of a page with its host."""

_NUMBERED = re.compile(
    r"/(?:(?P<article>articles?)|sections?|categor(?:y|ies)|collections?|folders?)/(?P<number>\d{1,20})(?!\d)",
    re.IGNORECASE,
)
_HELP_DESK = re.compile(
    r"/hc/(?:[\w-]{2,10}/)?(?:articles|sections|categories|community|requests)|/support/(?:solutions|tickets)"
    r"|//intercom\.help/|\.helpscoutdocs\.com/|\.gitbook\.io/",
    re.IGNORECASE,
)
"""Addresses that only help desks have."""

_LIKELY = re.compile(r"/articles?/\d{1,20}-\w|/collections?/\d{1,20}-\w", re.IGNORECASE)
"""Addresses of help desks on hosts of their customers: Intercom, Help Scout."""

_UNIQUE = 5
"""A number of as many digits is one of a help desk, whatever the host; a shorter one may be anybody's."""


def number_in(address: str) -> tuple[str, str]:
    """Return what an address of a help desk names, `article` or `group`, and its number; empty for all others."""
    found = _NUMBERED.search(address)
    if found is None:
        return "", ""
    return "article" if found["article"] else "group", found["number"]


def host_of(address: str) -> str:
    """Return the host of an address in lower case, or an empty string."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def path_of(address: str) -> str:
    """Return the path of an address as plain text; an address without a host is a path."""
    if "://" not in address:
        return address
    try:
        return unquote(urlsplit(address).path) or "/"
    except ValueError:
        return "/"


def own_hosts(fronts: Iterable[Mapping[str, Any]], former_url: str) -> frozenset[str]:
    """Return the hosts that the pages of a collection say that they stood on."""
    named = (front.get(key) for front in fronts for key in CANONICAL_KEYS)
    addresses = [it for it in named if isinstance(it, str) and it.startswith(("https://", "http://"))]
    return frozenset(filter(None, map(host_of, [former_url, *addresses])))


def is_unique(number: str) -> bool:
    """Tell whether a number names an article of a help desk whatever the host is."""
    return len(number) >= _UNIQUE


@dataclass
class Elsewhere:
    """What pages still fetch from other hosts, and links that lead to hosts of the collection."""

    own: frozenset[str]
    links: dict[str, list[Problem]] = field(default_factory=dict)
    """Places of links by the host of the collection that they lead to."""
    pictures: dict[str, list[Problem]] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    """The addresses of all pictures and files that could be brought over, in their order."""

    def add(self, target: str, line: SourceLine, conversion: Conversion, *, is_file: bool) -> None:
        """Enter an address that stays as it is."""
        host = host_of(target)
        if not host or find_player(target) or not target.startswith(("http://", "https://", "//")):
            return
        if is_file:
            self.addresses.setdefault(target)
            self.pictures.setdefault(host, []).append(conversion.at(line, target))
        elif host in self.own or _HELP_DESK.search(target) or (not self.own and _LIKELY.search(target)):
            self.links.setdefault(host, []).append(conversion.at(line, target))

    def notes(self) -> Iterator[ImportNote]:
        """Yield one note for each host."""
        yield from _per_host(self.links, _LEADING, "to")
        yield from _per_host(self.pictures, _FETCHED, "from")


_LEADING = ("link still leads", "links still lead", "to pages that did not come along. Correct them.")
_FETCHED = (
    "picture or file comes",
    "pictures and files come",
    "not from your site. --fetch-assets brings them over.",
)


def _per_host(
    found: Mapping[str, list[Problem]], words: tuple[str, str, str], preposition: str
) -> Iterator[ImportNote]:
    one, many, advice = words
    for host, places in sorted(found.items()):
        count = f"1 {one}" if len(places) == 1 else f"{len(places)} {many}"
        message = f"{count} {preposition} {host}, {advice}"
        yield ImportNote(dataclasses.replace(min(places), message=message))
