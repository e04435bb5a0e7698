"""The help center as mkdocs.yml describes it: name, language, addresses and styles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from waypost.base.i18n import Words

STATUS_FOLDER = "status/"
"""Where the status pages are, from the root of the output."""


@dataclass(frozen=True)
class HelpSite:
    """A help center: its name, its language, where it is and how it looks; paths are from the root of the output."""

    name: str
    words: Words
    url: str = ""
    """The absolute address of its root, with a slash at its end; empty where mkdocs.yml has no `site_url`."""
    status_url: str = ""
    """The address of the status page, with a slash at its end; empty where it is a folder of this one."""
    root: Path | None = None
    """The folder of the site, whose history has the dates of its articles; None where nobody asks for them."""
    copyright: str = ""
    logo: str = ""
    styles: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The code of its language, such as en or de."""
        return self.words.language

    @property
    def own_styles(self) -> tuple[str, ...]:
        """The style sheets that are files of this site."""
        return tuple(path for path in self.styles if "://" not in path and not path.startswith("//"))

    @property
    def status_address(self) -> str:
        """The address of the status page, absolute where the address of the site is."""
        where = self.status_url or STATUS_FOLDER
        return where if "://" in where else self.url + where

    @property
    def feed_title(self) -> str:
        """The title of the feed of articles."""
        return self.words.say("outputs.feed.title", name=self.name)

    def address(self, path: str) -> str:
        """Return the address of a page, absolute where the address of the site is."""
        return self.url + quote(path)
