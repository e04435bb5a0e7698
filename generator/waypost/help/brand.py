"""What a site shows of itself elsewhere: previews of its pages where somebody links to them, and its icons."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from waypost.base.files.digests import digest, file_digest
from waypost.base.files.file_tree import write_atomic
from waypost.base.files.languages import language_and_land
from waypost.formats.theme import Theme
from waypost.help.io import cards
from waypost.help.io.build_record import Reuse
from waypost.help.io.cards import can_draw, card, icon
from waypost.publishing.io.theme_assets import brand_icon
from waypost.publishing.pages.render import CARD_PATH, MANIFEST_PATH, TOUCH_ICON_PATH, Brand
from waypost.publishing.rules.help_site import STATUS_FOLDER, HelpSite
from waypost.publishing.rules.stylesheet import brand_colours

ICON_PATH = "assets/waypost/icon.svg"
_FOLDER = "assets/waypost/brand/"
_MANIFEST = "assets/waypost/site.webmanifest"
_TOUCH_SIZE = 180
"""Pixels of the icon that iOS puts on its home screen."""
_SIZES = (_TOUCH_SIZE, 192, 512)


@dataclass(frozen=True)
class Preview:
    """What Open Graph and Twitter ask of a page: https://ogp.me."""

    title: str
    description: str
    url: str
    type: str
    locale: str
    image: str = ""
    """Its address; empty where the title has letters that the font lacks."""


class BrandFiles:
    """The pictures of one build, each by the name of what it shows, so that those that are there need not be made."""

    def __init__(self, theme: Theme, site: HelpSite, status_url: str) -> None:
        self._site = site
        self._status_url = status_url
        self._light, self._dark = brand_colours(theme)
        self._has_cards = theme.previews and can_draw(site.name)
        self._has_previews = theme.previews
        self._style = file_digest(cards.__file__)
        self._made: dict[str, Callable[[], bytes]] = {}
        self._icons = {size: self._named(f"icon {size}", partial(icon, size, self._light)) for size in _SIZES}
        self._whole = self._card(site.name, "")

    @property
    def head(self) -> dict[str, Any]:
        """What the head of every page of the help center names, by paths from its root."""
        return {
            "colours": (self._light, self._dark),
            "touch_icon": self._icons[_TOUCH_SIZE],
            "manifest": _MANIFEST,
        }

    @property
    def status_head(self) -> Brand:
        """What the head of every status page names."""
        image = self._status_url + CARD_PATH if self._whole else ""
        return Brand(
            (self._light, self._dark), self._has_previews, language_and_land(self._site.language), image
        )

    def preview(
        self, title: str, description: str, url: str, above: tuple[str, ...], *, is_written: bool
    ) -> Preview | None:
        """Return what a page shows where it is linked to; None on a site that wants none or has no address."""
        if not self._has_previews or not self._site.url:
            return None
        own = self._card(title, " › ".join((self._site.name, *above))) if is_written and url else ""
        image = own or self._whole
        return Preview(
            title,
            description,
            self._site.address(url),
            "article" if above else "website",
            language_and_land(self._site.language),
            self._site.url + image if image else "",
        )

    def _card(self, title: str, place: str) -> str:
        if not self._has_cards or not can_draw(title + place):
            return ""
        return self._named(f"card {title}\0{place}", partial(card, title, place, self._light))

    def _named(self, what: str, make: Callable[[], bytes]) -> str:
        path = f"{_FOLDER}{digest(what, self._light, self._style)[:20]}.png"
        self._made[path] = make
        return path

    def _manifest(self, icons: list[tuple[str, str, str]]) -> bytes:
        """Return a web manifest, in a folder two below the root, with icons by address, size and type."""
        document = {
            "name": self._site.name,
            "short_name": self._site.name,
            "start_url": "../../",
            "display": "browser",
            "background_color": "#ffffff",
            "theme_color": self._light,
            "icons": [{"src": source, "sizes": size, "type": kind} for source, size, kind in icons],
        }
        return json.dumps(document, ensure_ascii=False).encode()

    def write(self, output: Path, reuse: Reuse | None) -> None:
        """Write what is not published already."""
        for path, make in self._made.items():
            if not (reuse and reuse.keeps_named(path)):
                write_atomic(output / path, make())
        sizes = [size for size in _SIZES if size != _TOUCH_SIZE]
        icons = [(f"brand/{Path(self._icons[size]).name}", f"{size}x{size}", "image/png") for size in sizes]
        write_atomic(output / _MANIFEST, self._manifest(icons))
        write_atomic(output / ICON_PATH, brand_icon(self._light))
        status = output / STATUS_FOLDER
        own = [
            ("../icon.svg", "any", "image/svg+xml"),
            ("touch.png", f"{_TOUCH_SIZE}x{_TOUCH_SIZE}", "image/png"),
        ]
        write_atomic(status / MANIFEST_PATH, self._manifest(own))
        write_atomic(status / TOUCH_ICON_PATH, icon(_TOUCH_SIZE, self._light))
        if self._whole:
            write_atomic(status / CARD_PATH, card(self._site.name, "", self._light))
