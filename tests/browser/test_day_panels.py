"""Each bar's day opens a panel, by pointer, touch and keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import DESKTOP, PHONE, Visit, now_json
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

COMPONENT = "status/components/downloads/"
STOP = "Gallery pages do not open and downloads do not start"
"""What the sample tells of 15 September."""

PAGES = ("status/", COMPONENT, "status/mine/?c=downloads")


def bar_of(page: Page, component: str = "downloads") -> Locator:
    return page.locator(f'[data-wp-bar="{component}"]').get_by_role("slider")


def panel_of(page: Page) -> Locator:
    return page.locator(".wp-day")


def opened(site: Served, visit: Any, path: str, **how: Any) -> Visit:
    seen: Visit = visit(site, **how)
    seen.goto(path)
    seen.wait_for_status()
    bar_of(seen.page).scroll_into_view_if_needed()
    return seen


def spot(bar: Locator, days_ago: int, shown: int = 90) -> tuple[float, float]:
    """Return where on the screen the middle of a day is."""
    box = bar.bounding_box()
    assert box
    return box["x"] + box["width"] * (shown - days_ago - 0.5) / shown, box["y"] + box["height"] / 2


def said(bar: Locator) -> str:
    return str(bar.get_attribute("aria-valuetext"))


@pytest.mark.parametrize("path", PAGES)
def test_a_pointer_over_a_day_opens_it_and_may_go_on_into_the_panel(
    calm: Served, visit: Any, path: str
) -> None:
    seen = opened(calm, visit, path)
    bar, panel, mouse = bar_of(seen.page), panel_of(seen.page), seen.page.mouse
    x, y = spot(bar, 67)
    mouse.move(x, y)
    expect(panel).to_contain_text("Tuesday 15 September")
    expect(panel).to_contain_text("Major outage for 1 hour 17 minutes")
    expect(panel).to_contain_text("Data for the whole day")
    assert said(bar) == (
        f"Tuesday 15 September. Major outage for 1 hour 17 minutes. Data for the whole day. {STOP}"
    )
    mouse.move(*spot(bar, 60))
    expect(panel).to_contain_text("Tuesday 22 September")
    expect(panel).to_contain_text("Operational all day")
    # The way down leads over the gap between the bar and the panel.
    mouse.move(x, y)
    mouse.move(x, y + 40, steps=20)
    link = panel.get_by_role("link", name=STOP)
    link.hover()
    expect(link).to_be_visible()
    mouse.move(x, y - 200)
    expect(panel).to_have_count(0)
    mouse.move(x, y)
    panel.get_by_role("link", name=STOP).click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text(STOP)
    seen.assert_quiet()


def test_a_panel_over_the_page_goes_with_escape_while_the_pointer_rests(calm: Served, visit: Any) -> None:
    seen = opened(calm, visit, "status/")
    seen.page.mouse.move(*spot(bar_of(seen.page), 67))
    expect(panel_of(seen.page)).to_be_visible()
    seen.page.keyboard.press("Escape")
    expect(panel_of(seen.page)).to_have_count(0)


def test_a_click_keeps_the_panel_until_one_beside_it(calm: Served, visit: Any) -> None:
    seen = opened(calm, visit, "status/")
    bar, panel = bar_of(seen.page), panel_of(seen.page)
    seen.page.mouse.click(*spot(bar, 67))
    seen.page.mouse.move(*spot(bar, 20))
    seen.page.mouse.move(5, 300)
    expect(panel).to_contain_text("Tuesday 15 September")
    seen.page.mouse.click(*spot(bar, 20))
    expect(panel).to_contain_text("Sunday 1 November")
    other = bar_of(seen.page, "uploads")
    seen.page.mouse.click(*spot(other, 34))
    expect(panel).to_have_count(1)
    expect(panel).to_contain_text("Under maintenance for 1 hour 36 minutes")
    seen.page.mouse.click(5, 300)
    expect(panel).to_have_count(0)
    seen.assert_quiet()


def test_the_keyboard_walks_from_day_to_day(calm: Served, visit: Any) -> None:
    seen = opened(calm, visit, COMPONENT)
    bar, panel, press = bar_of(seen.page), panel_of(seen.page), seen.page.keyboard.press
    seen.page.evaluate(
        "document.querySelector('#main h2').tabIndex = -1, document.querySelector('#main h2').focus()"
    )
    press("Tab")
    expect(bar).to_be_focused()
    assert bar.evaluate("bar => bar.ariaLabel") == "Days: Downloads"
    assert said(bar) == "Saturday 21 November. Operational so far today"
    expect(panel).to_have_count(0)
    press("Enter")
    expect(panel).to_contain_text("Saturday 21 November")
    press("ArrowLeft")
    expect(panel).to_contain_text("Friday 20 November")
    press("Home")
    expect(panel).to_contain_text("Monday 24 August")
    press("ArrowLeft")
    expect(panel).to_contain_text("Monday 24 August")
    press("ArrowRight")
    expect(panel).to_contain_text("Tuesday 25 August")
    press("End")
    expect(panel).to_contain_text("Saturday 21 November")
    press("Escape")
    expect(panel).to_have_count(0)
    expect(bar).to_be_focused()
    for _ in range(67):
        press("ArrowLeft")
    press("Tab")
    link = panel.get_by_role("link", name=STOP)
    expect(link).to_be_focused()
    press("Escape")
    expect(panel).to_have_count(0)
    expect(bar).to_be_focused()
    press(" ")
    expect(panel).to_contain_text("Tuesday 15 September")
    press(" ")
    expect(panel).to_have_count(0)
    press(" ")
    press("Shift+Tab")
    expect(panel).to_have_count(0)
    seen.assert_quiet()


@pytest.mark.parametrize("path", PAGES)
def test_a_tap_opens_the_nearest_day_of_those_that_a_phone_shows(calm: Served, visit: Any, path: str) -> None:
    seen = opened(calm, visit, path, width=PHONE, touch=True)
    bar, panel = bar_of(seen.page), panel_of(seen.page)
    box = bar.bounding_box()
    assert box
    assert box["height"] >= 44
    seen.page.touchscreen.tap(*spot(bar, 9, shown=45))
    expect(panel).to_contain_text("Thursday 12 November")
    expect(panel).to_contain_text("Degraded performance for 8 minutes")
    expect(panel).to_be_in_viewport(ratio=1)
    seen.page.touchscreen.tap(*spot(bar, 44, shown=45))
    expect(panel).to_contain_text("Thursday 8 October")
    seen.page.keyboard.press("Home")
    expect(panel).to_contain_text("Thursday 8 October")
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.page.touchscreen.tap(5, 100)
    expect(panel).to_have_count(0)
    seen.assert_quiet()


def test_a_screen_that_grows_shows_all_days_again(calm: Served, visit: Any) -> None:
    seen = opened(calm, visit, "status/", width=PHONE)
    bar = bar_of(seen.page)
    bar.press("Home")
    expect(panel_of(seen.page)).to_contain_text("Thursday 8 October")
    seen.size(DESKTOP)
    expect(panel_of(seen.page)).to_have_count(0)
    expect(bar).to_have_attribute("min", "0")
    bar.press("Home")
    expect(panel_of(seen.page)).to_contain_text("Monday 24 August")
    seen.size(PHONE)
    expect(bar).to_have_attribute("min", "45")
    assert said(bar).startswith("Thursday 8 October.")


@pytest.mark.parametrize(("width", "shown"), [(DESKTOP, 90), (PHONE, 45)])
def test_a_panel_stays_within_its_component_and_the_frame_on_its_day(
    calm: Served, visit: Any, width: int, shown: int
) -> None:
    seen = opened(calm, visit, "status/", width=width)
    bar = bar_of(seen.page)
    for days_ago in (0, 1, shown // 2, shown - 1):
        seen.page.mouse.click(*spot(bar, days_ago, shown))
        assert int(bar.input_value()) == 89 - days_ago
        frame, box = panel_of(seen.page).bounding_box(), bar.bounding_box()
        assert frame
        assert box
        assert box["x"] - 1 <= frame["x"]
        assert frame["x"] + frame["width"] <= box["x"] + box["width"] + 1


def test_every_listed_day_says_in_its_panel_what_stands_in_the_list(troubled: Served, visit: Any) -> None:
    seen = opened(troubled, visit, "status/")
    told = seen.page.evaluate(
        """() => [...document.querySelectorAll("[data-wp-day]")].map((row) => {
          const bar = document.querySelector(`[data-wp-bar="${row.parentElement.dataset.wpDays}"] input`);
          const [last, day] = [bar.parentElement.dataset.wpLast, row.dataset.wpDay].map(Date.parse);
          bar.value = 89 - (last - day) / 86_400_000;
          bar.dispatchEvent(new Event("input"));
          const panel = bar.parentElement.querySelector(".wp-day");
          return [panel.innerHTML === row.innerHTML, panel.dataset.status === row.dataset.status];
        })"""
    )
    assert len(told) > 20
    assert told == [[True, True]] * len(told)


def test_of_days_beyond_a_list_that_was_cut_the_state_is_said_and_where_to_read_on(
    calm: Served, visit: Any
) -> None:
    seen = opened(calm, visit, "status/")
    seen.page.evaluate(
        """() => {
          const list = document.querySelector('[data-wp-days="downloads"]');
          list.lastElementChild.remove();
          list.append(Object.assign(document.createElement("li"), { textContent: "Earlier" }));
          list.lastElementChild.dataset.wpEarlier = "2026-10-07";
        }"""
    )
    bar, panel = bar_of(seen.page), panel_of(seen.page)
    seen.page.mouse.click(*spot(bar, 67))
    expect(panel).to_contain_text("Major outage")
    seen.page.mouse.click(*spot(bar, 70))
    expect(panel).to_contain_text("Operational")
    expect(panel).not_to_contain_text("all day")
    seen.page.mouse.click(*spot(bar, 20))
    expect(panel).to_contain_text("Operational all day")
    seen.page.mouse.click(*spot(bar, 67))
    panel.get_by_role("link", name="What happened: Downloads").click()
    seen.page.wait_for_url(f"**/{COMPONENT}#days")
    expect(seen.page.locator(".wp-days__list")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_without_scripts_the_days_are_a_list_below_details(
    calm: Served, visit: Any, path: str, width: int
) -> None:
    seen: Visit = visit(calm, scripts=False, width=width)
    seen.goto(path)
    expect(seen.page.get_by_role("slider")).to_have_count(0)
    days = seen.page.locator("details.wp-days").filter(has=seen.page.locator('[data-wp-days="downloads"]'))
    days.locator("summary").click()
    entry = days.locator('[data-wp-days="downloads"] > li').filter(has_text="Tuesday 15 September")
    expect(entry).to_contain_text("Major outage for 1 hour 17 minutes")
    expect(entry.get_by_role("link", name=STOP)).to_be_visible()
    expect(days).to_contain_text("Days that are not listed had no trouble")


def replaced(page: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=page, content_type="text/html")


def fresh_page(site: Served, path: str) -> str:
    text = (site.site.status_output / path / "index.html").read_text(encoding="utf-8")
    changed = re.sub(
        r'data-wp-changed="[^"]+"', f'data-wp-changed="{api_time(NOW + timedelta(seconds=20))}"', text
    )
    return changed.replace("1 hour 17 minutes", "1 hour 18 minutes")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_an_open_day_stays_open_while_the_page_follows(calm: Served, visit: Any, path: str, by: str) -> None:
    seen: Visit = visit(calm)
    state = now_json(calm)
    seen.answer_now(lambda: state)
    seen.goto(path)
    seen.wait_for_status()
    bar, panel = bar_of(seen.page), panel_of(seen.page)
    bar.scroll_into_view_if_needed()
    if by == "pointer":
        seen.page.mouse.move(*spot(bar, 67))
    else:
        bar.focus()
        for _ in range(67):
            seen.page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text("1 hour 17 minutes")
    address = path.partition("?")[0]
    seen.page.route(f"**/{address}", replaced(fresh_page(calm, address.removeprefix("status/"))))
    later = {
        "checked_at": api_time(NOW + timedelta(seconds=31)),
        "changed_at": api_time(NOW + timedelta(seconds=20)),
    }
    state = {**json.loads(json.dumps(state)), **later}
    with seen.page.expect_response(f"**/{address}"):
        seen.page.clock.run_for(31_000)
    expect(panel).to_contain_text("1 hour 18 minutes")
    expect(panel).to_have_count(1)
    if by == "keyboard":
        expect(bar).to_be_focused()
        seen.page.keyboard.press("ArrowRight")
        expect(panel).to_contain_text("Wednesday 16 September")
    if "mine" in path:
        expect(seen.page.locator("[data-wp-choice]:visible")).to_have_count(1)
    seen.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    seen.assert_quiet()


def test_an_open_page_shows_trouble_of_today_in_its_bar_and_its_panel(
    calm: Served, troubled: Served, visit: Any
) -> None:
    seen: Visit = visit(calm)
    state = now_json(calm)
    seen.answer_now(lambda: state)
    seen.goto("status/")
    seen.wait_for_status()
    assert said(bar_of(seen.page)) == "Saturday 21 November. Operational so far today"
    seen.page.route(
        "**/status/", replaced((troubled.site.status_output / "index.html").read_text(encoding="utf-8"))
    )
    state = {**now_json(troubled), "checked_at": api_time(NOW + timedelta(seconds=31))}
    with seen.page.expect_response("**/status/now.json"):
        seen.page.clock.run_for(31_000)
    expect(bar_of(seen.page)).to_have_attribute("aria-valuetext", re.compile("Major outage for"))
    bar_of(seen.page).press("Enter")
    expect(panel_of(seen.page).get_by_role("link", name="Downloads: outage")).to_be_visible()
    seen.assert_quiet()
