"""Addresses that pages had once, and where each of them leads now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from waypost.formats.article import Article, ArticleFrontMatter, CategoryFrontMatter


@dataclass(frozen=True)
class Redirect:
    """One former address."""

    address: str
    """What it was, from the root of the help center: `old/page/` or `old/page.html`."""
    url: str
    """The address of the page now, from the same root."""
    title: str

    @property
    def file(self) -> str:
        """The file that a web host shows at the former address."""
        return file_at(self.address)

    @property
    def root(self) -> str:
        """The root of the help center as seen from the former address."""
        return "../" * self.address.count("/") or "./"

    @property
    def link(self) -> str:
        """The page now as seen from the former address, ready for an attribute."""
        return self.root + quote(self.url)


def file_at(address: str) -> str:
    """Return the file in the output that a web host shows at an address."""
    return f"{address}index.html" if address.endswith("/") or not address else address


def former_addresses(page: Article) -> tuple[str, ...]:
    """Return what a page's front matter names in `redirect_from`."""
    front = page.front
    return front.redirect_from if isinstance(front, ArticleFrontMatter | CategoryFrontMatter) else ()


def redirects(pages: Mapping[str, Article]) -> Iterator[Redirect]:
    """Return the redirects of all pages."""
    for page in pages.values():
        for address in former_addresses(page):
            yield Redirect(address, page.url, page.title)


def parent_folders(path: str) -> list[str]:
    """Return the folders that a path is in, the innermost first, without the root."""
    return [parent.as_posix() for parent in PurePosixPath(path).parents][:-1]
