"""Pictures of articles as people see them: in the colours of the page, without anything moving, and in full."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import NOW, REPOSITORY, Served, served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit
from helpers.sites import minimal_site, replace
from waypost.base.files.resources import scaffold_folder
from waypost.build import build_site

pytestmark = pytest.mark.browser

PAGE = (REPOSITORY / "docs/feedback-and-privacy.md").read_text(encoding="utf-8")
[POLICY] = re.findall(r"^Content-Security-Policy: (.+)$", PAGE, re.MULTILINE)
SHOTS = os.environ.get("WAYPOST_SHOTS")
"""A folder for what the pages look like, for people who want to see it."""

TEXT = """\
---
title: Send photos to a lab
kind: tutorial
summary: Prints from a gallery.
tags: [prints, Fuji Frontier]
---
Prints come within a week.

1. Open the gallery and press Send.

   ![The button Send](shot.png)

2. Choose the lab, shown small: ![A mark](small.png)

   ![The list of labs](far.png)

[![A link](shot.png)](first.md)
"""


def draw(path: Path, size: tuple[int, int], ground: str, ink: str) -> None:
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((20, 20, size[0] - 20, size[1] - 20), 20, outline=ink, width=6)
    pen.line((20, 20, size[0] - 20, size[1] - 20), ink, 4)
    picture.save(path)


@pytest.fixture(scope="module")
def pictures(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = minimal_site(tmp_path_factory.mktemp("pictures") / "site")
    folder = site.root / "content/start"
    (folder / "photos.md").write_text(TEXT, encoding="utf-8")
    draw(folder / "shot.png", (1600, 500), "#eef0fd", "#3b4cca")
    draw(folder / "shot.dark.png", (1600, 500), "#20294a", "#98a5ff")
    draw(folder / "far.png", (1400, 900), "#e8f5ee", "#187747")
    draw(folder / "small.png", (60, 60), "#fff6da", "#8a5d00")
    # The colours that a new site has.
    theme = (scaffold_folder() / "site/mkdocs.yml").read_text(encoding="utf-8").partition("\ntheme:")[2]
    palette = theme.partition("\nplugins:")[0]
    replace(site.root / "mkdocs.yml", "theme: {name: material, font: false}", f"theme:{palette}")
    build_site(site, NOW)
    with served(site, {"Content-Security-Policy": POLICY}) as shown:
        yield shown


def shot(seen: Visit, name: str) -> None:
    if SHOTS:
        seen.page.screenshot(path=f"{SHOTS}/{name}.png", full_page="zoom" not in name)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_page_has_the_picture_of_its_colours_and_nothing_moves(
    width: int, pictures: Served, visit: Any
) -> None:
    seen: Visit = visit(pictures, width=width)
    seen.page.add_init_script(COUNT_SHIFTS)
    seen.goto("start/photos/")
    for scheme in ("light", "dark"):
        seen.prefer(scheme)
        expect(seen.page.locator(".wp-article img.wp-light").first).to_be_visible(visible=scheme == "light")
        expect(seen.page.locator(".wp-article img.wp-dark").first).to_be_visible(visible=scheme == "dark")
        seen.page.locator("img[src$='far.png']").scroll_into_view_if_needed()
        seen.until(
            lambda page: page.evaluate("document.querySelector(\"img[src$='far.png']\").complete"), True
        )
        assert places(serious(axe_results(seen.page)["violations"])) == []
        shot(seen, f"pictures-{width}-{scheme}")
    assert seen.page.evaluate("window.shifted") < 0.01
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.assert_quiet()


def test_the_keyboard_opens_a_picture_in_full_and_comes_back(pictures: Served, visit: Any) -> None:
    seen: Visit = visit(pictures)
    seen.goto("start/photos/")
    button = seen.page.get_by_role("button", name="Enlarge the picture: The button Send")
    box = seen.page.locator("dialog.wp-zoom")
    for close in ("Escape", "Enter"):
        button.focus()
        seen.page.keyboard.press("Enter")
        expect(box).to_be_visible()
        expect(seen.page.locator("dialog :focus")).to_have_text("Close")
        assert seen.page.locator("dialog img").bounding_box()["width"] > 1000  # type: ignore[index]
        if close == "Escape":
            shot(seen, "zoom-light")
            assert places(serious(axe_results(seen.page)["violations"])) == []
        seen.page.keyboard.press(close)
        expect(box).to_have_count(0)
        expect(button).to_be_focused()
    seen.assert_quiet()


def test_a_click_opens_and_closes_it_on_a_phone_in_the_dark(pictures: Served, visit: Any) -> None:
    seen: Visit = visit(pictures, width=PHONE, scheme="dark")
    seen.goto("start/photos/")
    seen.page.get_by_role("button", name="Enlarge the picture: The button Send").click()
    whole = seen.page.locator("dialog.wp-zoom img")
    expect(whole).to_have_attribute("src", re.compile(r"shot\.dark\.png$"))
    shot(seen, "zoom-phone-dark")
    whole.click()
    expect(whole).to_have_count(0)
    seen.assert_quiet()


def test_what_is_shown_whole_or_is_a_link_is_no_button(pictures: Served, visit: Any) -> None:
    seen: Visit = visit(pictures)
    seen.goto("start/photos/")
    expect(seen.page.get_by_role("button", name="Enlarge the picture: The list of labs")).to_be_visible()
    names = seen.page.locator("button.wp-zoomable").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert not [name for name in names if "mark" in name or "link" in name]


def test_without_scripts_one_of_the_two_is_there(pictures: Served, visit: Any) -> None:
    for scheme in ("light", "dark"):
        seen: Visit = visit(pictures, scheme=scheme, scripts=False)
        seen.goto("start/photos/")
        for name in ("light", "dark"):
            expect(seen.page.locator(f"img.wp-{name}").first).to_be_visible(visible=name == scheme)
