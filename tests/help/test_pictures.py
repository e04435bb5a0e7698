"""Pictures of articles: their sizes, when they are loaded, and their forms for dark pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from helpers.sites import minimal_site
from waypost.build import build_site
from waypost.help.io.pictures import HEADER, dark_form, picture_size
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = """\
---
title: Pictures
---
![One](one.png)

1. ![Two](two.jpg){width=50} and ![three](../start/three.webp)

<p><img src="four.svg" alt=""></p>

![Elsewhere](https://pictures.example.org/x.png) ![Small](four.svg){height=9} ![Half](one.png){width="50%"}
"""


def picture(path: Path, size: tuple[int, int], **more: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 60).convert("RGB").save(path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp"])
def test_the_size_stands_in_the_first_bytes(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"a.{ending}"
    picture(file, (700, 500))
    assert file.stat().st_size > HEADER
    assert picture_size(file) == (700, 500)
    file.write_bytes(file.read_bytes()[:5])
    assert picture_size(file) is None


def test_a_photo_is_as_wide_as_cameras_turn_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(tmp_path / "a.jpg", (700, 500), exif=exif)
    assert picture_size(tmp_path / "a.jpg") == (500, 700)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ('<?xml version="1.0"?><!-- x --><svg xmlns="x" width="24" height=\'12.4px\'>', (24, 12)),
        ('<svg viewBox="0 0 24 12">', None),
        ('<svg width="100%" height="10em">', None),
        ('<svg width="1.2.3" height="4">', None),
        ('<svg stroke-width="2" height="4"><rect width="9" height="9"/>', None),
        ("no picture", None),
        ("", None),
    ],
)
def test_a_drawing_says_its_size_or_takes_the_width_of_the_page(
    text: str, size: tuple[int, int] | None, tmp_path: Path
) -> None:
    (tmp_path / "a.svg").write_text(text)
    assert picture_size(tmp_path / "a.svg") == size


def test_what_is_no_picture_has_neither_size_nor_dark_form(tmp_path: Path) -> None:
    assert picture_size(tmp_path / "gone.png") is None
    assert picture_size(tmp_path / "a.pdf") is None
    assert [dark_form(path) for path in ("a/b.c.png", "a.md", "a.dark.png", "")] == [
        "a/b.c.dark.png",
        "",
        "",
        "",
    ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = minimal_site(tmp_path / "site")
    folder = site.root / "content/start"
    (folder / "pictures.md").write_text(TEXT, encoding="utf-8")
    picture(folder / "one.png", (80, 60))
    picture(folder / "two.jpg", (300, 200))
    picture(folder / "three.webp", (40, 30))
    (folder / "four.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="12" height="8"/>')
    return site


def images(site: Site, name: str = "pictures") -> list[dict[str, str]]:
    page = (site.output / f"start/{name}/index.html").read_text(encoding="utf-8")
    text = page.partition("<article")[2].partition("</article>")[0]
    return [dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in re.findall(r"<img [^>]*>", text)]


def test_each_has_its_size_and_all_but_the_first_wait(site: Site) -> None:
    assert build_site(site, NOW).warnings == ()
    found = images(site)
    assert [(image.get("width"), image.get("height")) for image in found] == [
        *[("80", "60"), ("50", "33"), ("40", "30"), ("12", "8")],
        *[(None, None), (None, "9"), ("50%", None)],
    ]
    assert [image.get("loading") for image in found] == [None, *["lazy"] * 6]


def test_a_dark_form_stands_beside_and_comes_and_goes(site: Site) -> None:
    build_site(site, NOW)
    dark = site.root / "content/start/one.dark.png"
    picture(dark, (81, 60))
    assert build_site(site, NOW).rendered == {"start/pictures.md"}
    first, second, *_ = images(site)
    assert (first["src"], first["class"], first.get("loading")) == ("../one.png", "wp-light", None)
    assert (second["src"], second["class"], second["loading"]) == ("../one.dark.png", "wp-dark", "lazy")
    assert (second["width"], second["height"], second["alt"]) == ("80", "60", "One")
    dark.unlink()
    build_site(site, NOW)
    assert all("wp-" not in image.get("class", "") for image in images(site))


def test_a_picture_that_was_replaced_by_a_larger_one_changes_its_page(site: Site) -> None:
    build_site(site, NOW)
    picture(site.root / "content/start/one.png", (90, 60))
    assert build_site(site, NOW).rendered == {"start/pictures.md"}
    assert images(site)[0]["width"] == "90"
    picture(site.root / "content/start/one.png", (90, 60))
    assert build_site(site, NOW).rendered == frozenset()
