"""What a site shows of itself elsewhere: previews, pictures for them, and icons, from the one colour of the site."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from helpers.sites import minimal_site, replace
from waypost.build import build_site
from waypost.help.io import cards
from waypost.help.io.cards import can_draw, card, icon
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COLOUR = "#00796b"
ADDRESS = "https://help.example.org/"


def set_look(site: Site, look: str) -> None:
    replace(site.root / "mkdocs.yml", "plugins: [waypost]", f"plugins: [{{waypost: {{look: {look}}}}}]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = minimal_site(tmp_path_factory.mktemp("brand") / "site")
    set_look(site, f'{{colour: "{COLOUR}"}}')
    replace(site.root / "content/start/first.md", "title: ", "description: 'For & previews'\ntitle: ")
    (site.root / "content/start/far.md").write_text("---\ntitle: 返金について\nsummary: S.\n---\nX.\n")
    build_site(site, NOW)
    return site


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def head(site: Site, page: str) -> dict[str, str]:
    text = (site.output / page / "index.html").read_text(encoding="utf-8")
    metas = re.findall(r'<meta (?:property|name)="([^"]+)"(?: media="[^"]*")? content="([^"]*)">', text)
    links = re.findall(r'<link rel="([a-z-]+)" href="([^"]+)"', text)
    return {**dict(reversed(metas)), **dict(links)}


def test_a_page_says_what_others_show_of_it(site: Site) -> None:
    found = head(site, "start/first")
    assert found["og:description"] == found["twitter:description"] == "For &amp; previews"
    assert found["og:url"] == f"{ADDRESS}start/first/"
    assert (found["og:locale"], found["og:type"]) == ("en_US", "article")
    assert found["og:title"] == found["twitter:title"] != ""
    assert found["twitter:card"] == "summary_large_image"
    picture = site.output / found["og:image"].removeprefix(ADDRESS)
    assert size_of(picture) == (int(found["og:image:width"]), int(found["og:image:height"])) == cards.SIZE


def test_letters_that_the_font_lacks_get_the_picture_of_the_site(site: Site) -> None:
    pictures = {
        page: head(site, page)["og:image"] for page in ("start/far", "search", "start/first", "start")
    }
    assert pictures["start/far"] == pictures["search"]
    assert len(set(pictures.values())) == 3


def test_every_status_page_has_them_too(site: Site) -> None:
    for page in ("status", "status/history"):
        found = head(site, page)
        address = page.partition("/")[2]
        assert found["og:url"] == f"{ADDRESS}status/{address}{'/' if address else ''}"
        assert "Example status" in found["og:title"]
        assert (site.output / found["og:image"].removeprefix(ADDRESS)).is_file()
        assert (site.output / page / found["manifest"]).is_file()


def test_icons_and_frames_have_the_colour_of_the_site(site: Site) -> None:
    for page in (".", "start/first", "status"):
        found, folder = head(site, page), site.output / page
        assert found["theme-color"] == COLOUR
        assert COLOUR in (folder / found["icon"]).read_text()
        touch = Image.open(io.BytesIO((folder / found["apple-touch-icon"]).read_bytes())).convert("RGB")
        assert touch.size == (180, 180)
        assert touch.getpixel((2, 2)) == (0, 0x79, 0x6B)
        manifest = folder / found["manifest"]
        document = json.loads(manifest.read_bytes())
        assert document["theme_color"] == COLOUR
        assert all((manifest.parent / item["src"]).is_file() for item in document["icons"])


def test_what_is_there_is_not_made_again_and_what_nobody_shows_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = minimal_site(tmp_path / "site")
    build_site(site, NOW)
    before = {path: path.stat().st_mtime_ns for path in site.output.glob("assets/waypost/brand/*")}
    with monkeypatch.context() as patch:
        patch.setattr("waypost.help.brand.card", lambda *_: b"never for pages")
        build_site(site, NOW + timedelta(minutes=1), anew=True)
    assert {path: path.stat().st_mtime_ns for path in site.output.glob("assets/waypost/brand/*")} == before
    old = head(site, "start/first")["og:image"]
    text = (site.root / "content/start/first.md").read_text()
    (site.root / "content/start/first.md").write_text(
        re.sub(r"title: .*", "title: Other words", text, count=1)
    )
    build_site(site, NOW)
    assert head(site, "start/first")["og:image"] != old
    assert not (site.output / old.removeprefix(ADDRESS)).exists()


def test_all_of_it_can_be_left_out(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    set_look(site, "{previews: false}")
    build_site(site, NOW)
    publish(site, load_project(site), NOW + timedelta(hours=1))
    for page in ("start/first", "status"):
        found = head(site, page)
        assert not [name for name in found if name.startswith(("og:", "twitter:"))]
        assert found["theme-color"] == "#3b4cca"


def test_a_card_holds_any_title() -> None:
    titles = ("", "Short", "word " * 60, "x" * 400, "Größe ändern – Где? Ελ", " ")
    for title in titles:
        picture = Image.open(io.BytesIO(card(title, "A site › " + "with a long name " * 9, "#123456")))
        assert picture.size == cards.SIZE
        right = picture.convert("L").crop((cards.SIZE[0] - 40, 30, *cards.SIZE))
        assert right.getextrema() == (255, 255), f"{title[:9]} runs into the margin"
    assert [can_draw(text) for text in ("Größe ’“„–… €", "Где", "返金", "עברית", "🚀", "")] == [
        *(True, True, False, False, False, True),
    ]
    assert Image.open(io.BytesIO(icon(192, "#123456"))).size == (192, 192)
